//! The targets of `upgrade`, `downgrade` and `stamp`.

use std::str::FromStr;

/// How far to upgrade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Up {
    /// To the newest revision: `head`.
    Head,
    /// By this many revisions: `+2`.
    Steps(usize),
    /// Up to and including this revision: the version of any of its files, or a unique prefix of
    /// one.
    Revision(String),
}

/// How far to downgrade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Down {
    /// Revert everything: `base`.
    Base,
    /// By this many revisions: `-2`.
    Steps(usize),
    /// To this revision, which stays applied: the version of any of its files, or a unique prefix
    /// of one.
    Revision(String),
}

/// What to record as applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stamp {
    /// Everything: `head`.
    Head,
    /// Nothing: `base`.
    Base,
    /// This revision and those before it: the version of any of its files, or a unique prefix of
    /// one.
    Revision(String),
}

/// A text cannot be parsed as a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a target; use {1}")]
pub struct TargetError(String, &'static str);

const UP: &str = "head, +1 (or more), or a revision (its version or the first digits of it)";
const DOWN: &str = "-1 (or more), base, or a revision (its version or the first digits of it)";
const STAMP: &str = "head, base, or a revision (its version or the first digits of it)";

impl FromStr for Up {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let error = || TargetError(text.to_owned(), UP);
        match (text, text.strip_prefix('+')) {
            ("head", _) => Ok(Self::Head),
            (_, Some(steps)) => parse_steps(steps).map(Self::Steps).ok_or_else(error),
            _ => parse_revision(text).map(Self::Revision).ok_or_else(error),
        }
    }
}

impl FromStr for Down {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let error = || TargetError(text.to_owned(), DOWN);
        match (text, text.strip_prefix('-')) {
            ("base", _) => Ok(Self::Base),
            (_, Some(steps)) => parse_steps(steps).map(Self::Steps).ok_or_else(error),
            _ => parse_revision(text).map(Self::Revision).ok_or_else(error),
        }
    }
}

impl FromStr for Stamp {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        match text {
            "head" => Ok(Self::Head),
            "base" => Ok(Self::Base),
            _ => parse_revision(text).map(Self::Revision).ok_or_else(|| TargetError(text.to_owned(), STAMP)),
        }
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

fn parse_steps(text: &str) -> Option<usize> {
    is_digits(text).then(|| text.parse().ok()).flatten().filter(|steps| *steps > 0)
}

fn parse_revision(text: &str) -> Option<String> {
    is_digits(text).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_written_as_in_alembic() {
        assert_eq!("head".parse(), Ok(Up::Head));
        assert_eq!("+2".parse(), Ok(Up::Steps(2)));
        assert_eq!("2026".parse(), Ok(Up::Revision("2026".to_owned())));
        assert_eq!("-1".parse(), Ok(Down::Steps(1)));
        assert_eq!("base".parse(), Ok(Down::Base));
        assert_eq!("head".parse(), Ok(Stamp::Head));
        for text in ["", "+", "+0", "-1", "+-1", "base", "2026x"] {
            assert!(text.parse::<Up>().is_err(), "{text}");
        }
        for text in ["", "-", "-0", "+1", "head"] {
            assert!(text.parse::<Down>().is_err(), "{text}");
        }
    }
}
