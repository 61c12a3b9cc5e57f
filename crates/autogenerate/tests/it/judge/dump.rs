//! The output of `pg_dump -s`, without differences that no plan can remove.

use std::{env, ffi::OsString, path::Path, sync::OnceLock};

use sqlx::{ConnectOptions as _, postgres::PgConnectOptions};
use tokio::process::Command;

/// Dumps a database on a server of this major version. Returns `None` and prints a note if no
/// matching `pg_dump` is installed.
pub async fn dump(options: &PgConnectOptions, server: u32) -> Option<String> {
    static TOOL: OnceLock<Option<OsString>> = OnceLock::new();
    let tool = TOOL.get_or_init(|| {
        let tool = find(server);
        if tool.is_none() {
            report_missing(server);
        }
        tool
    });
    let mut url = options.to_url_lossy();
    // pg_dump rejects parameters that libpq does not know.
    let query = url.query().unwrap_or_default().to_owned();
    let known: Vec<&str> =
        query.split('&').filter(|pair| !pair.starts_with("statement-cache-capacity=")).collect();
    url.set_query(Some(&known.join("&")));
    let output = Command::new(tool.as_ref()?)
        .args(["--schema-only", "--no-owner", "--no-privileges", url.as_str()])
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(normalized(&String::from_utf8(output.stdout).unwrap()))
}

#[expect(
    clippy::print_stderr,
    reason = "the person who runs the tests should know that one judge is missing"
)]
fn report_missing(server: u32) {
    eprintln!("no pg_dump for PostgreSQL {server} found: judging by introspection only");
}

/// Finds `pg_dump` next to the server, or on the path if that one is not older than the server.
fn find(server: u32) -> Option<OsString> {
    let next_to_server =
        env::var_os("CURIO_POSTGRES_BIN").map(|bin| Path::new(&bin).join("pg_dump").into_os_string());
    next_to_server.into_iter().chain(["pg_dump".into()]).find(|tool| {
        let output = std::process::Command::new(tool).arg("--version").output();
        let version =
            output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        let major =
            version.split_whitespace().nth(2).and_then(|number| number.split('.').next()?.parse().ok());
        major.is_some_and(|major: u32| major >= server)
    })
}

/// Sorts the statements and the columns of each `CREATE TABLE`. Removes comments, settings and the
/// `\restrict` guards of newer versions.
fn normalized(dump: &str) -> String {
    let kept: Vec<&str> = dump
        .lines()
        .filter(|line| !line.is_empty() && !["--", "SET ", "\\"].iter().any(|start| line.starts_with(start)))
        .collect();
    let kept = kept.join("\n");
    let mut statements: Vec<String> =
        kept.split(";\n").map(|one| columns_sorted(&lists_bare(one.trim_end_matches(';')))).collect();
    statements.sort();
    statements.join(";\n")
}

/// Removes the casts in `name IN ('a', 'b')` on a `varchar` column, and from negative numbers:
/// PostgreSQL prints them differently after its own output was parsed again.
fn lists_bare(statement: &str) -> String {
    let bare = |line: &str| {
        if line.contains("'-") {
            let bare = line.replace("'-", "(- ");
            ["integer", "bigint", "numeric"]
                .iter()
                .fold(bare, |line, number| line.replace(&format!("'::{number}"), ")"))
        } else if line.contains("ARRAY[") {
            ["::character varying", "::text[]", "::text", "(", ")"]
                .iter()
                .fold(line.to_owned(), |line, cast| line.replace(cast, ""))
        } else {
            line.to_owned()
        }
    };
    statement.lines().map(bare).collect::<Vec<_>>().join("\n")
}

fn columns_sorted(statement: &str) -> String {
    if statement.starts_with("CREATE STATISTICS") {
        return statistics_sorted(statement);
    }
    if !statement.starts_with("CREATE TABLE") && !statement.starts_with("CREATE UNLOGGED TABLE") {
        return statement.to_owned();
    }
    let mut lines: Vec<&str> = statement.lines().collect();
    let inner = lines.iter().position(|line| line.starts_with("    ")).unwrap_or(lines.len());
    let end = lines.iter().rposition(|line| line.starts_with("    ")).map_or(inner, |last| last + 1);
    for line in &mut lines[inner..end] {
        *line = line.trim_end_matches(',');
    }
    lines[inner..end].sort_unstable();
    let mut sorted = lines[..end].join("\n");
    for line in &lines[end..] {
        sorted.push('\n');
        sorted.push_str(&options_sorted(line));
    }
    sorted
}

/// Sorts the columns of extended statistics, which PostgreSQL prints in the order of the table's.
fn statistics_sorted(statement: &str) -> String {
    let parts =
        statement.split_once(" ON ").and_then(|(head, rest)| Some((head, rest.rsplit_once(" FROM ")?)));
    let Some((head, (columns, table))) = parts else { return statement.to_owned() };
    let mut columns: Vec<&str> = columns.split(", ").collect();
    columns.sort_unstable();
    format!("{head} ON {} FROM {table}", columns.join(", "))
}

/// Sorts storage parameters: `WITH (b, a)` becomes `WITH (a, b)`.
fn options_sorted(line: &str) -> String {
    let Some(options) = line.strip_prefix("WITH (").and_then(|rest| rest.strip_suffix(')')) else {
        return line.to_owned();
    };
    let mut options: Vec<&str> = options.split(", ").collect();
    options.sort_unstable();
    format!("WITH ({})", options.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dumps_that_differ_only_in_order_are_equal() {
        let one = "--\n-- PostgreSQL database dump\n--\n\nSET a = 1;\nCREATE TABLE t (\n    b text,\n    a integer\n);\n\nCREATE TYPE x;\n";
        let two = "\\restrict x\nCREATE TYPE x;\nCREATE TABLE t (\n    a integer,\n    b text\n);\n";
        assert_eq!(normalized(one), normalized(two));
        assert_ne!(normalized(one), normalized(&one.replace("b text", "b text NOT NULL")));
        let statistics = |columns| normalized(&format!("CREATE STATISTICS x ON {columns} FROM t;\n"));
        assert_eq!(statistics("b, a"), statistics("a, b"));
        assert_ne!(statistics("b, a"), statistics("a, c"));
    }
}
