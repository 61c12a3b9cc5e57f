//! Existing databases as scratch space.

use sqlx::{AssertSqlSafe, postgres::PgConnectOptions, raw_sql};

use super::{
    contents::Contents,
    error::Error,
    guard::{Guard, Remains},
    session::{connect, search_path, settings},
    space::{Backing, Scratch},
};
use crate::introspect::{self, Reading, Scope};

/// The advisory lock of a session that uses a database as scratch space ("scratch" in ASCII).
const LOCK: i64 = 0x0073_6372_6174_6368;

impl Scratch {
    /// Uses an existing, empty database that no one else uses, and clears it at the end.
    ///
    /// Installed extensions are allowed, and stay.
    ///
    /// # Errors
    ///
    /// [`Error::NotEmpty`], [`Error::InUse`], or an error from PostgreSQL or the connection.
    pub async fn at(options: &PgConnectOptions, scope: Scope) -> Result<Self, Error> {
        let mut connection = connect(options).await?;
        let (database, locked): (String, bool) =
            sqlx::query_as("SELECT current_database()::text, pg_try_advisory_lock($1)")
                .bind(LOCK)
                .fetch_one(&mut connection)
                .await?;
        if !locked {
            return Err(Error::InUse { database });
        }
        let reading = introspect::read(&mut connection, &Scope::Database).await?;
        if let Some(found) = any_object(&reading) {
            return Err(Error::NotEmpty { database, found });
        }
        let settings = settings(&search_path(&mut connection).await?);
        raw_sql(AssertSqlSafe(settings.as_str())).execute(&mut connection).await?;
        let contents = Contents {
            schemas: reading.schema.namespaces.into_keys().collect(),
            extensions: reading.schema.extensions.into_keys().collect(),
        };
        let guard = Guard::new(options, Remains::Contents(contents.clone()), LOCK);
        let backing = Backing::Given { contents, guard, settings };
        Ok(Scratch { connection, options: options.clone(), scope, backing })
    }
}

/// Any object that clearing would drop.
fn any_object(Reading { schema, unhandled }: &Reading) -> Option<String> {
    let table = schema.tables.keys().map(|name| format!("table {name}"));
    let an_enum = schema.enums.keys().map(|name| format!("type {name}"));
    let sequence = schema.sequences.keys().map(|name| format!("sequence {name}"));
    let by_text = schema.sql_objects.keys().map(ToString::to_string);
    let other = unhandled.iter().map(|other| format!("{} {}", other.kind, other.name));
    table.chain(an_enum).chain(sequence).chain(by_text).chain(other).next()
}
