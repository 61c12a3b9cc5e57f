use sqlx::postgres::PgConnectOptions;

/// Why there is no scratch place, or why it could not be left clean.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server is out of reach, or refuses the user.
    #[error("cannot connect to PostgreSQL for a scratch place")]
    Connect(#[source] sqlx::Error),
    /// The user may not create what is needed.
    #[error(
        "the user {user} may not create a scratch {what}: grant it the right (CREATEDB, or CREATE on the database), \
         or give an empty database with --scratch-url"
    )]
    NoRight {
        /// `database` or `schema`.
        what: &'static str,
        /// Who may not.
        user: String,
        /// What PostgreSQL said.
        source: sqlx::Error,
    },
    /// The database that was given holds something.
    #[error(
        "the database {database} cannot be used for scratch: it is not empty ({found}), and everything in it would be dropped"
    )]
    NotEmpty {
        /// Its name.
        database: String,
        /// One thing that is there.
        found: String,
    },
    /// The database that was given is being used for scratch by another process.
    #[error("the database {database} is used for scratch by another process")]
    InUse {
        /// Its name.
        database: String,
    },
    /// What PostgreSQL or the connection had to say.
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
}

impl Error {
    /// Of a `CREATE SCHEMA` or `CREATE DATABASE` that failed.
    pub(super) fn of_create(source: sqlx::Error, what: &'static str, options: &PgConnectOptions) -> Self {
        const INSUFFICIENT_PRIVILEGE: &str = "42501";
        let code = source.as_database_error().and_then(sqlx::error::DatabaseError::code);
        if code.as_deref() == Some(INSUFFICIENT_PRIVILEGE) {
            return Self::NoRight { what, user: options.get_username().to_owned(), source };
        }
        Self::Sql(source)
    }
}
