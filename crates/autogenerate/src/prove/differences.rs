//! Lists the differences between two schemas.

use crate::{
    kinds::KINDS,
    schema::{ConstraintKind, Object, Schema},
};
use std::collections::BTreeSet;

/// The objects that only one side has, or that differ. The order of columns does not matter.
pub(super) fn differences(left: &Schema, right: &Schema) -> BTreeSet<Object> {
    let (left, right) = (left.clone().normalized(), right.clone().normalized());
    KINDS.iter().flat_map(|kind| (kind.differences)(&left, &right)).collect()
}

/// The objects that differ between a schema and the one that was created from it. How PostgreSQL
/// spells an expression does not matter.
pub(crate) fn unlike_recreated(read: &Schema, printed: Schema) -> BTreeSet<Object> {
    adopt_expressions(read, printed).err().unwrap_or_default()
}

/// Compares `read` with `printed`, which was read after recreating it. Returns `printed` if only
/// the spelling of expressions differs, which PostgreSQL does not always reproduce; otherwise the
/// objects that differ.
pub(super) fn adopt_expressions(read: &Schema, printed: Schema) -> Result<Schema, BTreeSet<Object>> {
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
                // No plan creates an invalid index.
                it.valid = other.valid;
            }
        }
    }
    let found = differences(&same, &printed);
    if found.is_empty() { Ok(printed) } else { Err(found) }
}
