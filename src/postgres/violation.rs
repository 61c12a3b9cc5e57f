//! What PostgreSQL reports → [`Error`]: the only place that knows SQLSTATE and the names of
//! constraints.

use std::fmt::Write as _;

use sqlx::{error::DatabaseError, postgres::PgDatabaseError};

use crate::{
    error::{Error, Fault, Source},
    postgres::{access, catalog, request::distrust, rule::Rule},
};

impl From<sqlx::Error> for Error {
    /// The table of SQLSTATEs: PostgreSQL's documentation, appendix A.
    fn from(error: sqlx::Error) -> Self {
        let Some(reported) = error.as_database_error() else {
            return match error {
                sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => {
                    Self::Unavailable(Box::new(error))
                }
                _ => Self::Internal(Box::new(error)),
            };
        };
        let code = reported.code().unwrap_or_default();
        let kind: fn(Source) -> Self = match code.as_ref() {
            "23502" | "23514" | "22001" | "22003" | "22021" | "22P02" | "22P05" => {
                return Self::Invalid(vec![broken_rule(reported)]);
            }
            "23503" | "23505" => Self::Conflict,
            "40001" | "40P01" => Self::Contended,
            "55P03" if waits_for_row(reported) => Self::Locked,
            // A column that a statement reads was altered after the statement was prepared.
            "0A000" if routine(reported) == Some("RevalidateCachedQuery") => {
                distrust();
                Self::Stale
            }
            // The role or the database may have had a wrong search path when it was connected.
            "3F000" | "42P01" => {
                distrust();
                Self::Internal
            }
            "57014" => Self::TooSlow,
            "25006" | "25P03" | "25P04" | "55P03" => Self::Unavailable,
            class if ["08", "53", "57P", "58"].iter().any(|prefix| class.starts_with(prefix)) => {
                Self::Unavailable
            }
            _ => Self::Internal,
        };
        kind(describe(reported).into())
    }
}

/// Whether a lock time-out was certainly about a row: PostgreSQL names it in the context of the
/// error. A lock of a table, such as that of a migration, has no context.
fn waits_for_row(reported: &dyn DatabaseError) -> bool {
    reported.try_downcast_ref::<PgDatabaseError>().is_some_and(|reported| reported.r#where().is_some())
}

/// The function of the server that reported the error. Messages are in the server's language.
fn routine(reported: &dyn DatabaseError) -> Option<&str> {
    reported.try_downcast_ref::<PgDatabaseError>()?.routine()
}

/// Classes of SQLSTATE whose messages are about the server or the schema, not about rows; and P0,
/// whose messages are the words of a trigger's author.
const SAFE_CLASSES: [&str; 14] =
    ["08", "0A", "25", "28", "3D", "40", "42", "53", "54", "55", "57", "58", "P0", "XX"];

/// The report for the log, without what may quote rows: the detail, the context, and the message if
/// its class is not safe.
fn describe(reported: &dyn DatabaseError) -> String {
    let code = reported.code().unwrap_or_default();
    let mut text = format!("SQLSTATE {code}");
    if let (Some(constraint), Some(table)) = (reported.constraint(), reported.table()) {
        let _ = write!(text, " (constraint {constraint} of table {table})");
    }
    if code.get(..2).is_some_and(|class| SAFE_CLASSES.contains(&class)) {
        let _ = write!(text, ": {}", reported.message());
    }
    text
}

/// The rules of every domain.
const RULES: [&[Rule]; 2] = [access::models::RULES, catalog::models::RULES];

/// The fault for the named constraint. The boundary checks these rules first, so this is the second
/// line of defence.
fn broken_rule(reported: &dyn DatabaseError) -> Fault {
    let name = reported.constraint().unwrap_or_default();
    let rule = RULES.into_iter().flatten().find(|rule| rule.constraint == name);
    rule.map_or_else(
        || Fault::at("", "invalid", "is not valid"),
        |rule| Fault::at(rule.pointer, rule.code, rule.detail),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use autogenerate::schema::ConstraintKind;

    use super::*;

    /// Checks that no client can break: only the service writes these columns.
    fn is_internal(check: &str) -> bool {
        check.ends_with("_version_check")
            || check == "service_keys_key_check"
            || matches!(check, "api_keys_hash_check" | "api_keys_previous_hash_check")
            || check.starts_with("collection_indexes_")
            || check.starts_with("item_values_")
    }

    #[test]
    fn every_check_on_what_a_client_sends_has_a_rule_and_every_rule_is_a_check() {
        let schema = crate::postgres::tables().schema().unwrap();
        let constraints = schema.tables.values().flat_map(|table| &table.constraints);
        let checks = constraints.filter(|(_, constraint)| matches!(constraint.kind, ConstraintKind::Check));
        let checks = checks.map(|(name, _)| name.as_str()).filter(|name| !is_internal(name));
        let rules = RULES.into_iter().flatten().map(|rule| rule.constraint);
        assert_eq!(rules.collect::<BTreeSet<_>>(), checks.collect::<BTreeSet<_>>());
    }
}
