//! Names what is not alike in two schemas.

use crate::{
    diff::Object,
    schema::{ConstraintKind, Name, Schema, Table},
};
use std::collections::{BTreeMap, BTreeSet};

/// The objects that only one side has, or that differ; the order of columns does not matter.
pub(super) fn differences(left: &Schema, right: &Schema) -> BTreeSet<Object> {
    let mut found = BTreeSet::new();
    found.extend(unlike(&left.namespaces, &right.namespaces).cloned().map(Object::Namespace));
    found.extend(unlike(&left.extensions, &right.extensions).cloned().map(Object::Extension));
    found.extend(unlike(&left.enums, &right.enums).cloned().map(Object::Enum));
    found.extend(unlike(&left.sequences, &right.sequences).cloned().map(Object::Sequence));
    let (left, right) = (left.clone().normalized(), right.clone().normalized());
    for name in unlike(&left.tables, &right.tables) {
        match (left.tables.get(name), right.tables.get(name)) {
            (Some(left), Some(right)) => found.extend(parts(name, left, right)),
            _ => {
                found.insert(Object::Table(name.clone()));
            }
        }
    }
    found
}

/// `printed` is `read` made anew. Returns it where it differs in nothing but the words of expressions, which PostgreSQL does not always
/// print again as it read them, else what differs.
pub(super) fn settled(read: &Schema, printed: Schema) -> Result<Schema, BTreeSet<Object>> {
    let mut same = read.clone();
    for (name, table) in &mut same.tables {
        let Some(other) = printed.tables.get(name) else { continue };
        for column in &mut table.columns {
            let Some(other) = other.column(&column.name) else { continue };
            if let (Some(it), Some(other)) = (&mut column.default, &other.default) {
                it.sql.clone_from(&other.sql);
            }
            if let (Some(it), Some(other)) = (&mut column.generated, &other.generated) {
                it.expression.sql.clone_from(&other.expression.sql);
            }
        }
        for (name, it) in table.constraints.iter_mut().filter(|(_, it)| it.kind == ConstraintKind::Check) {
            if let Some(other) = other.constraints.get(name) {
                it.definition.clone_from(&other.definition);
            }
        }
        for (name, it) in &mut table.indexes {
            if let Some(other) = other.indexes.get(name) {
                it.definition.clone_from(&other.definition);
                // Nothing makes an index that cannot be used.
                it.valid = other.valid;
            }
        }
    }
    let unlike = differences(&same, &printed);
    if unlike.is_empty() { Ok(printed) } else { Err(unlike) }
}

/// What differs in a table, or the table where that is no part of it.
fn parts(name: &Name, left: &Table, right: &Table) -> BTreeSet<Object> {
    let columns = |table: &Table| -> BTreeMap<_, _> {
        table.columns.iter().map(|column| (column.name.clone(), column.clone())).collect()
    };
    let (mine, others) = (columns(left), columns(right));
    let mut found: BTreeSet<Object> =
        unlike(&mine, &others).map(|column| Object::Column(name.clone(), column.clone())).collect();
    let constraints = unlike(&left.constraints, &right.constraints);
    found.extend(constraints.map(|constraint| Object::Constraint(name.clone(), constraint.clone())));
    found.extend(
        unlike(&left.indexes, &right.indexes).map(|index| Object::Index(name.clone(), index.clone())),
    );
    if found.is_empty() {
        found.insert(Object::Table(name.clone()));
    }
    found
}

fn unlike<'a, K: Ord, V: PartialEq>(
    left: &'a BTreeMap<K, V>,
    right: &'a BTreeMap<K, V>,
) -> impl Iterator<Item = &'a K> {
    let keys: BTreeSet<&K> = left.keys().chain(right.keys()).collect();
    keys.into_iter().filter(|key| left.get(*key) != right.get(*key))
}
