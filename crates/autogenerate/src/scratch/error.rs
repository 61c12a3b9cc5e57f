use sqlx::postgres::PgConnectOptions;

/// Why scratch space could not be set up or cleaned up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server cannot be reached, or it rejects the user.
    #[error("cannot connect to PostgreSQL for scratch space")]
    Connect(#[source] sqlx::Error),
    /// The user may not create the schema or database.
    #[error(
        "the user {user} may not create a scratch {what}: grant it the right (CREATEDB, or CREATE on the database), \
         or pass an empty database as --scratch-url"
    )]
    NoRight {
        /// `database` or `schema`.
        what: &'static str,
        /// The user.
        user: String,
        /// PostgreSQL's error.
        source: sqlx::Error,
    },
    /// The given database is not empty.
    #[error(
        "the database {database} cannot be scratch space: it is not empty ({found}), and all of its contents would be dropped"
    )]
    NotEmpty {
        /// Its name.
        database: String,
        /// One of the objects in it.
        found: String,
    },
    /// Another process is using the given database as scratch space.
    #[error("another process is using the database {database} as scratch space")]
    InUse {
        /// Its name.
        database: String,
    },
    /// An error from PostgreSQL or the connection.
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
}

impl Error {
    /// Converts the error of a failed `CREATE SCHEMA` or `CREATE DATABASE`.
    pub(super) fn from_create(source: sqlx::Error, what: &'static str, options: &PgConnectOptions) -> Self {
        const INSUFFICIENT_PRIVILEGE: &str = "42501";
        let code = source.as_database_error().and_then(sqlx::error::DatabaseError::code);
        if code.as_deref() == Some(INSUFFICIENT_PRIVILEGE) {
            return Self::NoRight { what, user: options.get_username().to_owned(), source };
        }
        Self::Sql(source)
    }
}
