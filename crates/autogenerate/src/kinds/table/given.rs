//! Constraints and indexes that a partitioned table gives to its partitions.

use crate::{
    change::Property,
    kinds::planner::Planner,
    order::{Priority, Role, Step},
    render,
    schema::{Constraint, Index, Name, Object, Schema, Table},
};

/// How a partition gets an index or key that is part of one of its partitioned table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// PostgreSQL creates it with that of the partitioned table, or with the partition.
    Given,
    /// It is created before, and PostgreSQL takes it.
    Taken,
    /// It is created, and then attached by a statement.
    Attached,
}

impl Planner<'_> {
    /// How a partition gets `object`, which is part of the index `of`; `None` if it is not part of
    /// one.
    fn part(&self, table: &Name, object: &Object, of: Option<&Name>, is_named: bool) -> Option<Part> {
        let of = of?;
        let (parent, it) = self.to.tables.get_key_value(self.to.tables.get(table)?.parent()?)?;
        let is_existing = self.existing_table(table).is_some();
        // A key may be part of an index that belongs to no constraint.
        let is_named =
            is_named || matches!(object, Object::Constraint(..)) && it.indexes.contains_key(&of.name);
        let sources = [Object::index(parent, &of.name), Object::constraint(parent, &of.name)];
        Some(if sources.iter().any(|source| self.delta.creates(source)) {
            match (it.is_partial(&of.name), is_named) {
                (true, _) => Part::Attached,
                (false, true) => Part::Taken,
                (false, false) => Part::Given,
            }
        } else if is_existing
            && (self.delta.creates(object) || self.is_loose(object))
            && !self.is_reattached(table)
        {
            Part::Attached
        } else if !is_existing && is_named || is_existing && self.is_reattached(table) {
            Part::Taken
        } else {
            Part::Given
        })
    }

    /// Whether a partition has the index or key, which is not part of one of its partitioned table.
    pub(super) fn is_loose(&self, object: &Object) -> bool {
        let Some(it) = object.table().and_then(|table| self.from.tables.get(table)) else { return false };
        match object {
            Object::Index(_, name) => it.indexes.get(name).is_some_and(|it| it.part_of.is_none()),
            Object::Constraint(_, name) => {
                it.constraints.get(name).is_some_and(|it| it.kind.has_index() && it.part_of.is_none())
            }
            _ => false,
        }
    }

    /// Whether a partition is attached, so that it brings its indexes.
    fn is_reattached(&self, table: &Name) -> bool {
        self.delta.alters(&Object::Table(table.clone()), Property::PartitionOf)
    }

    /// Whether a new partition is created as a table and then attached, because it brings indexes
    /// or keys to an existing partitioned table.
    pub(super) fn is_created_detached(&self, name: &Name, table: &Table) -> bool {
        let Some(parent) = table.parent().filter(|parent| self.existing_table(parent).is_some()) else {
            return false;
        };
        let is_old = |of: &Name| {
            !self.delta.creates(&Object::index(parent, &of.name))
                && !self.delta.creates(&Object::constraint(parent, &of.name))
        };
        let parts = parts(name, table);
        parts.into_iter().any(|(object, of, is_named)| {
            is_old(of) && self.part(name, &object, Some(of), is_named) == Some(Part::Taken)
        })
    }

    /// Whether a key is created by itself rather than with its table.
    pub(super) fn is_created_later(&self, table: &Name, name: &str, it: &Constraint) -> bool {
        it.kind.has_index() && (it.only || !self.parts_before(table, name, it.only).is_empty())
    }

    /// What has to exist before the index or key of a partitioned table: the parts that PostgreSQL
    /// takes, or all partitions if some of them are to lack it.
    pub(in crate::kinds) fn parts_before(&self, table: &Name, name: &str, only: bool) -> Vec<Object> {
        let (of, mut found) = (table.sibling(name), Vec::new());
        if self.to.tables.get(table).is_none_or(|it| it.partition_by.is_none()) {
            return found;
        }
        for (partition, it) in self.to.tables.iter().filter(|(_, it)| it.parent() == Some(table)) {
            if only {
                found.push(Object::Table(partition.clone()));
                continue;
            }
            let own = parts(partition, it).into_iter().filter(|(object, part_of, is_named)| {
                **part_of == of && self.part(partition, object, Some(part_of), *is_named) == Some(Part::Taken)
            });
            found.extend(own.map(|(object, ..)| object));
        }
        found
    }

    /// Attaches an index or key of a partition to that of its partitioned table, if that does not
    /// happen by itself.
    pub(in crate::kinds) fn attach_part(&mut self, object: Object, of: Option<&Name>, is_named: bool) {
        let (Some(table), Some(of)) = (object.table().cloned(), of) else { return };
        let is_changed = self.delta.creates(&object) || self.is_loose(&object);
        if !is_changed || self.part(&table, &object, Some(of), is_named) != Some(Part::Attached) {
            return;
        }
        let Some(parent) = self.to.tables.get(&table).and_then(Table::parent) else { return };
        let (Object::Index(_, name) | Object::Constraint(_, name)) = &object else { return };
        let sql = format!("ALTER INDEX {of} ATTACH PARTITION {}", table.sibling(name));
        let sources = [Object::index(parent, &of.name), Object::constraint(parent, &of.name)];
        let step = Step::new(Priority::Attach, sql).roles(Role::Needs, sources).needs(object);
        self.push_on(step, [&table, parent]);
    }

    /// The constraints above that this one is inherited from, if creating one of them or the
    /// partition creates it too; otherwise `None`.
    pub(in crate::kinds) fn sources_if_given(
        &self,
        table: &Name,
        name: &str,
        it: &Constraint,
    ) -> Option<Vec<Object>> {
        let part = self.part(table, &Object::constraint(table, name), it.part_of.as_ref(), it.is_named);
        if !it.inherited
            || self.delta.added.contains(&Object::constraint(table, name))
            || part.is_some_and(|part| part != Part::Given)
        {
            return None;
        }
        let mut given = self.is_new(table, |it| it.constraints.contains_key(name));
        let (mut table, mut name, mut it, mut sources) = (table, name, it, Vec::new());
        while it.inherited
            && let Some((parent, source, of)) = self.to.source(table, name, it)
        {
            (table, name, it) = (parent, source, of);
            given |= self.delta.creates(&Object::constraint(table, name));
            sources.push(Object::constraint(table, name));
        }
        given.then_some(sources)
    }

    /// The same for an index.
    pub(in crate::kinds) fn index_sources_if_given(
        &self,
        table: &Name,
        name: &str,
        it: &Index,
    ) -> Option<Vec<Object>> {
        let part = self.part(table, &Object::index(table, name), it.part_of.as_ref(), it.is_named)?;
        if self.delta.added.contains(&Object::index(table, name)) || part != Part::Given {
            return None;
        }
        let mut given = self.is_new(table, |it| it.indexes.contains_key(name));
        let (mut table, mut it, mut sources) = (table, Some(it), Vec::new());
        while let Some(of) = it.and_then(|it| it.part_of.as_ref())
            && let Some(parent) = self.to.tables.get(table).and_then(|table| table.parent())
        {
            (table, it) = (parent, self.to.tables.get(parent).and_then(|table| table.indexes.get(&of.name)));
            given |= self.delta.creates(&Object::index(table, &of.name));
            sources.push(Object::index(table, &of.name));
        }
        given.then_some(sources)
    }

    /// Whether the table or a part of it does not exist yet.
    fn is_new(&self, table: &Name, has_part: impl Fn(&Table) -> bool) -> bool {
        self.existing_table(table).is_none_or(|table| !has_part(table))
    }

    /// Sets the comment of what a partition was given.
    pub(in crate::kinds) fn comment_given(
        &mut self,
        object: Object,
        text: Option<&str>,
        sources: Vec<Object>,
    ) {
        let (Some(_), Some(table)) = (text, object.table().cloned()) else { return };
        let step = Step::new(Priority::Comment, render::comment(&object, text)).roles(Role::Needs, sources);
        self.push_on(step.needs(Object::Table(table.clone())).needs(object), [&table]);
    }

    /// The constraints of partitions that are dropped with a constraint, and their indexes.
    pub(in crate::kinds) fn copies(&self, table: &Name, name: &str) -> Vec<Object> {
        let mut copies = Vec::new();
        for partition in self.from.with_descendants(table).split_off(1) {
            let of = self.from.tables.get(table);
            let Some(it) = self.from.tables.get(&partition) else { continue };
            let is_copy = |(own, it): &(&String, &Constraint)| {
                it.inherited
                    && !it.also_own
                    && of.and_then(|of| of.source(own, it)).is_some_and(|(source, _)| source == name)
            };
            for (own, it) in it.constraints.iter().filter(is_copy) {
                copies.push(Object::constraint(&partition, own));
                copies.extend(it.kind.own_index(&partition, own));
            }
        }
        copies
    }

    /// The keys of partitions whose indexes are part of this index, with their partitions.
    pub(in crate::kinds) fn keys_under<'s>(
        &'s self,
        table: &'s Name,
        name: &str,
    ) -> impl Iterator<Item = (&'s Name, &'s Constraint)> {
        let of = table.sibling(name);
        let is_partitioned = self.from.tables.get(table).is_some_and(|it| it.partition_by.is_some());
        let partitions =
            self.from.tables.iter().filter(move |(_, it)| is_partitioned && it.parent() == Some(table));
        let keys =
            partitions.flat_map(|(partition, it)| it.constraints.values().map(move |it| (partition, it)));
        keys.filter(move |(_, it)| it.part_of.as_ref() == Some(&of))
    }

    /// The indexes of partitions that are dropped with an index.
    pub(in crate::kinds) fn index_copies(&self, table: &Name, name: &str) -> Vec<Object> {
        let mut copies = Vec::new();
        let mut dropped = vec![table.sibling(name)];
        for partition in partitions(self.from, table) {
            let Some(table) = self.from.tables.get(&partition) else { continue };
            for (own, it) in &table.constraints {
                if it.part_of.as_ref().is_some_and(|of| dropped.contains(of)) {
                    copies.extend([Object::constraint(&partition, own), Object::index(&partition, own)]);
                    dropped.push(partition.sibling(own));
                }
            }
            for (own, it) in &table.indexes {
                if it.part_of.as_ref().is_some_and(|of| dropped.contains(of)) {
                    copies.push(Object::index(&partition, own));
                    dropped.push(partition.sibling(own));
                }
            }
        }
        copies
    }
}

/// The indexes and keys of a partition that are part of one of its partitioned table, with that
/// index, and whether they have names of their own.
pub(super) fn parts<'t>(name: &Name, table: &'t Table) -> Vec<(Object, &'t Name, bool)> {
    let indexes = table
        .indexes
        .iter()
        .filter_map(|(index, it)| Some((Object::index(name, index), it.part_of.as_ref()?, it.is_named)));
    let keys = table
        .constraints
        .iter()
        .filter_map(|(key, it)| Some((Object::constraint(name, key), it.part_of.as_ref()?, it.is_named)));
    indexes.chain(keys).collect()
}

/// The partitions of a table, those of a higher level first.
fn partitions(schema: &Schema, table: &Name) -> Vec<Name> {
    let is_partitioned = schema.tables.get(table).is_some_and(|table| table.partition_by.is_some());
    if is_partitioned { schema.with_partitions(table).split_off(1) } else { Vec::new() }
}
