//! Names what is not alike in two schemas.

use crate::{
    kinds::KINDS,
    schema::{ConstraintKind, Object, Schema},
};
use std::collections::BTreeSet;

/// The objects that only one side has, or that differ; the order of columns does not matter.
pub(super) fn differences(left: &Schema, right: &Schema) -> BTreeSet<Object> {
    let (left, right) = (left.clone().normalized(), right.clone().normalized());
    KINDS.iter().flat_map(|kind| (kind.unlike)(&left, &right)).collect()
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
