//! What a lock time-out (SQLSTATE 55P03) means.

use crate::error::Error;

/// As [`Error::from`], for a statement that locks the rows of entities.
///
/// Only the error of the first transaction that waits for a row names it. The errors of the
/// others look like those of a wait for a table, such as one that a migration has locked.
pub fn while_locking(error: sqlx::Error) -> Error {
    let is_timeout =
        error.as_database_error().is_some_and(|reported| reported.code().as_deref() == Some("55P03"));
    match Error::from(error) {
        Error::Unavailable(cause) if is_timeout => Error::Locked(cause),
        error => error,
    }
}
