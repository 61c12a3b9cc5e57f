//! Scratch space of any kind.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, postgres::PgConnectOptions, raw_sql};

use super::{
    contents::Contents,
    error::Error,
    guard::Guard,
    session::{PREFIX, connect, random_name, search_path, settings},
};
use crate::introspect::{self, Reading, Scope};

/// Scratch space to try SQL in, initially empty.
#[derive(Debug)]
pub struct Scratch {
    pub(super) connection: PgConnection,
    /// How to connect to the same database.
    pub(super) options: PgConnectOptions,
    pub(super) scope: Scope,
    pub(super) backing: Backing,
}

/// What the scratch space is.
///
/// Fields drop in declaration order. The session that holds the lock (`admin`, or the connection of
/// [`Scratch`]) comes before `guard`, which waits for that lock when it drops.
#[derive(Debug)]
pub(super) enum Backing {
    Schema,
    Database { admin: PgConnection, guard: Guard, settings: String },
    Given { contents: Contents, guard: Guard, settings: String },
}

impl Scratch {
    /// Creates a schema with a random name in a transaction, and puts it first on the search path.
    ///
    /// Statements can refer to what the server already has: tables of other schemas, extensions. A
    /// foreign key to such a table locks it against writes until the end.
    ///
    /// # Errors
    ///
    /// [`Error::NoRight`] if the user may not create a schema, or an error from PostgreSQL or the
    /// connection.
    pub async fn schema(options: &PgConnectOptions) -> Result<Self, Error> {
        let mut connection = connect(options).await?;
        let name = random_name();
        let path = search_path(&mut connection).await?;
        let settings = settings(&format!("{name}, {path}"));
        let begin = format!("{settings}; BEGIN; CREATE SCHEMA {name}; SAVEPOINT {PREFIX}empty");
        raw_sql(AssertSqlSafe(begin))
            .execute(&mut connection)
            .await
            .map_err(|error| Error::from_create(error, "schema", options))?;
        Ok(Self {
            connection,
            options: options.clone(),
            scope: Scope::Schema(name),
            backing: Backing::Schema,
        })
    }

    /// What [`read`](Self::read) reads.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether everything runs in a single transaction. A statement that fails then makes it
    /// unusable until [`Scratch::clear`], or a rollback to the caller's own savepoint;
    /// `CONCURRENTLY` does not work.
    #[must_use]
    pub fn is_transactional(&self) -> bool {
        matches!(self.backing, Backing::Schema)
    }

    /// The connection. The caller must not end the transaction of a [`Scratch::schema`]; use
    /// savepoints.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// Opens another connection to the same database, with the settings of a new session.
    ///
    /// Close it before [`Scratch::close`]. It cannot see into a [`Scratch::schema`].
    ///
    /// # Errors
    ///
    /// The connection fails.
    pub async fn connect_another(&self) -> Result<PgConnection, sqlx::Error> {
        PgConnection::connect_with(&self.options).await
    }

    /// Runs statements as one simple query.
    ///
    /// # Errors
    ///
    /// An error from PostgreSQL or the connection.
    pub async fn execute(&mut self, sql: &str) -> Result<(), sqlx::Error> {
        raw_sql(AssertSqlSafe(sql)).execute(&mut self.connection).await?;
        Ok(())
    }

    /// Introspects the scratch space.
    ///
    /// # Errors
    ///
    /// An error from PostgreSQL or the connection.
    pub async fn read(&mut self) -> Result<Reading, sqlx::Error> {
        introspect::read(&mut self.connection, &self.scope).await
    }

    /// Empties it and restores its initial settings. In a database, an open or failed transaction
    /// is rolled back.
    ///
    /// # Errors
    ///
    /// An error from PostgreSQL or the connection.
    pub async fn clear(&mut self) -> Result<(), sqlx::Error> {
        let (contents, settings) = match &self.backing {
            Backing::Schema => return self.execute(&format!("ROLLBACK TO SAVEPOINT {PREFIX}empty")).await,
            Backing::Database { settings, .. } => (Contents::new_database(), settings.clone()),
            Backing::Given { contents, settings, .. } => (contents.clone(), settings.clone()),
        };
        contents.clear(&mut self.connection).await?;
        self.execute(&settings).await
    }

    /// Cleans up and disconnects.
    ///
    /// # Errors
    ///
    /// An error from PostgreSQL or the connection; something may then be left behind.
    pub async fn close(mut self) -> Result<(), Error> {
        match self.backing {
            Backing::Schema => {
                raw_sql("ROLLBACK").execute(&mut self.connection).await?;
                self.connection.close().await?;
            }
            Backing::Database { mut admin, guard, .. } => {
                self.connection.close().await?;
                guard.release(&mut admin).await?;
                admin.close().await?;
            }
            Backing::Given { guard, .. } => {
                guard.release(&mut self.connection).await?;
                self.connection.close().await?;
            }
        }
        Ok(())
    }
}
