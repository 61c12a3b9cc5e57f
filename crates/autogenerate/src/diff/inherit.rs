//! The changes that partitions inherit from their partitioned table.

use crate::schema::{Column, Identity, Name, Schema, Table};

/// Both sides as they compare after the partitioned tables have changed, which changes their
/// partitions too. Returns `None` if there are no partitions.
pub(super) fn inherited(from: &Schema, to: &Schema) -> Option<(Schema, Schema)> {
    if !from.tables.values().chain(to.tables.values()).any(|table| table.partition_of.is_some()) {
        return None;
    }
    let (mut now, mut then) = (from.clone(), to.clone());
    let mut partitions: Vec<_> = from.tables.keys().filter(|name| to.tables.contains_key(*name)).collect();
    partitions.sort_by_key(|name| depth(from, name));
    for name in partitions {
        let (Some(was), Some(wanted)) = (now.tables.get(name), then.tables.get(name)) else { continue };
        match (was.parent().cloned(), wanted.parent().cloned()) {
            (None, None) => {}
            (Some(a), Some(b)) if a == b => {
                if let (Some(before), Some(after)) = (from.tables.get(&a), then.tables.get(&a)) {
                    let mut changed = apply_parent_changes(was.clone(), before, after);
                    inherit_identity(&mut changed, wanted);
                    now.tables.insert(name.clone(), changed);
                }
            }
            // A detached partition keeps what it inherited as its own; an attached one brings its
            // own.
            _ => {
                now.tables.get_mut(name).into_iter().for_each(detach);
                then.tables.get_mut(name).into_iter().for_each(detach);
            }
        }
    }
    Some((now, then))
}

fn depth(schema: &Schema, name: &Name) -> usize {
    let parent = |name: &Name| schema.tables.get(name)?.parent().cloned();
    std::iter::successors(Some(name.clone()), parent).take(schema.tables.len()).count()
}

fn detach(table: &mut Table) {
    table.constraints.values_mut().for_each(|constraint| constraint.inherited = false);
    table.indexes.values_mut().for_each(|index| index.part_of = None);
}

/// Since PostgreSQL 17, a partition shares the identity of its table. Before, it has none.
fn inherit_identity(partition: &mut Table, wanted: &Table) {
    let is_inherited = |column: &Column| column.identity.is_none_or(|it| it.options.is_none());
    for column in &mut partition.columns {
        if let Some(wanted) = wanted.column(&column.name).filter(|wanted| is_inherited(wanted))
            && is_inherited(column)
        {
            column.identity = wanted.identity;
        }
    }
}

/// Applies the changes of the partitioned table to its partition.
fn apply_parent_changes(mut partition: Table, before: &Table, after: &Table) -> Table {
    partition
        .columns
        .retain(|column| before.column(&column.name).is_none() || after.column(&column.name).is_some());
    for column in &after.columns {
        let Some(was) = before.column(&column.name) else {
            let identity = column.identity.map(|it| Identity { options: None, ..it });
            partition.columns.push(Column { comment: None, identity, ..column.clone() });
            continue;
        };
        let Some(own) = partition.columns.iter_mut().find(|own| own.name == column.name) else { continue };
        if (&was.data_type, &was.collation) != (&column.data_type, &column.collation) {
            own.data_type.clone_from(&column.data_type);
            own.enum_type.clone_from(&column.enum_type);
            own.collation.clone_from(&column.collation);
        }
        if was.nullable != column.nullable {
            own.nullable = column.nullable;
        }
        if was.default != column.default {
            own.default.clone_from(&column.default);
        }
        if was.generated != column.generated {
            own.generated.clone_from(&column.generated);
        }
    }
    // What the partitioned table loses, its partitions lose too.
    partition.constraints.retain(|name, it| {
        !it.inherited || before.source(name, it).is_none() || after.source(name, it).is_some()
    });
    partition.indexes.retain(|_, it| {
        let is_lost =
            |of: &Name| before.indexes.contains_key(&of.name) && !after.indexes.contains_key(&of.name);
        !it.part_of.as_ref().is_some_and(is_lost)
    });
    partition
}
