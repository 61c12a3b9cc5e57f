//! A place of whatever kind.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, postgres::PgConnectOptions, raw_sql};

use super::{
    contents::Contents,
    error::Error,
    guard::Guard,
    session::{PREFIX, connect, random_name, search_path, settings},
};
use crate::introspect::{self, Reading, Scope};

/// A place to try SQL in, empty at first.
#[derive(Debug)]
pub struct Scratch {
    pub(super) connection: PgConnection,
    /// How to get to the same database.
    pub(super) options: PgConnectOptions,
    pub(super) scope: Scope,
    pub(super) place: Place,
}

/// What the place is. The lock that says that a database is in use belongs to a session that has to end before the
/// guard, which waits for it, is dropped: so it stands before the guard.
#[derive(Debug)]
pub(super) enum Place {
    Schema,
    Database { admin: PgConnection, guard: Guard, settings: String },
    Given { contents: Contents, guard: Guard, settings: String },
}

impl Scratch {
    /// A new schema with a random name, first on the search path, in a transaction.
    ///
    /// What the server has already (tables of other schemas, extensions) can be referred to; a foreign key to one locks
    /// that table against writes until the end.
    ///
    /// # Errors
    /// [`Error::NoRight`] where the user may not create a schema, else what connecting or PostgreSQL has to say.
    pub async fn schema(options: &PgConnectOptions) -> Result<Self, Error> {
        let mut connection = connect(options).await?;
        let name = random_name();
        let path = search_path(&mut connection).await?;
        let settings = settings(&format!("{name}, {path}"));
        let begin = format!("{settings}; BEGIN; CREATE SCHEMA {name}; SAVEPOINT {PREFIX}empty");
        raw_sql(AssertSqlSafe(begin))
            .execute(&mut connection)
            .await
            .map_err(|error| Error::of_create(error, "schema", options))?;
        Ok(Self { connection, options: options.clone(), scope: Scope::Schema(name), place: Place::Schema })
    }

    /// What is read.
    #[must_use]
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether everything happens in one transaction: then a statement that fails leaves it unusable until
    /// [`Scratch::clear`] (or the caller's own savepoint), and `CONCURRENTLY` is refused.
    #[must_use]
    pub fn is_transactional(&self) -> bool {
        matches!(self.place, Place::Schema)
    }

    /// The connection, for what the caller has to see or do itself. The transaction of a [`Scratch::schema`] must not
    /// be ended; use savepoints.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// Another connection to the same database, with the settings of a new session; it has to be closed before
    /// [`Scratch::close`]. It cannot see into a [`Scratch::schema`].
    ///
    /// # Errors
    /// What connecting has to say.
    pub async fn connect_another(&self) -> Result<PgConnection, sqlx::Error> {
        PgConnection::connect_with(&self.options).await
    }

    /// Runs statements, as one simple query.
    ///
    /// # Errors
    /// What PostgreSQL or the connection has to say.
    pub async fn execute(&mut self, sql: &str) -> Result<(), sqlx::Error> {
        raw_sql(AssertSqlSafe(sql)).execute(&mut self.connection).await?;
        Ok(())
    }

    /// Reads what is there.
    ///
    /// # Errors
    /// What PostgreSQL or the connection has to say.
    pub async fn read(&mut self) -> Result<Reading, sqlx::Error> {
        introspect::read(&mut self.connection, &self.scope).await
    }

    /// Makes it empty again, with its first settings; an open or failed transaction in a database is rolled back.
    ///
    /// # Errors
    /// What PostgreSQL or the connection has to say.
    pub async fn clear(&mut self) -> Result<(), sqlx::Error> {
        let (contents, settings) = match &self.place {
            Place::Schema => return self.execute(&format!("ROLLBACK TO SAVEPOINT {PREFIX}empty")).await,
            Place::Database { settings, .. } => (Contents::of_new_database(), settings.clone()),
            Place::Given { contents, settings, .. } => (contents.clone(), settings.clone()),
        };
        contents.clear(&mut self.connection).await?;
        self.execute(&settings).await
    }

    /// Ends it: nothing is left afterwards.
    ///
    /// # Errors
    /// What PostgreSQL or the connection has to say; then something may be left.
    pub async fn close(mut self) -> Result<(), Error> {
        match self.place {
            Place::Schema => {
                raw_sql("ROLLBACK").execute(&mut self.connection).await?;
                self.connection.close().await?;
            }
            Place::Database { mut admin, guard, .. } => {
                self.connection.close().await?;
                guard.release(&mut admin).await?;
                admin.close().await?;
            }
            Place::Given { guard, .. } => {
                guard.release(&mut self.connection).await?;
                self.connection.close().await?;
            }
        }
        Ok(())
    }
}
