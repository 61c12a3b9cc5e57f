//! Output that several commands share.

use std::io::{self, Write as _};

/// Formats a number of migrations, such as `2 migrations`.
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
