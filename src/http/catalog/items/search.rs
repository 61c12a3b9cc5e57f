//! The parameter `q`.

use crate::{
    http::{
        limits::{MAX_SEARCH, MAX_WORDS},
        request::query::Expected,
    },
    postgres::catalog::models::{SEPARATORS, Search, Term, is_in_word, is_invisible, words},
};

/// Parses words, `"phrases"`, and either with `-` in front, which excludes it.
///
/// # Errors
///
/// The code `search`: it is too long, or nothing in it is to be found.
pub fn parse_search(value: &str) -> Result<Search, Expected> {
    let is_short = value.chars().count() <= MAX_SEARCH;
    let mut terms = if is_short { split(value) } else { Vec::new() };
    let count: usize =
        terms.iter().filter_map(|term| term.texts.first()).map(|text| words(text).count()).sum();
    if count <= MAX_WORDS && terms.iter().any(|term| !term.is_excluded) {
        terms.sort_by_cached_key(Term::meaning);
        terms.dedup_by_key(|term| term.meaning());
        Ok(Search { terms, spelling: None })
    } else {
        let detail = format!(
            "must have at most {MAX_SEARCH} characters and {MAX_WORDS} words, and a word to find: letters or digits \
             without - in front"
        );
        Err(Expected("search", detail.into()))
    }
}

/// The terms that have letters or digits. A quotation mark that nothing closes goes to the end.
fn split(value: &str) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut rest = value.trim_start();
    while !rest.is_empty() {
        let after_sign = rest.strip_prefix('-');
        let start = after_sign.unwrap_or(rest);
        let quoted = start.strip_prefix('"');
        let text = quoted.unwrap_or(start);
        let is_end = |c: char| c == '"' || quoted.is_none() && c.is_whitespace();
        let end = text.find(is_end).unwrap_or(text.len());
        let (text, behind) = text.split_at(end);
        if text.contains(is_in_word) {
            terms.push(Term {
                texts: spellings(&text.replace(SEPARATORS, " ")),
                is_phrase: quoted.is_some(),
                is_excluded: after_sign.is_some(),
            });
        }
        rest = match quoted {
            Some(_) => behind.strip_prefix('"').unwrap_or(behind),
            None => behind,
        }
        .trim_start();
    }
    terms
}

/// How a text may be stored: with its invisible characters, which are part of a word since
/// PostgreSQL 16, with spaces instead of them, or without them.
fn spellings(text: &str) -> Vec<String> {
    let mut spellings = sigmas(text.to_owned());
    if text.contains(is_invisible) {
        for instead in [" ", ""] {
            spellings.extend(sigmas(text.replace(is_invisible, instead).trim().to_owned()));
        }
    }
    spellings
}

/// A text, and how it is stored if it was written in the other case: PostgreSQL maps a capital
/// sigma to the one small letter wherever it is, but Greek has another at the end of a word.
fn sigmas(text: String) -> Vec<String> {
    let is_sigma = |c: char| matches!(c, 'Σ' | 'σ' | 'ς');
    if !text.contains(is_sigma) {
        return vec![text];
    }
    let medial = text.replace(is_sigma, "σ");
    let mut chars = medial.chars().peekable();
    let mut last = String::new();
    while let Some(c) = chars.next() {
        let is_end = !chars.peek().is_some_and(|next| is_in_word(*next));
        last.push(if c == 'σ' && is_end { 'ς' } else { c });
    }
    vec![text, medial, last]
}
