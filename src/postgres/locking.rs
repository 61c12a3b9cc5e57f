//! What a lock time-out (SQLSTATE 55P03) means.

use crate::error::Error;

/// As [`Error::from`], for a statement that locks the rows of entities.
///
/// PostgreSQL names the row to the first transaction that waits for it, and not to the others. Their
/// time-outs look like those of a wait for a table, which a migration has locked.
pub fn while_locking(error: sqlx::Error) -> Error {
    let is_timeout =
        error.as_database_error().is_some_and(|reported| reported.code().as_deref() == Some("55P03"));
    match Error::from(error) {
        Error::Unavailable(cause) if is_timeout => Error::Locked(cause),
        error => error,
    }
}
