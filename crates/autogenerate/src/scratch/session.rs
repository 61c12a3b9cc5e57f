//! Sessions on scratch space, and the names of scratch schemas and databases.

use std::hash::{BuildHasher as _, RandomState};

use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};

use super::error::Error;

/// The prefix of the names of scratch schemas and databases; 16 hexadecimal digits follow.
pub const PREFIX: &str = "autogenerate_scratch_";

pub(super) fn random_name() -> String {
    format!("{PREFIX}{:016x}", RandomState::new().hash_one(PREFIX))
}

pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, Error> {
    PgConnection::connect_with(options).await.map_err(Error::Connect)
}

/// The search path of a new session as SQL, with `public` added if it is missing. It may be set for
/// the user or the database.
pub(super) async fn search_path(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    let path: String = sqlx::query_scalar("SHOW search_path").fetch_one(connection).await?;
    let has_public = path.split(',').any(|schema| schema.trim() == "public");
    Ok(match path.trim() {
        "" | "\"\"" => "public".to_owned(),
        path if has_public => path.to_owned(),
        path => format!("{path}, public"),
    })
}

/// The settings of a session: time limits on locks and statements, none on idling, and no checks of
/// function bodies.
pub(super) fn settings(search_path: &str) -> String {
    format!(
        "SET lock_timeout = '10s'; SET statement_timeout = '60s'; \
         SET idle_in_transaction_session_timeout = 0; SET idle_session_timeout = 0; \
         SET client_min_messages = error; SET check_function_bodies = off; SET search_path = {search_path}"
    )
}
