//! How a command reports its failure.

use std::{
    fmt::Write as _,
    io::{self, Write as _},
    process::ExitCode,
};

use sqlx::postgres::PgDatabaseError;

/// Prints the chain of causes after the name of the program, and returns the exit code: 1, or 0 if
/// the only error is that the reader of the output has exited.
#[must_use]
pub fn fail(program: &str, error: &anyhow::Error) -> ExitCode {
    // The reader has seen enough: `history | head -n 1`.
    if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
        return ExitCode::SUCCESS;
    }
    // There is no other way to tell of the failure.
    let _ = writeln!(io::stderr(), "{}", describe(program, error));
    ExitCode::FAILURE
}

/// The chain of causes.
fn describe(program: &str, error: &anyhow::Error) -> String {
    let mut text = format!("{program}: ");
    for (depth, cause) in error.chain().enumerate() {
        // Some errors end with the message of their cause.
        if depth > 0 && text.ends_with(&cause.to_string()) {
            continue;
        }
        text.push_str(if depth == 0 { "" } else { "\n  because " });
        // sqlx adds a line number of PostgreSQL's source, and then repeats the message.
        if let Some(sqlx::Error::Database(error)) = cause.downcast_ref() {
            text.push_str(error.message());
            if let Some(error) = error.try_downcast_ref::<PgDatabaseError>() {
                let more = [("detail", error.detail()), ("hint", error.hint()), ("where", error.r#where())];
                for (what, words) in more.into_iter().filter_map(|(what, words)| Some((what, words?))) {
                    let _ = write!(text, "\n  {what}: {words}");
                }
            }
            break;
        }
        let _ = write!(text, "{cause}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cause_is_printed_twice() {
        let refused = io::Error::new(io::ErrorKind::ConnectionRefused, "connection refused");
        let error = anyhow::Error::from(sqlx::Error::Io(refused)).context("cannot connect");
        let text = describe("db", &error);
        assert!(text.starts_with("db: cannot connect\n  because "), "{text}");
        assert_eq!(text.matches("connection refused").count(), 1, "{text}");
    }
}
