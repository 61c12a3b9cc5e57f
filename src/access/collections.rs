//! The collections that a grant names.

use std::{fmt, str::FromStr};

/// The most labels of a collection's key.
pub const MAX_LABELS: usize = 4;
/// The most characters of a label.
pub const MAX_LABEL: usize = 63;
/// The most characters of a collection's key.
pub const MAX_COLLECTION_KEY: usize = MAX_LABELS * (MAX_LABEL + 1) - 1;

/// The collections that a grant names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Collections {
    /// Every collection: `*`.
    All,
    /// Those whose keys begin with these labels, which end with a dot: `acme.*`. `acme` itself is
    /// none of them.
    Below(String),
    /// The one with this key.
    One(String),
}

impl Collections {
    /// Whether the collection with this key is among them.
    #[must_use]
    pub fn contain(&self, key: &str) -> bool {
        match self {
            Self::All => true,
            Self::Below(labels) => key.starts_with(labels),
            Self::One(one) => one == key,
        }
    }

    /// Whether all of the others are among them.
    #[must_use]
    pub fn include(&self, others: &Self) -> bool {
        match (self, others) {
            (Self::All, _) => true,
            (_, Self::All) | (Self::One(_), Self::Below(_)) => false,
            (_, Self::Below(key) | Self::One(key)) => self.contain(key),
        }
    }

    /// Those that are among both. Labels are nested, so these are all of one of them, or none.
    #[must_use]
    pub fn and<'a>(&'a self, others: &'a Self) -> Option<&'a Self> {
        if self.include(others) { Some(others) } else { others.include(self).then_some(self) }
    }

    /// The pattern of SQL's LIKE that their keys match. No key has a character with a meaning
    /// there.
    #[must_use]
    pub fn like(&self) -> String {
        match self {
            Self::All => "%".into(),
            Self::Below(labels) => format!("{labels}%"),
            Self::One(key) => key.clone(),
        }
    }
}

impl FromStr for Collections {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "must be the key of a collection, such as acme.lamps, the beginning of some, such as acme.*, or *";
        match text.strip_suffix(".*") {
            _ if text == "*" => Ok(Self::All),
            Some(labels) if are_labels(labels, MAX_LABELS - 1) => Ok(Self::Below(format!("{labels}."))),
            None if is_collection_key(text) => Ok(Self::One(text.to_owned())),
            _ => Err(FORM),
        }
    }
}

/// Whether a text is the key of a collection: labels joined by dots.
#[must_use]
pub fn is_collection_key(text: &str) -> bool {
    are_labels(text, MAX_LABELS)
}

fn are_labels(text: &str, most: usize) -> bool {
    text.len() <= MAX_COLLECTION_KEY && text.split('.').count() <= most && text.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    label.len() <= MAX_LABEL
        && label.starts_with(|first: char| first.is_ascii_lowercase())
        && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

impl fmt::Display for Collections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("*"),
            Self::Below(labels) => write!(f, "{labels}*"),
            Self::One(key) => f.write_str(key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Collections {
        text.parse().unwrap()
    }

    #[test]
    fn collections_are_a_key_a_beginning_or_all() {
        for text in ["*", "acme.*", "a.b.c.*", "acme", "acme.lamps", "a.b.c.d"] {
            assert_eq!(parse(text).to_string(), text);
        }
        for text in [
            "",
            "**",
            ".*",
            "acme*",
            "acme.l*",
            "*.lamps",
            "a.b.c.d.*",
            "a.b.c.d.e",
            "A",
            "a_b",
            "a%",
            "acme.",
        ] {
            assert!(text.parse::<Collections>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_beginning_ends_with_a_dot() {
        let below = parse("acme.*");
        assert!(below.contain("acme.lamps") && below.contain("acme.a.b"));
        assert!(!below.contain("acme") && !below.contain("acme-x.lamps") && !below.contain("acmes"));
    }

    #[test]
    fn what_includes_others_contains_all_of_them() {
        let all =
            ["*", "acme.*", "acme.a.*", "acme", "acme.lamps", "acme.a.b", "other.*", "other"].map(parse);
        let keys = ["acme", "acme.lamps", "acme.a.b", "acme.a.c", "other", "other.x", "third"];
        for one in &all {
            for other in &all {
                let contains_all = keys.iter().all(|key| one.contain(key) || !other.contain(key));
                // `acme.a.*` has more keys than those above.
                assert!(!one.include(other) || contains_all, "{one} {other}");
                let both: Vec<_> = keys.iter().filter(|key| one.contain(key) && other.contain(key)).collect();
                let and: Vec<_> =
                    keys.iter().filter(|key| one.and(other).is_some_and(|and| and.contain(key))).collect();
                assert_eq!(both, and, "{one} {other}");
            }
        }
        assert!(!parse("acme.lamps").include(&parse("acme.lamps.*")));
    }
}
