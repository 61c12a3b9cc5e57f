//! What several commands print.

use std::io::{self, Write as _};

/// A number of migrations in words.
pub fn count(migrations: usize) -> String {
    format!("{migrations} migration{}", if migrations == 1 { "" } else { "s" })
}

/// Prints a script, or a note on standard error if it is empty.
pub fn print_script(sql: &str) -> io::Result<()> {
    if sql.is_empty() {
        return writeln!(io::stderr(), "nothing to do");
    }
    io::stdout().write_all(sql.as_bytes())
}
