//! What PostgreSQL rejects of the models.

use sqlx::{
    Error,
    postgres::{PgDatabaseError, PgErrorPosition},
};

use super::error::ProjectError;
use crate::{
    model::Metadata,
    render::{
        statements::{shortened, statements},
        tokens::{Token, tokens},
    },
    scratch::Scratch,
};

/// Explains the cause of failures: why one of the statements generated from the models, or one of
/// their texts, cannot run on scratch.
pub(super) async fn explain(
    scratch: &mut Scratch,
    metadata: &Metadata,
    mut failed: Vec<(String, Error)>,
) -> Option<ProjectError> {
    // What uses an object of another text fails only because that one fails.
    let names =
        |sql: &str| statements(sql).into_iter().filter_map(|piece| created(piece.sql)).collect::<Vec<_>>();
    let all: Vec<Vec<String>> = failed.iter().map(|(sql, _)| names(sql)).collect();
    let is_cause = |at: usize, error: &Error| {
        let message = error.to_string();
        let lacks = |object: &String| {
            let name = object.rsplit_once(' ').map_or(object.as_str(), |(_, name)| name);
            message.contains(&format!("\"{name}\"")) || message.contains(&format!(" {name}("))
        };
        !all.iter().enumerate().any(|(other, names)| other != at && names.iter().any(lacks))
    };
    let cause = failed.iter().enumerate().position(|(at, (_, error))| is_cause(at, error)).unwrap_or(0);
    if failed.is_empty() {
        return None;
    }
    let (sql, source) = failed.swap_remove(cause);
    Some(if metadata.texts().contains(&sql.as_str()) {
        let (statement, source) = first_rejected(scratch, &sql).await.unwrap_or((sql, source));
        ProjectError::Text {
            object: created(&statement).unwrap_or_else(|| format!("`{}`", shortened(&statement))),
            statement,
            source,
        }
    } else {
        let origin = metadata.origin_of_sql(&sql, position(&source), &source.to_string());
        ProjectError::Model { origin, statement: sql, source }
    })
}

/// The statement of a text that PostgreSQL rejects.
async fn first_rejected(scratch: &mut Scratch, text: &str) -> Option<(String, Error)> {
    scratch.execute("BEGIN").await.ok()?;
    let mut found = None;
    for piece in statements(text) {
        if let Err(error) = scratch.execute(piece.sql).await {
            found = Some((piece.sql.to_owned(), error));
            break;
        }
    }
    scratch.execute("ROLLBACK").await.ok()?;
    found
}

/// The character, from 0, at which PostgreSQL sees the fault.
fn position(error: &Error) -> Option<usize> {
    let error = error.as_database_error()?.try_downcast_ref::<PgDatabaseError>()?;
    match error.position()? {
        PgErrorPosition::Original(position) => position.checked_sub(1),
        PgErrorPosition::Internal { .. } => None,
    }
}

/// The object that a statement creates, such as `view active_items`.
fn created(sql: &str) -> Option<String> {
    const BEFORE: [&str; 5] = ["create", "or", "replace", "recursive", "constraint"];
    const KINDS: [&str; 15] = [
        "aggregate",
        "collation",
        "domain",
        "function",
        "index",
        "policy",
        "procedure",
        "publication",
        "rule",
        "statistics",
        "table",
        "trigger",
        "type",
        "unique",
        "view",
    ];
    let words = tokens(sql).into_iter().filter(|token| !matches!(token, Token::Space(_)));
    let words = words.map(Token::text).collect::<Vec<_>>();
    if !words.first()?.eq_ignore_ascii_case("create") {
        return None;
    }
    let mut words = words.into_iter().skip_while(|word| BEFORE.contains(&&*word.to_lowercase())).peekable();
    let mut kind = Vec::new();
    while let Some(word) = words.next_if(|word| word.chars().all(char::is_alphabetic)) {
        let word = word.to_lowercase();
        let is_last = KINDS.contains(&&*word) && word != "unique";
        kind.push(word);
        if is_last {
            let mut words = words.skip_while(|word| ["if", "not", "exists"].contains(&&*word.to_lowercase()));
            let mut name = words.next().unwrap_or_default().to_owned();
            while let Some(part) = words.next().filter(|word| *word == ".").and_then(|_| words.next()) {
                name = format!("{name}.{part}");
            }
            return Some(format!("{} {name}", kind.join(" ")));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_named_as_its_statement_names_it() {
        for (sql, name) in [
            ("CREATE OR REPLACE VIEW a.\"B c\" AS SELECT 1", Some("view a.\"B c\"")),
            ("create materialized view if not exists m AS", Some("materialized view m")),
            ("CREATE FUNCTION f(x text) RETURNS text", Some("function f")),
            ("CREATE CONSTRAINT TRIGGER t AFTER", Some("trigger t")),
            ("CREATE UNIQUE INDEX i ON m (a)", Some("unique index i")),
            ("GRANT SELECT ON m TO app", None),
            ("CREATE CAST (a AS b) WITH FUNCTION f", None),
        ] {
            assert_eq!(created(sql).as_deref(), name);
        }
    }
}
