//! Databases that are there.

use sqlx::{AssertSqlSafe, postgres::PgConnectOptions, raw_sql};

use super::{
    contents::Contents,
    error::Error,
    guard::{Guard, Left},
    space::{Place, Scratch},
    session::{connect, search_path, settings},
};
use crate::introspect::{self, Reading, Scope};

/// The advisory lock of a session that uses a database for scratch ("scratch" in ASCII).
const LOCK: i64 = 0x0073_6372_6174_6368;

impl Scratch {
    /// A database that is there, and that nobody else uses; it is made empty again at the end.
    ///
    /// Extensions may be installed in it; they stay.
    ///
    /// # Errors
    /// [`Error::NotEmpty`], [`Error::InUse`], else what connecting or PostgreSQL has to say.
    pub async fn at(options: &PgConnectOptions, scope: Scope) -> Result<Self, Error> {
        let mut connection = connect(options).await?;
        let (database, ours): (String, bool) =
            sqlx::query_as("SELECT current_database()::text, pg_try_advisory_lock($1)")
                .bind(LOCK)
                .fetch_one(&mut connection)
                .await?;
        if !ours {
            return Err(Error::InUse { database });
        }
        let reading = introspect::read(&mut connection, &Scope::Database).await?;
        if let Some(found) = anything(&reading) {
            return Err(Error::NotEmpty { database, found });
        }
        let settings = settings(&search_path(&mut connection).await?);
        raw_sql(AssertSqlSafe(settings.as_str())).execute(&mut connection).await?;
        let contents = Contents {
            schemas: reading.schema.namespaces.into_keys().collect(),
            extensions: reading.schema.extensions.into_keys().collect(),
        };
        let guard = Guard::new(options, Left::Contents(contents.clone()), LOCK);
        let place = Place::Given { contents, guard, settings };
        Ok(Scratch { connection, options: options.clone(), scope, place })
    }
}

/// One thing that somebody would miss.
fn anything(Reading { schema, unhandled }: &Reading) -> Option<String> {
    let table = schema.tables.keys().map(|name| format!("table {name}"));
    let an_enum = schema.enums.keys().map(|name| format!("type {name}"));
    let sequence = schema.sequences.keys().map(|name| format!("sequence {name}"));
    let other = unhandled.iter().map(|other| format!("{} {}", other.kind, other.name));
    table.chain(an_enum).chain(sequence).chain(other).next()
}
