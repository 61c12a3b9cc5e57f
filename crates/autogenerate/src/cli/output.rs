//! Output and arguments that several commands share.

use std::{
    fmt,
    io::{self, Write as _},
    str::FromStr,
};

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use crate::{introspect::Unhandled, revision::Written};

pub(super) const GOOD: Style = AnsiColor::Green.on_default();
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(super) const CARE: Style = AnsiColor::Yellow.on_default();
pub(super) const QUIET: Style = Style::new().dimmed();

/// The URL of a database. It does not print, because it may contain a password.
#[derive(Clone)]
pub(super) struct Url(String);

impl Url {
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for Url {
    type Err = std::convert::Infallible;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        Ok(Self(url.to_owned()))
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[url]")
    }
}

/// Formats a number of migrations, such as `2 migrations`.
pub(super) fn count(migrations: usize) -> String {
    format!("{migrations} migration{}", if migrations == 1 { "" } else { "s" })
}

/// Prints a script, or a note on standard error if it is empty.
pub(super) fn print_script(sql: &str) -> io::Result<()> {
    if sql.is_empty() {
        return writeln!(io::stderr(), "nothing to do");
    }
    io::stdout().write_all(sql.as_bytes())
}

pub(super) fn print_json(document: &Value) -> anyhow::Result<()> {
    Ok(writeln!(io::stdout(), "{document}")?)
}

/// Lists objects that were not compared on standard error, each after a label.
pub(super) fn print_unhandled(label: &str, unhandled: &[Unhandled]) -> io::Result<()> {
    let mut err = anstream::stderr().lock();
    for Unhandled { kind, name } in unhandled {
        writeln!(err, "{QUIET}{label}: {kind} {name}{QUIET:#}")?;
    }
    Ok(())
}

pub(super) fn unhandled_json(unhandled: &[Unhandled]) -> Value {
    unhandled.iter().map(|it| json!({ "kind": it.kind, "name": it.name })).collect()
}

/// Versions with sqlx's descriptions of their files.
pub(super) fn described_versions(versions: &[(i64, String)]) -> Value {
    versions
        .iter()
        .map(|(version, description)| json!({ "version": version, "description": description }))
        .collect()
}

pub(super) fn print_written(written: &Written) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    for path in &written.paths {
        writeln!(out, "wrote {}", path.display())?;
    }
    Ok(())
}
