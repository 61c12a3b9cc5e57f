//! Checks that accept all that another one accepts.

use crate::render::tokens::{Token, tokens};

/// Whether a check accepts every row that another one accepts, as far as the texts show it: a limit
/// is moved outwards, or a list of values gets longer.
pub(super) fn is_looser(was: &str, is: &str) -> bool {
    let (was, is) = (words(was), words(is));
    let same = was.iter().zip(&is).take_while(|(was, is)| was == is).count();
    let (old, new) = (&was[same..], &is[same..]);
    let after = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
    let (before, old, new) = (&is[..same], &old[..old.len() - after], &new[..new.len() - after]);
    let rest = &is[is.len() - after..];
    match (old, new) {
        ([old], [new]) => is_moved_outwards(before, (old, new), rest),
        ([], [first, ..]) => {
            let is_list = *first == Token::Other(",") || new.ends_with(&[Token::Other(",")]);
            let values = new.iter().chain(rest).take_while(|token| **token != Token::Other("]"));
            let is_plain = values.clone().all(|token| !matches!(token, Token::Other("[" | "(" | ")")));
            let end = new.len().max(values.count()) - new.len();
            is_list && is_plain && is_any(before, &rest[end..])
        }
        _ => false,
    }
}

fn words(sql: &str) -> Vec<Token<'_>> {
    tokens(sql).into_iter().filter(|token| !matches!(token, Token::Space(_))).collect()
}

/// Whether a text ends within the values of `= ANY (ARRAY[…])`, of which the rest begins with the
/// bracket at the end.
fn is_any(before: &[Token<'_>], rest: &[Token<'_>]) -> bool {
    const START: &[Token<'_>] =
        &[Token::Word("ANY"), Token::Other("("), Token::Word("ARRAY"), Token::Other("[")];
    const END: &[Token<'_>] = &[Token::Other("]"), Token::Other(")")];
    let Some(open) = before.iter().rposition(|token| *token == Token::Other("[")) else { return false };
    before[..=open].strip_suffix(START).is_some_and(is_positive)
        && rest.strip_prefix(END).is_some_and(is_closed)
}

/// Whether a number on the right of a comparison changes so that more values pass.
fn is_moved_outwards(before: &[Token<'_>], (old, new): (&Token<'_>, &Token<'_>), rest: &[Token<'_>]) -> bool {
    let number = |token: &Token<'_>| token.text().parse::<u64>().ok();
    let (Some(old), Some(new)) = (number(old), number(new)) else { return false };
    let before = before.strip_suffix(&[Token::Other("=")]).unwrap_or(before);
    let Some((comparison, before)) = before.split_last() else { return false };
    let passes = match comparison.text() {
        "<" => old < new,
        ">" => old > new,
        _ => false,
    };
    passes && is_end(rest.first()) && is_positive(before) && is_closed(rest)
}

/// Whether a comparison ends before this token.
fn is_end(token: Option<&Token<'_>>) -> bool {
    matches!(token, None | Some(Token::Other(")") | Token::Word("AND" | "OR" | "NO")))
}

/// Whether nothing but `AND` and `OR` applies to what the parentheses that end in this text
/// enclose.
fn is_closed(rest: &[Token<'_>]) -> bool {
    let mut depth = 0_usize;
    rest.iter().enumerate().all(|(at, token)| match token {
        Token::Other("(") => {
            depth += 1;
            true
        }
        Token::Other(")") if depth > 0 => {
            depth -= 1;
            true
        }
        Token::Other(")") => is_end(rest.get(at + 1)),
        _ => true,
    })
}

/// Whether a comparison after this text makes the whole true rather than false: it is in no
/// argument and follows no `NOT`.
fn is_positive(before: &[Token<'_>]) -> bool {
    let mut depth = 0_usize;
    let opens = before.iter().enumerate().rev().filter(|(_, token)| match token {
        Token::Other(")") => {
            depth += 1;
            false
        }
        Token::Other("(") if depth > 0 => {
            depth -= 1;
            false
        }
        token => **token == Token::Other("("),
    });
    let is_plain = |at: usize| {
        let token = at.checked_sub(1).map(|at| before[at]);
        matches!(token, None | Some(Token::Other("(") | Token::Word("CHECK" | "AND" | "OR")))
    };
    !before.iter().any(|token| matches!(token, Token::Word("NOT" | "CASE")))
        && opens.map(|(at, _)| at).collect::<Vec<_>>().into_iter().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_moves_outwards_and_a_longer_list_are_looser() {
        for (was, is) in [
            ("CHECK ((char_length(name) <= 200))", "CHECK ((char_length(name) <= 300))"),
            ("CHECK (((n >= 1) AND (n < 100)))", "CHECK (((n >= 0) AND (n < 100)))"),
            ("CHECK (((n IS NULL) OR (n < 10)))", "CHECK (((n IS NULL) OR (n < 11)))"),
            (
                "CHECK ((s = ANY (ARRAY['a'::text, 'b'::text])))",
                "CHECK ((s = ANY (ARRAY['a'::text, 'c'::text, 'b'::text])))",
            ),
            (
                "CHECK ((s = ANY (ARRAY['a'::text, 'b'::text])))",
                "CHECK ((s = ANY (ARRAY['a'::text, 'b'::text, 'c'::text])))",
            ),
        ] {
            assert!(is_looser(was, is) && !is_looser(is, was), "{was} {is}");
        }
        for (was, is) in [
            ("CHECK ((NOT (n < 10)))", "CHECK ((NOT (n < 11)))"),
            ("CHECK (f((n < 10)))", "CHECK (f((n < 11)))"),
            ("CHECK (((n < 10) = false))", "CHECK (((n < 11) = false))"),
            ("CHECK (((n < 10) IS NULL))", "CHECK (((n < 11) IS NULL))"),
            ("CHECK ((n < (10 - m)))", "CHECK ((n < (11 - m)))"),
            ("CHECK ((10 < n))", "CHECK ((11 < n))"),
            ("CHECK ((n <> 10))", "CHECK ((n <> 11))"),
            (
                "CHECK (((s = ANY (ARRAY['a'::text, 'b'::text])) IS NULL))",
                "CHECK (((s = ANY (ARRAY['a'::text, 'b'::text, 'c'::text])) IS NULL))",
            ),
            ("CHECK ((s <> ALL (ARRAY['a'::text, 'b'::text])))", "CHECK ((s <> ALL (ARRAY['a'::text])))"),
            ("CHECK ((n < 10))", "CHECK ((n < 10) OR (m < 1))"),
        ] {
            assert!(!is_looser(was, is), "{was} {is}");
        }
    }
}
