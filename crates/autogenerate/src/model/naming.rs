//! The names that PostgreSQL chooses for unnamed constraints and indexes.
//!
//! This follows its `makeObjectName`, `ChooseConstraintName`, `ChooseIndexName` and
//! `ChooseIndexColumnNames`.

use std::collections::HashSet;

use crate::schema::{LONGEST, object_name, truncate};

/// The names that are taken in a PostgreSQL schema.
#[derive(Debug, Default)]
pub(super) struct Taken {
    /// Names of tables, indexes and sequences.
    pub(super) relations: HashSet<String>,
    /// Names of constraints, on any table.
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
    /// Takes the first free name of `table_addition_label`, `table_addition_label1` and so on.
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

/// Joins columns into the middle part of a name, and stops once it exceeds the longest name.
pub(super) fn join_columns<S: AsRef<str>>(columns: &[S]) -> String {
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

/// Makes the column names of an index unique: a second `expr` becomes `expr1`.
pub(super) fn number_duplicates(names: Vec<String>) -> Vec<String> {
    let mut given: Vec<String> = Vec::new();
    for name in names {
        let mut candidate = name.clone();
        let mut number = 0;
        while given.contains(&candidate) {
            number += 1;
            let digits = number.to_string();
            candidate = format!("{}{digits}", truncate(&name, LONGEST - digits.len()));
        }
        given.push(candidate);
    }
    given
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_name_gets_a_number() {
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
    fn a_long_name_is_shortened_at_its_longer_part() {
        let name = object_name(&"t".repeat(60), &"c".repeat(20), "key");
        assert_eq!(name, format!("{}_{}_key", "t".repeat(38), "c".repeat(20)));
        let name = object_name(&"ä".repeat(31), "b", "check");
        assert_eq!(name, format!("{}_b_check", "ä".repeat(27)), "no character is split");
        assert!(name.len() <= LONGEST);
    }

    #[test]
    fn columns_are_joined_until_they_exceed_the_longest_name() {
        assert_eq!(join_columns(&["a", "b"]), "a_b");
        assert_eq!(
            join_columns(&["a".repeat(63), "b".repeat(3), "c".to_owned()]),
            format!("{}_bbb", "a".repeat(63))
        );
    }

    #[test]
    fn a_repeated_expression_gets_a_number() {
        let names = |list: &[&str]| number_duplicates(list.iter().map(|&name| name.to_owned()).collect());
        assert_eq!(names(&["expr", "expr", "expr"]), ["expr", "expr1", "expr2"]);
    }
}
