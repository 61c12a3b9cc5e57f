//! Orders renames so that no target name is taken.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::Name;

/// Orders renames so that no target name is taken. The flag marks renames to a temporary name.
pub(super) fn order_renames(
    mut pairs: BTreeMap<Name, Name>,
    mut taken: BTreeSet<Name>,
) -> Vec<(Name, Name, bool)> {
    let mut moves = Vec::new();
    pairs.retain(|old, new| old != new);
    while let Some((old, _)) = pairs.first_key_value() {
        let free = pairs.iter().find(|(_, new)| !taken.contains(*new));
        let (old, new, aside) = if let Some((old, new)) = free {
            (old.clone(), new.clone(), false)
        } else {
            // Either a cycle, or an object that will be dropped has the name: that object gets a
            // temporary name.
            let holder = pairs.values().find(|new| !pairs.contains_key(*new)).unwrap_or(old).clone();
            let aside = holder.derive("_old", |name| taken.contains(name));
            if let Some(new) = pairs.remove(&holder) {
                pairs.insert(aside.clone(), new);
            }
            (holder, aside, true)
        };
        taken.remove(&old);
        taken.insert(new.clone());
        if !aside {
            pairs.remove(&old);
        }
        moves.push((old, new, aside));
    }
    moves
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(pairs: &[(&str, &str)], taken: &[&str]) -> Vec<(String, String)> {
        let pairs = pairs.iter().map(|(old, new)| (Name::local(*old), Name::local(*new))).collect();
        let taken = taken.iter().map(|name| Name::local(*name)).collect();
        order_renames(pairs, taken).into_iter().map(|(old, new, _)| (old.name, new.name)).collect()
    }

    fn texts(moves: &[(String, String)]) -> Vec<(&str, &str)> {
        moves.iter().map(|(old, new)| (old.as_str(), new.as_str())).collect()
    }

    #[test]
    fn a_name_that_is_taken_is_freed_first() {
        assert_eq!(texts(&moved(&[("a", "b"), ("b", "c")], &["a", "b"])), [("b", "c"), ("a", "b")]);
        assert_eq!(
            texts(&moved(&[("a", "b"), ("b", "a")], &["a", "b"])),
            [("a", "a_old"), ("b", "a"), ("a_old", "b")]
        );
        assert_eq!(texts(&moved(&[("a", "b")], &["a", "b"])), [("b", "b_old"), ("a", "b")]);
    }
}
