//! The names that PostgreSQL chooses where none is given, as its `makeObjectName`, `ChooseConstraintName`, `ChooseIndexName` and
//! `ChooseIndexColumnNames` do.

use std::collections::HashSet;

/// The longest name, in octets (`NAMEDATALEN - 1`).
pub(super) const LONGEST: usize = 63;

/// The names that are taken in one of PostgreSQL's schemas.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Of tables, indexes and sequences.
    pub(super) relations: HashSet<String>,
    /// Of constraints, whatever their table.
    pub(super) constraints: HashSet<String>,
}

/// What a name is chosen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// An index.
    Index,
    /// A constraint with an index of the same name.
    IndexedConstraint,
    /// A constraint without one.
    Constraint,
}

impl Taken {
    /// The first free one of `table_addition_label`, `table_addition_label1` and so on, which is taken then.
    pub(super) fn choose(&mut self, purpose: Purpose, table: &str, addition: &str, label: &str) -> String {
        let (relation, constraint) = (purpose != Purpose::Constraint, purpose != Purpose::Index);
        let mut pass = 0;
        loop {
            let suffix = if pass == 0 { label.to_owned() } else { format!("{label}{pass}") };
            let name = object_name(table, addition, &suffix);
            let free = !(relation && self.relations.contains(&name)
                || constraint && self.constraints.contains(&name));
            if free {
                if relation {
                    self.relations.insert(name.clone());
                }
                if constraint {
                    self.constraints.insert(name.clone());
                }
                return name;
            }
            pass += 1;
        }
    }
}

/// `table_addition_label`, of whose first two parts the longer one is cut until all of it fits.
fn object_name(table: &str, addition: &str, label: &str) -> String {
    let overhead = label.len() + 1 + usize::from(!addition.is_empty());
    let (mut first, mut second) = (table.len(), addition.len());
    while first + second > LONGEST.saturating_sub(overhead) && first + second > 0 {
        if first > second { first -= 1 } else { second -= 1 }
    }
    let (table, addition) = (cut(table, first), cut(addition, second));
    if addition.is_empty() { format!("{table}_{label}") } else { format!("{table}_{addition}_{label}") }
}

/// The text up to that many octets, with no character cut in two.
fn cut(text: &str, octets: usize) -> &str {
    &text[..text.floor_char_boundary(octets)]
}

/// The middle of a name: the columns, until that is longer than a name can be.
pub(super) fn addition<S: AsRef<str>>(columns: &[S]) -> String {
    let mut text = String::new();
    for column in columns {
        if !text.is_empty() {
            text.push('_');
        }
        text.push_str(column.as_ref());
        if text.len() > LONGEST {
            break;
        }
    }
    text
}

/// The names of the columns of an index, each of them once: a second `expr` is `expr1`.
pub(super) fn distinct(names: Vec<String>) -> Vec<String> {
    let mut given: Vec<String> = Vec::new();
    for name in names {
        let mut candidate = name.clone();
        let mut number = 0;
        while given.contains(&candidate) {
            number += 1;
            let digits = number.to_string();
            candidate = format!("{}{digits}", cut(&name, LONGEST - digits.len()));
        }
        given.push(candidate);
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let mut taken = Taken::default();
        let choices: Vec<_> =
            std::iter::repeat_with(|| taken.choose(Purpose::Constraint, "items", "", "check"))
                .take(3)
                .collect();
        assert_eq!(choices, ["items_check", "items_check1", "items_check2"]);
        assert_eq!(taken.choose(Purpose::Index, "items", "name", "idx"), "items_name_idx");
        assert_eq!(taken.choose(Purpose::Index, "items", "name", "idx"), "items_name_idx1");
    }

    #[test]
    fn a_long_name_loses_the_end_of_its_longer_part() {
        let name = object_name(&"t".repeat(60), &"c".repeat(20), "key");
        assert_eq!(name, format!("{}_{}_key", "t".repeat(38), "c".repeat(20)));
        let name = object_name(&"ä".repeat(31), "b", "check");
        assert_eq!(name, format!("{}_b_check", "ä".repeat(27)), "no character is cut in two");
        assert!(name.len() <= LONGEST);
    }

    #[test]
    fn columns_are_joined_until_that_is_longer_than_a_name() {
        assert_eq!(addition(&["a", "b"]), "a_b");
        assert_eq!(
            addition(&["a".repeat(63), "b".repeat(3), "c".to_owned()]),
            format!("{}_bbb", "a".repeat(63))
        );
    }

    #[test]
    fn two_expressions_have_two_names() {
        let names = |list: &[&str]| distinct(list.iter().map(|&name| name.to_owned()).collect());
        assert_eq!(names(&["expr", "expr", "expr"]), ["expr", "expr1", "expr2"]);
    }
}
