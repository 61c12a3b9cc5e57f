//! The names of statements, without values.

/// What a statement does to which table: `SELECT items`. A common table expression that writes
/// counts for the whole.
pub fn summarize(sql: &str) -> String {
    let mut words = words(sql);
    let is_verb = |word: &str| is_keyword(word) && !matches!(word, "WITH" | "AS" | "MATERIALIZED" | "NOT");
    let Some((depth, verb)) = words.find(|(_, word)| is_verb(word)) else { return "SQL".into() };
    let table = match verb {
        "INSERT" => behind("INTO", depth, &mut words),
        "UPDATE" => words.next().map(|(_, word)| word),
        "SELECT" | "DELETE" => behind("FROM", depth, &mut words),
        _ => None,
    };
    match table.filter(|table| table.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')) {
        Some(table) => format!("{verb} {table}"),
        None => verb.to_owned(),
    }
}

/// The words of a statement, and how many parentheses each is in.
fn words(sql: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut depth = 0_usize;
    sql.split_inclusive(|char: char| char.is_whitespace() || "(),;".contains(char)).filter_map(move |piece| {
        let word = piece.trim_end_matches(|char: char| char.is_whitespace() || "(),;".contains(char));
        let found = (depth, word);
        depth = match piece.chars().next_back() {
            Some('(') => depth + 1,
            Some(')') => depth.saturating_sub(1),
            _ => depth,
        };
        (!word.is_empty()).then_some(found)
    })
}

fn is_keyword(word: &str) -> bool {
    word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// The table behind a keyword that is in as many parentheses, or that of the query there.
fn behind<'a>(
    keyword: &str,
    mut depth: usize,
    words: &mut impl Iterator<Item = (usize, &'a str)>,
) -> Option<&'a str> {
    while words.by_ref().any(|(other, word)| word == keyword && other == depth) {
        match words.next()? {
            (inner, word) if is_keyword(word) => depth = inner,
            (_, table) => return Some(table),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_named_by_its_verb_and_table() {
        for (sql, summary) in [
            ("SELECT id, name FROM items WHERE id = $1", "SELECT items"),
            ("SELECT count(*) FROM (SELECT FROM items LIMIT 5) AS some", "SELECT items"),
            ("SELECT id, (SELECT schema FROM schemas WHERE id = $1) FROM collections", "SELECT collections"),
            ("INSERT INTO items (id) SELECT $1 FROM collections", "INSERT items"),
            ("WITH written AS (INSERT INTO items (id) VALUES ($1) RETURNING id) SELECT 1", "INSERT items"),
            ("WITH purged AS (DELETE FROM items WHERE id = $1) SELECT 1", "DELETE items"),
            ("UPDATE collections SET title = $1", "UPDATE collections"),
            ("BEGIN; SELECT pg_try_advisory_xact_lock(5)", "BEGIN"),
            ("SELECT pg_try_advisory_xact_lock('secret')", "SELECT"),
            ("SELECT * FROM \"Secret\"", "SELECT"),
            ("COMMIT", "COMMIT"),
            ("", "SQL"),
        ] {
            assert_eq!(summarize(sql), summary, "{sql}");
        }
    }
}
