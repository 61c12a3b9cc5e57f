//! What an actor may do.

use std::{fmt, str::FromStr};

use super::{collections::Collections, scope::Scope};

/// What a scope begins with that is a grant: `curio:read:acme.*`.
pub const SCOPE_PREFIX: &str = "curio:";
/// The most grants of an actor.
pub const MAX_GRANTS: usize = 64;

/// What an actor may do to collections and their items. Each includes [`Read`](Self::Read): what
/// may not be read does not exist, so nothing could be done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Read items and collections.
    Read,
    /// Create and change items.
    Write,
    /// Delete and restore items.
    Delete,
    /// Remove items for good.
    Purge,
    /// Create, change and delete collections, and keys.
    Manage,
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 5] = [Self::Read, Self::Write, Self::Delete, Self::Purge, Self::Manage];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Delete => "delete",
            Self::Purge => "purge",
            Self::Manage => "manage",
        }
    }

    /// Whether who may do this may do the other.
    #[must_use]
    pub fn includes(self, other: Self) -> bool {
        self == other || other == Self::Read
    }
}

/// An action on collections: `write:acme.*`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grant {
    /// What may be done.
    pub action: Action,
    /// To what.
    pub collections: Collections,
}

impl Grant {
    /// Whether it allows everything that the other one does.
    #[must_use]
    pub fn includes(&self, other: &Self) -> bool {
        self.action.includes(other.action) && self.collections.include(&other.collections)
    }
}

impl FromStr for Grant {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (action, collections) = text.split_once(':').unwrap_or((text, ""));
        let action = Action::ALL.into_iter().find(|known| known.as_str() == action);
        let action = action.ok_or_else(|| {
            let names = Action::ALL.map(Action::as_str).join(", ");
            format!("must be an action ({names}), a colon and collections, such as write:acme.*")
        })?;
        Ok(Self {
            action,
            collections: collections.parse().map_err(|error| format!("behind the colon {error}"))?,
        })
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.action.as_str(), self.collections)
    }
}

/// Everything that an actor may do. By default, that is nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grants {
    grants: Vec<Grant>,
    /// Those of each action, in the order of [`Action::ALL`].
    scopes: [Scope; 5],
}

impl Default for Grants {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Grants {
    /// These grants, of which those that others include are left out.
    #[must_use]
    pub fn new(grants: Vec<Grant>) -> Self {
        let mut distinct: Vec<Grant> = Vec::with_capacity(grants.len());
        for grant in grants {
            if !distinct.iter().any(|other| other.includes(&grant)) {
                distinct.retain(|other| !grant.includes(other));
                distinct.push(grant);
            }
        }
        distinct.sort();
        let scopes = Action::ALL.map(|action| {
            let of_action = distinct.iter().filter(|grant| grant.action.includes(action));
            Scope::of(of_action.map(|grant| &grant.collections))
        });
        Self { grants: distinct, scopes }
    }

    /// Everything.
    #[must_use]
    pub fn all() -> Self {
        Self::new(Action::ALL.map(|action| Grant { action, collections: Collections::All }).into())
    }

    /// Each grant.
    pub fn iter(&self) -> impl Iterator<Item = &Grant> {
        self.grants.iter()
    }

    /// The collections on which this may be done.
    #[must_use]
    pub fn scope(&self, action: Action) -> &Scope {
        &self.scopes[action as usize]
    }

    /// Whether this may be done to the collection with this key.
    #[must_use]
    pub fn allow(&self, action: Action, key: &str) -> bool {
        self.scope(action).admits(key)
    }

    /// Whether it allows everything that a grant does.
    #[must_use]
    pub fn include(&self, grant: &Grant) -> bool {
        self.grants.iter().any(|own| own.includes(grant))
    }

    /// Whether this actor may give a grant to a key, or take it away: it has the grant itself, and
    /// manages all of its collections.
    #[must_use]
    pub fn may_give(&self, grant: &Grant) -> bool {
        let manage = Grant { action: Action::Manage, collections: grant.collections.clone() };
        self.include(grant) && self.include(&manage)
    }

    /// The grant without which this actor may not give another one.
    #[must_use]
    pub fn missing_to_give(&self, grant: &Grant) -> Grant {
        let action = if self.include(grant) { Action::Manage } else { grant.action };
        Grant { action, collections: grant.collections.clone() }
    }

