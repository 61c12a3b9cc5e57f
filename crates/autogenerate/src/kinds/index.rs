//! Indexes that belong to no constraint.

use super::{
    changes::{Changes, Compare},
    definition::Unique,
    planner::Planner,
};
use crate::{
    change::Property,
    hazard::Hazard,
    order::{Priority, Resource, Role, Step},
    schema::{Index, Name, Object, Schema, Table, quote_identifier},
};

impl Compare for Index {
    fn definition(&self) -> String {
        let unique = if self.unique { "UNIQUE " } else { "" };
        format!("{unique}{}", self.definition)
    }

    fn is_own(&self) -> bool {
        self.part_of.is_none()
    }

    fn compare(&self, to: &Self, object: &Object, changes: &mut Changes<'_>) {
        if self.is_own() && to.is_own() {
            changes.compare_text(
                object,
                Property::Definition,
                Some(&self.definition()),
                Some(&to.definition()),
            );
            // No statement creates an invalid index.
            let validity = |it: &Self| Some(if it.only { "on some partitions" } else { "valid" });
            if !self.valid && to.valid {
                changes.compare_text(object, Property::Validity, Some("invalid"), Some("valid"));
            } else {
                changes.compare_text(object, Property::Validity, validity(self), validity(to));
            }
        }
        changes.compare_comment(object, self.comment.as_ref(), to.comment.as_ref());
    }
}

/// `CREATE INDEX …`.
pub(super) fn create(table: &Name, name: &str, index: &Index, concurrently: bool) -> String {
    let unique = if index.unique { "UNIQUE " } else { "" };
    let concurrently = if concurrently { "CONCURRENTLY " } else { "" };
    let name = quote_identifier(name);
    let only = if index.only { "ONLY " } else { "" };
    let head = format!("CREATE {unique}INDEX {concurrently}{name} ON {only}{table}");
    let definition = &index.definition;
    let space = if head.len() + definition.len() > 90 { "\n    " } else { " " };
    format!("{head}{space}USING {definition}")
}

pub(super) fn rename(schema: &mut Schema, table: &Name, old: &str, new: &str) {
    if let Some(it) = schema.tables.get_mut(table)
        && let Some(index) = it.indexes.remove(old)
    {
        it.indexes.insert(new.to_owned(), index);
    }
    let (old, new) = (table.sibling(old), table.sibling(new));
    let indexes = schema.tables.values_mut().flat_map(|table| table.indexes.values_mut());
    for part_of in indexes.filter_map(|index| index.part_of.as_mut()).filter(|part_of| **part_of == old) {
        *part_of = new.clone();
    }
}

