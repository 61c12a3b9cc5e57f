//! Shorthands to build a schema.

use std::collections::{BTreeMap, BTreeSet};

use autogenerate::schema::{Column, Constraint, ConstraintKind, Expression, Index, Key, Name, Uses};

pub fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

pub fn named<T, const N: usize>(things: [(&str, T); N]) -> BTreeMap<String, T> {
    things.into_iter().map(|(name, thing)| (name.to_owned(), thing)).collect()
}

pub fn names(names: &[&str]) -> BTreeSet<Name> {
    names.iter().map(|name| Name::local(*name)).collect()
}

pub fn uses(columns: &[&str]) -> Uses {
    Uses { columns: strings(columns).into_iter().collect(), ..Uses::default() }
}

pub fn nullable(name: &str, data_type: &str) -> Column {
    Column { name: name.to_owned(), data_type: data_type.to_owned(), nullable: true, ..Column::default() }
}

pub fn not_null(name: &str, data_type: &str) -> Column {
    Column { nullable: false, ..nullable(name, data_type) }
}

pub fn plain(sql: &str) -> Expression {
    Expression { sql: sql.to_owned(), uses: Uses::default() }
}

pub fn constraint(definition: &str, kind: ConstraintKind, columns: &[&str]) -> Constraint {
    Constraint {
        definition: definition.to_owned(),
        kind,
        validated: true,
        inherited: false,
        also_own: false,
        part_of: None,
        is_named: false,
        only: false,
        uses: uses(columns),
        comment: None,
    }
}

pub fn check(definition: &str, columns: &[&str]) -> Constraint {
    constraint(definition, ConstraintKind::Check, columns)
}

pub fn key(columns: &[&str], index: &str, deferrable: &str) -> Key {
    Key { columns: strings(columns), index: index.to_owned(), deferrable: deferrable.to_owned() }
}

pub fn primary_key(columns: &[&str], definition: &str, index: &str) -> Constraint {
    constraint(definition, ConstraintKind::PrimaryKey(key(columns, index, "")), columns)
}

pub fn unique(columns: &[&str], index: &str, deferrable: &str) -> ConstraintKind {
    ConstraintKind::Unique(key(columns, index, deferrable))
}

pub fn foreign_key(columns: &[&str], references: &str, referenced: &[&str]) -> ConstraintKind {
    ConstraintKind::ForeignKey {
        columns: strings(columns),
        references: Name::local(references),
        referenced: strings(referenced),
    }
}

pub fn index(definition: &str, columns: &[&str]) -> Index {
    Index {
        unique: false,
        definition: definition.to_owned(),
        part_of: None,
        is_named: false,
        only: false,
        valid: true,
        uses: uses(columns),
        comment: None,
    }
}
