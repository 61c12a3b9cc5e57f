//! What a file's failure looks like to a person.

use std::fmt;

use sqlx::postgres::{PgDatabaseError, PgErrorPosition};

use crate::render::statements::statements;

/// A statement of a migration file that failed.
#[derive(Debug)]
pub struct Failure {
    /// The file's name.
    pub file: String,
    /// The line, from 1, at which PostgreSQL found the error or the statement begins; `None` if the
    /// transaction could not begin or end.
    pub line: Option<usize>,
    /// The first line of the statement; empty if there is no line.
    pub statement: String,
    /// What the database reported.
    pub error: sqlx::Error,
}

impl Failure {
    /// The failure of the statement after the first `done` ones of a script; `None` if it was not a
    /// statement of the script.
    pub(super) fn new(file: &str, script: &str, done: Option<usize>, error: sqlx::Error) -> Self {
        let position = database_error(&error).and_then(|error| match error.position() {
            Some(PgErrorPosition::Original(position)) => Some(byte_of(script, position)),
            _ => None,
        });
        let found = statements(script);
        let at_position = |(begin, sql): &&(usize, &str)| {
            position.is_some_and(|position| (*begin..=begin + sql.len()).contains(&position))
        };
        let statement = done.and_then(|done| found.iter().find(at_position).or_else(|| found.get(done)));
        let line_of = |byte: usize| 1 + script[..byte].matches('\n').count();
        Self {
            file: file.to_owned(),
            line: statement.map(|(begin, _)| line_of(position.unwrap_or(*begin))),
            statement: statement
                .map(|(_, sql)| sql.lines().next().unwrap_or_default().to_owned())
                .unwrap_or_default(),
            error,
        }
    }
}

/// Formats the error once: what the database reported, with its detail and hint, and the statement.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        match database_error(&self.error) {
            Some(error) => {
                write!(f, ": {}", error.message())?;
                for (what, text) in [("detail", error.detail()), ("hint", error.hint())] {
                    text.map_or(Ok(()), |text| write!(f, "\n  {what}: {text}"))?;
                }
            }
            None => write!(f, ": {}", self.error)?,
        }
        if self.statement.is_empty() { Ok(()) } else { write!(f, "\n  statement: {}", self.statement) }
    }
}

fn database_error(error: &sqlx::Error) -> Option<&PgDatabaseError> {
    error.as_database_error()?.try_downcast_ref()
}

/// The byte at which a character, counted from 1, begins.
fn byte_of(text: &str, position: usize) -> usize {
    text.char_indices().nth(position.saturating_sub(1)).map_or(text.len(), |(byte, _)| byte)
}