impl Planner<'_> {
    pub(super) fn indexes(&mut self, name: &Name, was: &Table, is: &Table) {
        for (index, it) in &is.indexes {
            let object = Object::index(name, index);
            self.attach_part(object.clone(), it.part_of.as_ref(), it.is_named);
            if self.delta.creates(&object) {
                match was.indexes.get(index) {
                    Some(old) if self.is_replaced_online(name, old, it) => {
                        self.replace_index(name, index, it);
                    }
                    _ => self.create_index(name, index, it),
                }
            }
            match self.index_sources_if_given(name, index, it) {
                Some(sources) => self.comment_given(object, it.comment.as_deref(), sources),
                None => self.alter_comment(&object, it.comment.as_deref()),
            }
        }
        for (index, it) in &was.indexes {
            let is_part = it.part_of.is_some() && is.partition_of.is_some();
            if self.delta.removes(&Object::index(name, index)) && !is_part {
                let is_replaced =
                    is.indexes.get(index).is_some_and(|new| self.is_replaced_online(name, it, new));
                self.drop_index(name, index, it, is_replaced);
            }
        }
    }

    /// Whether the new index is built while the old one is still in use.
    fn is_replaced_online(&self, table: &Name, old: &Index, new: &Index) -> bool {
        let alone = |it: &Index| it.part_of.is_none() && self.delta.leaves_alone(table, &it.uses);
        self.is_concurrent(table) && old.valid && alone(old) && alone(new)
    }

    /// Whether an index can be built with `CONCURRENTLY`, which PostgreSQL rejects on partitioned
    /// tables.
    fn is_concurrent(&self, table: &Name) -> bool {
        self.is_online(table) && self.from.tables.get(table).is_some_and(|table| table.partition_by.is_none())
    }

    pub(super) fn create_index(&mut self, table: &Name, name: &str, it: &Index) {
        let object = Object::index(table, name);
        let step = self.build_index(table, name, it).makes(object.clone());
        self.push_on(step, [table]);
        if it.comment.is_some() {
            self.set_comment(&object, it.comment.as_deref());
        }
    }

    fn build_index(&self, table: &Name, name: &str, it: &Index) -> Step {
        let concurrently = self.is_concurrent(table);
        let priority = if concurrently { Priority::Concurrent } else { Priority::Index };
        let step = Step::new(priority, create(table, name, it, concurrently));
        let mut step = if concurrently { step.alone() } else { step };
        if self.builds(table, name, it.only) {
            step = step.hazard(Hazard::BuildsIndex);
            if !concurrently {
                step = step.hazard(Hazard::BlocksWrites);
            }
            if it.unique {
                let slot = self.duplicates_slot(table, &Unique::from_index(&it.definition));
                step = step.hazard(Hazard::MayFailOnData).slot(slot);
                step = step.roles(Role::Needs, Resource::filled(table, &it.uses.columns));
            }
        }
        let columns = Object::columns(table, &it.uses.columns);
        let step = step.roles(Role::Needs, self.parts_before(table, name, it.only));
        let step = step.roles(Role::Needs, self.indexes_above(table, it));
        step.roles(Role::Needs, columns)
            .roles(Role::Needs, it.uses.objects())
            .needs(Object::Table(table.clone()))
    }

    /// The indexes of the partitioned table that look the same as one that the partition has
    /// besides: PostgreSQL would take that one for its part.
    fn indexes_above(&self, table: &Name, it: &Index) -> Vec<Object> {
        let parent = self.to.tables.get(table).and_then(Table::parent).filter(|_| it.part_of.is_none());
        let above = parent.and_then(|parent| self.to.tables.get_key_value(parent));
        let same = above.into_iter().flat_map(|(parent, above)| {
            let same = above
                .indexes
                .iter()
                .filter(|(_, other)| (&other.definition, other.unique) == (&it.definition, it.unique));
            same.map(|(name, _)| Object::index(parent, name))
        });
        same.collect()
    }

    /// Builds the new index under a temporary name; the old one is dropped once it exists.
    fn replace_index(&mut self, table: &Name, name: &str, it: &Index) {
        let built = self.temporary_index(table, name);
        let made = Object::index(table, &built);
        self.push_on(self.build_index(table, &built, it).makes(made.clone()), [table]);
        let object = Object::index(table, name);
        let sql = format!("ALTER INDEX {} RENAME TO {}", table.sibling(&built), quote_identifier(name));
        let step = Step::new(Priority::Attach, sql).needs(made).makes(object.clone());
        self.push_on(Self::with_comment(step, &object, it.comment.as_deref()), [table]);
    }

    fn drop_index(&mut self, table: &Name, name: &str, it: &Index, is_replaced: bool) {
        let concurrently = self.is_concurrent(table);
        let word = if concurrently { "CONCURRENTLY " } else { "" };
        // A key of a partition whose index is part of this one cannot be dropped by itself.
        let cascade = if self.keys_under(table, name).next().is_some() { " CASCADE" } else { "" };
        let sql = format!("DROP INDEX {word}{}{cascade}", table.sibling(name));
        let step = Step::new(if concurrently { Priority::DropConcurrent } else { Priority::Drop }, sql);
        let mut step = if concurrently { step.alone() } else { step };
        let columns = Object::columns(table, &it.uses.columns);
        step = step.drops(Object::index(table, name));
        step = step.roles(Role::Drops, self.index_copies(table, name));
        for (partition, it) in self.keys_under(table, name) {
            step = step.roles(Role::Releases, Resource::not_nulls(partition, it));
            step = step.roles(Role::Drops, Resource::primary(partition, it));
        }
        step = step.roles(Role::Releases, it.uses.objects());
        // A replaced index is dropped once its replacement exists; none of its columns changes.
        step = if is_replaced {
            step.needs(Object::Index(table.clone(), self.temporary_index(table, name)))
        } else {
            step.releases(Object::Table(table.clone())).roles(Role::Releases, columns)
        };
        self.push_on(step, [table]);
    }
}
