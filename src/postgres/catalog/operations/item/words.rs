//! The SQL of a search. Texts are bound, and parsed by PostgreSQL as the texts of items are.

use sqlx::{Postgres, QueryBuilder};

use crate::postgres::catalog::models::{Search, Term, is_in_word};

/// Pushes that an item contains the words.
pub fn push_contains(query: &mut QueryBuilder<Postgres>, search: &Search) {
    query.push(" AND search @@ ");
    push_terms(query, search, |_| true);
    // What has letters or digits for us may have none for PostgreSQL.
    query.push(" AND numnode(");
    push_terms(query, search, |term| !term.is_excluded);
    query.push(") > 0");
}

/// Pushes how well it matches: more if the words are in the name, are near to each other, and are
/// few of few; and more than that for each that is a whole word.
pub fn push_rank(query: &mut QueryBuilder<Postgres>, search: &Search) {
    const BY_LENGTH: i32 = 1;
    query.push("ts_rank(search, ");
    push_terms(query, search, |term| !term.is_excluded);
    query.push(format_args!(", {BY_LENGTH}) + ts_rank(search, ''"));
    for text in search.terms.iter().filter(|term| !term.is_excluded).flat_map(|term| &term.texts) {
        query.push(" || ");
        push_words(query, text);
    }
    query.push(")");
}

/// Pushes the query for all of these terms.
fn push_terms(query: &mut QueryBuilder<Postgres>, search: &Search, is_meant: impl Fn(&Term) -> bool) {
    query.push("(''::tsquery");
    for term in search.terms.iter().filter(|term| is_meant(term)) {
        query.push(if term.is_excluded { " && !! (''" } else { " && (''" });
        for text in &term.texts {
            query.push(" || ");
            if term.is_phrase {
                push_words(query, text);
            } else {
                push_prefix(query, text);
            }
        }
        query.push(")");
    }
    query.push(")");
}

/// Pushes the query for words that follow each other.
fn push_words(query: &mut QueryBuilder<Postgres>, text: &str) {
    if is_one_word(text) {
        push_phrase(query, text);
    } else {
        push_in_one_part(query, text, "");
    }
}

/// As [`push_words`], of which the last is the beginning of one.
fn push_prefix(query: &mut QueryBuilder<Postgres>, text: &str) {
    if is_one_word(text) {
        query.push("coalesce((nullif(");
        push_phrase(query, text);
        query.push("::text, '') || ':*')::tsquery, '')");
    } else {
        push_in_one_part(query, text, "*");
    }
}

/// Whether PostgreSQL makes one word of it. What else is one costs a query that says more.
fn is_one_word(text: &str) -> bool {
    text.chars().all(is_in_word)
}

/// Pushes the query for words that are all in the name, which has the weight A, or all in the
/// attributes: the first word of those follows the last of the name.
fn push_in_one_part(query: &mut QueryBuilder<Postgres>, text: &str, end: &str) {
    query.push("(''");
    for weight in ["A", "B"] {
        query.push(" || coalesce((replace(nullif(");
        push_phrase(query, text);
        query.push(format_args!("::text, ''), ''' <', ''':{weight} <') || ':{end}{weight}')::tsquery, '')"));
    }
    query.push(")");
}

fn push_phrase(query: &mut QueryBuilder<Postgres>, text: &str) {
    query.push("phraseto_tsquery('simple', ").push_bind(text.to_owned()).push(")");
}