    /// The patterns of SQL's LIKE of which the text of each grant that it [may
    /// give](Self::may_give) matches one.
    #[must_use]
    pub fn givable(&self) -> Vec<String> {
        let managed = self.grants.iter().filter(|grant| grant.action == Action::Manage);
        let pairs = managed.flat_map(|managed| self.grants.iter().map(move |own| (managed, own)));
        let common =
            pairs.filter_map(|(managed, own)| Some((own, own.collections.and(&managed.collections)?)));
        let patterns = common.flat_map(|(own, collections)| {
            let included = Action::ALL.into_iter().filter(|action| own.action.includes(*action));
            included.map(|action| format!("{}:{}", action.as_str(), collections.like()))
        });
        let mut patterns: Vec<String> = patterns.collect();
        patterns.sort();
        patterns.dedup();
        patterns
    }
}

impl fmt::Display for Grants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, grant) in self.grants.iter().enumerate() {
            let space = if index > 0 { " " } else { "" };
            write!(f, "{space}{grant}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grants(text: &str) -> Grants {
        Grants::new(text.split_whitespace().map(|grant| grant.parse().unwrap()).collect())
    }

    #[test]
    fn a_grant_is_an_action_and_collections() {
        for text in ["read:*", "write:acme.*", "delete:acme.lamps", "purge:a", "manage:a.b.c.*"] {
            assert_eq!(text.parse::<Grant>().unwrap().to_string(), text);
        }
        for text in ["", "read", "read:", "read:A", "Read:*", "admin:*", ":*", "read:a:b", "read:a b"] {
            assert!(text.parse::<Grant>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_action_includes_read_and_no_other() {
        for action in Action::ALL {
            let grants = grants(&format!("{}:acme.*", action.as_str()));
            for other in Action::ALL {
                let is_allowed = other == action || other == Action::Read;
                assert_eq!(grants.allow(other, "acme.lamps"), is_allowed);
                assert!(!grants.allow(other, "other"));
            }
        }
        assert!(!Grants::default().allow(Action::Read, "default"));
        assert!(Action::ALL.iter().all(|action| Grants::all().scope(*action).is_all()));
    }

    #[test]
    fn grants_that_others_include_are_left_out() {
        assert_eq!(
            grants("read:acme.lamps write:acme.* read:acme.* read:other").to_string(),
            "read:other write:acme.*"
        );
        assert_eq!(grants("write:a write:a read:a").to_string(), "write:a");
    }

    #[test]
    fn a_scope_knows_its_keys_if_each_is_named() {
        let keys = |text| grants(text).scope(Action::Read).keys().map(<[String]>::to_vec);
        assert_eq!(keys("read:b write:a"), Some(vec!["b".to_owned(), "a".to_owned()]));
        // Each once, since a list is made of the items of each.
        assert_eq!(keys("delete:a write:a manage:a purge:b"), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(grants("delete:a.b manage:a.*").scope(Action::Read).patterns().unwrap(), ["a.%"]);
        assert_eq!(keys("read:a read:b.*"), None);
        assert_eq!(keys("read:*"), None);
        assert_eq!(keys(""), Some(Vec::new()));
    }

    #[test]
    fn what_a_manager_may_give_is_what_the_patterns_match() {
        let of_own = [
            "manage:acme.* write:acme.*",
            "manage:* read:*",
            "manage:acme.* read:*",
            "write:*",
            "manage:acme.lamps",
        ];
        let of_others = [
            "read:acme.lamps",
            "write:acme.*",
            "write:acme.a.*",
            "purge:acme.lamps",
            "read:*",
            "read:other",
            "read:acme",
            "manage:acme.*",
            "manage:acme.lamps",
        ];
        let mut given = 0;
        for own in of_own.map(grants) {
            let patterns = own.givable();
            for text in of_others {
                let matches = |pattern: &String| match pattern.strip_suffix('%') {
                    Some(start) => text.starts_with(start),
                    None => pattern == text,
                };
                let may_give = own.may_give(&text.parse().unwrap());
                assert_eq!(patterns.iter().any(matches), may_give, "{own}: {text}");
                given += usize::from(may_give);
            }
        }
        assert_eq!(given, 5 + 6 + 3 + 2);
    }
}
