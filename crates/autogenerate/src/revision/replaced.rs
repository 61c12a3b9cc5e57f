//! Which migrations a revision replaces, as comments in its first file.
//!
//! ```sql
//! -- replaces: 20261101090000 5f1c…
//! -- replaces: 20261102090000 99a0…
//! ```
//!
//! A database that has all of them applied, with these checksums, has the revision. A revision that
//! replaces one that replaced others names both possibilities, separated by a line `-- or`.

use std::{borrow::Cow, fmt::Write as _};

use super::{
    folder::{Pair, Revision},
    marks,
};

const REPLACES: &str = "-- replaces: ";
const OR: &str = "-- or";
const OURS: &str = "-- created by a generated revision: ";

/// A migration file that was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// Its version.
    pub version: i64,
    /// sqlx's checksum of its up file.
    pub checksum: Cow<'static, [u8]>,
}

impl Replaced {
    fn of(pair: &Pair) -> Self {
        Self { version: pair.version, checksum: pair.up.checksum.clone() }
    }

    fn line(&self) -> String {
        let mut line = format!("{REPLACES}{} ", self.version);
        for byte in &*self.checksum {
            let _ = write!(line, "{byte:02x}");
        }
        line
    }

    fn parse(line: &str) -> Option<Self> {
        let (version, checksum) = line.split_once(' ')?;
        let checksum = checksum.trim_end().as_bytes().chunks(2);
        let byte = |digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
        let checksum: Option<Vec<u8>> = checksum.map(byte).collect();
        Some(Self { version: version.parse().ok()?, checksum: Cow::Owned(checksum?) })
    }
}

impl Revision {
    /// The sets of migrations that this revision replaces; each set leads to the same schema.
    #[must_use]
    pub fn replaces(&self) -> Vec<Vec<Replaced>> {
        let mut sets = Vec::new();
        let Some(first) = self.files.first() else { return sets };
        let mut is_new = true;
        for line in first.up.sql.as_str().lines() {
            if let Some(replaced) = line.strip_prefix(REPLACES).and_then(Replaced::parse) {
                if std::mem::take(&mut is_new) {
                    sets.push(Vec::new());
                }
                sets.last_mut().into_iter().for_each(|set| set.push(replaced.clone()));
            } else if line.trim_end() == OR {
                is_new = true;
            }
        }
        sets
    }

    /// Whether an object that this revision creates counts as created from models: those of a
    /// generated revision, and those that a revision in place of generated ones lists.
    /// `described` is the object as [`ours_lines`] lists it.
    pub(crate) fn creates_for_models(&self, described: &str) -> bool {
        let lists = |line: &str| line.strip_prefix(OURS).is_some_and(|it| it.trim_end() == described);
        self.is_generated() || self.files.iter().any(|pair| pair.up.sql.as_str().lines().any(lists))
    }
}

/// The sets of migrations that a revision in place of `revisions` replaces: their files, or what
/// they replace themselves.
pub(crate) fn replaced_sets(revisions: &[Revision]) -> Vec<Vec<Replaced>> {
    let mut sets: Vec<Vec<Replaced>> = vec![Vec::new()];
    for revision in revisions {
        let own = revision.files.iter().map(Replaced::of).collect();
        let choices: Vec<Vec<Replaced>> = [own].into_iter().chain(revision.replaces()).collect();
        let with = |set: &Vec<Replaced>| choices.iter().map(|it| [&set[..], it].concat()).collect::<Vec<_>>();
        sets = sets.iter().flat_map(with).collect();
    }
    sets
}

/// The lines that name what a revision replaces.
pub(crate) fn replaces_lines(sets: &[Vec<Replaced>]) -> String {
    let lines = |set: &Vec<Replaced>| set.iter().map(|it| it.line() + "\n").collect::<String>();
    sets.iter().map(lines).collect::<Vec<_>>().join(&format!("{OR}\n"))
}

/// The lines that list the objects that generated revisions created, such as `table public.items`.
pub(crate) fn ours_lines(objects: impl IntoIterator<Item = String>) -> String {
    objects
        .into_iter()
        .flat_map(|object| [OURS.to_owned(), marks::one_line(&object), "\n".to_owned()])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_round_trips() {
        let replaced = Replaced { version: 7, checksum: Cow::Owned(vec![0, 0xab, 0xff]) };
        assert_eq!(replaced.line(), "-- replaces: 7 00abff");
        assert_eq!(Replaced::parse("7 00abff"), Some(replaced));
        assert_eq!(Replaced::parse("7 00ab?"), None);
    }
}
