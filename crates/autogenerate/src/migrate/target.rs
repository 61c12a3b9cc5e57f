//! How far to go.

use std::str::FromStr;

/// How far up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Up {
    /// To the newest revision: `head`.
    Head,
    /// As many revisions: `+2`.
    Steps(usize),
    /// To this one: a version of any of its files, or the beginning of one.
    Revision(String),
}

/// How far down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Down {
    /// To nothing: `base`.
    Base,
    /// As many revisions: `-2`.
    Steps(usize),
    /// To this one, which stays: a version of any of its files, or the beginning of one.
    Revision(String),
}

/// What the database is said to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stamp {
    /// Everything: `head`.
    Head,
    /// Nothing: `base`.
    Base,
    /// This one and those before it: a version of any of its files, or the beginning of one.
    Revision(String),
}

/// A text that is no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a target: {1}")]
pub struct TargetError(String, &'static str);

const UP: &str = "head, +1 (or more), or a revision (all digits of its version, or the first ones) is";
const DOWN: &str = "-1 (or more), base, or a revision (all digits of its version, or the first ones) is";
const STAMP: &str = "head, base, or a revision (all digits of its version, or the first ones) is";

impl FromStr for Up {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let error = || TargetError(text.to_owned(), UP);
        match (text, text.strip_prefix('+')) {
            ("head", _) => Ok(Self::Head),
            (_, Some(steps)) => steps_of(steps).map(Self::Steps).ok_or_else(error),
            _ => revision(text).map(Self::Revision).ok_or_else(error),
        }
    }
}

impl FromStr for Down {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let error = || TargetError(text.to_owned(), DOWN);
        match (text, text.strip_prefix('-')) {
            ("base", _) => Ok(Self::Base),
            (_, Some(steps)) => steps_of(steps).map(Self::Steps).ok_or_else(error),
            _ => revision(text).map(Self::Revision).ok_or_else(error),
        }
    }
}

impl FromStr for Stamp {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        match text {
            "head" => Ok(Self::Head),
            "base" => Ok(Self::Base),
            _ => revision(text).map(Self::Revision).ok_or_else(|| TargetError(text.to_owned(), STAMP)),
        }
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

fn steps_of(text: &str) -> Option<usize> {
    digits(text).then(|| text.parse().ok()).flatten().filter(|steps| *steps > 0)
}

fn revision(text: &str) -> Option<String> {
    digits(text).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_alembics() {
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
