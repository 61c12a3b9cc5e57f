//! Places to try SQL in that leave nothing behind: models are created there to be read back in PostgreSQL's own words,
//! and plans are run there before they are written.
//!
//! - [`Scratch::schema`] is a schema in a transaction that is rolled back. It takes milliseconds and no right to create
//!   databases, and it is gone when the connection is, whatever happens to the process. `CONCURRENTLY` and other
//!   statements that want no transaction cannot run in it.
//! - [`Scratch::database`] is a database of its own, dropped by [`Scratch::close`], and also when a [`Scratch`] is
//!   dropped without it: so a command line that is interrupted only has to drop the future that does its work, as in
//!   `tokio::select! { done = work() => …, _ = ctrl_c() => … }`, before it ends. What a killed process leaves is dropped
//!   by the next [`Scratch::database`] on the same server.
//!   Dropping blocks until the database is gone; in a runtime of one thread it may have to wait for a task that is just
//!   opening another connection to the server, and gives up after 20 seconds. [`Scratch::close`] does not.
//! - [`Scratch::at`] is a database that a person gave, empty before and after.

mod contents;
mod database;
mod error;
mod guard;

use std::hash::{BuildHasher as _, RandomState};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, postgres::PgConnectOptions, raw_sql};

use crate::introspect::{self, Reading, Scope};
use contents::Contents;
pub use error::Error;
use guard::Guard;

/// What the names of scratch schemas and databases begin with; 16 hexadecimal digits follow.
pub const PREFIX: &str = "autogenerate_scratch_";

/// A place to try SQL in, empty at first.
#[derive(Debug)]
pub struct Scratch {
    connection: PgConnection,
    /// How to get to the same database.
    options: PgConnectOptions,
    scope: Scope,
    place: Place,
}

/// What the place is. The lock that says that a database is in use belongs to a session that has to end before the
/// guard, which waits for it, is dropped: so it stands before the guard.
#[derive(Debug)]
enum Place {
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

    /// A new database on the server of `options`, with the encoding and the locale of the database of `options`.
    ///
    /// `scope` says what of it is read: [`Scope::Database`], or `Scope::Schema("public")`. Databases that killed
    /// processes have left on the server are dropped first.
    ///
    /// # Errors
    /// [`Error::NoRight`] where the user may not create a database, else what connecting or PostgreSQL has to say.
    pub async fn database(options: &PgConnectOptions, scope: Scope) -> Result<Self, Error> {
        database::open(options, scope).await
    }

    /// A database that is there, and that nobody else uses; it is made empty again at the end.
    ///
    /// Extensions may be installed in it; they stay.
    ///
    /// # Errors
    /// [`Error::NotEmpty`], [`Error::InUse`], else what connecting or PostgreSQL has to say.
    pub async fn at(options: &PgConnectOptions, scope: Scope) -> Result<Self, Error> {
        contents::open(options, scope).await
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
        match &self.place {
            Place::Schema => {
                self.execute(&format!("ROLLBACK TO SAVEPOINT {PREFIX}empty")).await?;
            }
            Place::Database { settings, .. } => {
                let settings = settings.clone();
                Contents::of_new_database().clear(&mut self.connection).await?;
                self.execute(&settings).await?;
            }
            Place::Given { contents, settings, .. } => {
                let settings = settings.clone();
                contents.clear(&mut self.connection).await?;
                self.execute(&settings).await?;
            }
        }
        Ok(())
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

fn random_name() -> String {
    format!("{PREFIX}{:016x}", RandomState::new().hash_one(PREFIX))
}

async fn connect(options: &PgConnectOptions) -> Result<PgConnection, Error> {
    PgConnection::connect_with(options).await.map_err(Error::Connect)
}

/// The search path of a new session, which may be set for the user or the database, as SQL; it has `public`.
async fn search_path(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    let path: String = sqlx::query_scalar("SHOW search_path").fetch_one(connection).await?;
    let has_public = path.split(',').any(|schema| schema.trim() == "public");
    Ok(match path.trim() {
        "" | "\"\"" => "public".to_owned(),
        path if has_public => path.to_owned(),
        path => format!("{path}, public"),
    })
}

/// The settings of a session: it neither waits long for anybody nor runs for ever, and bodies of functions need not be
/// checked.
fn settings(search_path: &str) -> String {
    format!(
        "SET lock_timeout = '10s'; SET statement_timeout = '60s'; \
         SET idle_in_transaction_session_timeout = 0; SET idle_session_timeout = 0; \
         SET client_min_messages = error; SET check_function_bodies = off; SET search_path = {search_path}"
    )
}
