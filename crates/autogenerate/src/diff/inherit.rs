//! The changes that tables inherit from those above them: partitions, and tables that inherit
//! otherwise.

use crate::schema::{Column, Identity, Name, Schema, Table};

/// Both sides as they compare after the tables above have changed, which changes those below too.
/// Returns `None` if no table inherits.
pub(super) fn inherited(from: &Schema, to: &Schema) -> Option<(Schema, Schema)> {
    if !from.tables.values().chain(to.tables.values()).any(|table| table.parents().next().is_some()) {
        return None;
    }
    let (mut now, mut then) = (from.clone(), to.clone());
    let mut tables: Vec<_> = from.tables.keys().filter(|name| to.tables.contains_key(*name)).collect();
    tables.sort_by_key(|name| from.with_ancestors(name).len());
    for name in tables {
        let (Some(was), Some(wanted)) = (now.tables.get(name), then.tables.get(name)) else { continue };
        match (was.parent().cloned(), wanted.parent().cloned()) {
            (None, None) => {}
            (Some(a), Some(b)) if a == b => {
                if let (Some(before), Some(after)) = (from.tables.get(&a), then.tables.get(&a)) {
                    let mut changed = apply_parent_changes(was.clone(), before, after);
                    inherit_identity(&mut changed, wanted);
                    let mut wanted = wanted.clone();
                    create_parts(&changed, &mut wanted, before, after);
                    now.tables.insert(name.clone(), changed);
                    then.tables.insert(name.clone(), wanted);
                }
            }
            // A detached partition keeps what it inherited as its own; an attached one brings its
            // own.
            _ => {
                now.tables.get_mut(name).into_iter().for_each(detach);
                then.tables.get_mut(name).into_iter().for_each(detach);
            }
        }
        inherit_otherwise(name, (from, to), (&mut now, &mut then));
    }
    complete((from, to), &mut now);
    Some((now, then))
}

/// Makes those indexes and keys of a partition its own that are not created with those of the
/// partitioned table.
fn create_parts(now: &Table, wanted: &mut Table, before: &Table, after: &Table) {
    let is_given = |of: &Name, is_named: bool| {
        let index = |it: &Table| it.indexes.get(&of.name).map(|it| (it.unique, it.definition.clone()));
        let key = |it: &Table| it.constraints.get(&of.name).map(|it| it.definition.clone());
        let stays = (index(before), key(before)) == (index(after), key(after));
        !stays && !is_named && !after.is_partial(&of.name)
    };
    for (index, it) in &mut wanted.indexes {
        if !now.indexes.contains_key(index) {
            it.part_of = it.part_of.take().filter(|of| is_given(of, it.is_named));
        }
    }
    for (key, it) in &mut wanted.constraints {
        if !now.constraints.contains_key(key) && it.kind.has_index() {
            it.inherited &= it.part_of.as_ref().is_none_or(|of| is_given(of, it.is_named));
        }
    }
}

/// An index or key that some partitions lack is complete once they get it.
fn complete((from, to): (&Schema, &Schema), now: &mut Schema) {
    let gets_part = |table: &Name, of: &str| {
        let is_part = |part_of: &Option<Name>| part_of.as_ref().is_some_and(|it| it.name == of);
        to.tables.iter().filter(|(_, it)| it.parent() == Some(table)).any(|(name, wanted)| {
            let was = from.tables.get(name);
            let lacks_index = |index: &String| was.is_none_or(|was| !was.indexes.contains_key(index));
            let lacks_key = |key: &String| was.is_none_or(|was| !was.constraints.contains_key(key));
            wanted.indexes.iter().any(|(index, it)| is_part(&it.part_of) && lacks_index(index))
                || wanted.constraints.iter().any(|(key, it)| is_part(&it.part_of) && lacks_key(key))
        })
    };
    for (name, table) in &mut now.tables {
        let Some(wanted) = to.tables.get(name) else { continue };
        for (index, it) in table.indexes.iter_mut().filter(|(_, it)| it.only) {
            it.only = wanted.is_partial(index) || !gets_part(name, index);
        }
        for (key, it) in table.constraints.iter_mut().filter(|(_, it)| it.only) {
            it.only = wanted.is_partial(key) || !gets_part(name, key);
        }
    }
}

/// Applies the changes of the tables that a table inherits from other than as a partition.
fn inherit_otherwise(name: &Name, (from, to): (&Schema, &Schema), (now, then): (&mut Schema, &mut Schema)) {
    let (Some(was), Some(wanted)) = (from.tables.get(name), to.tables.get(name)) else { return };
    for parent in was.inherits.iter().filter(|parent| wanted.inherits.contains(parent)) {
        if let (Some(before), Some(after)) = (from.tables.get(parent), to.tables.get(parent))
            && let Some(table) = now.tables.remove(name)
        {
            now.tables.insert(name.clone(), apply_parent_changes(table, before, after));
        }
    }
    if was.inherits.iter().any(|parent| !wanted.inherits.contains(parent)) {
        now.tables.get_mut(name).into_iter().for_each(detach);
    }
    if was.inherits != wanted.inherits {
        then.tables.get_mut(name).into_iter().for_each(detach);
    }
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
    let is_partition = partition.partition_of.is_some();
    let is_lost = |column: &Column| {
        before.column(&column.name).is_some()
            && after.column(&column.name).is_none()
            && (is_partition || column.inherited)
    };
    partition.columns.retain(|column| !is_lost(column));
    for column in &after.columns {
        let Some(was) = before.column(&column.name) else {
            if partition.column(&column.name).is_none() {
                let identity =
                    column.identity.filter(|_| is_partition).map(|it| Identity { options: None, ..it });
                let inherited = !is_partition;
                partition.columns.push(Column { comment: None, identity, inherited, ..column.clone() });
            }
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
    // What the table above loses, those below lose too.
    partition.constraints.retain(|name, it| {
        !it.inherited || it.also_own || before.source(name, it).is_none() || after.source(name, it).is_some()
    });
    partition.indexes.retain(|_, it| {
        let is_lost =
            |of: &Name| before.indexes.contains_key(&of.name) && !after.indexes.contains_key(&of.name);
        !it.part_of.as_ref().is_some_and(is_lost)
    });
    partition
}
