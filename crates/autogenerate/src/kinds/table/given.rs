//! Constraints and indexes that a partitioned table gives to its partitions.

use crate::{
    kinds::planner::Planner,
    order::{Priority, Role, Step},
    render,
    schema::{Constraint, Index, Name, Object, Schema},
};

impl Planner<'_> {
    /// The constraints above that this one is inherited from, if creating one of them or the
    /// partition creates it too; otherwise `None`.
    pub(in crate::kinds) fn sources_if_given(
        &self,
        table: &Name,
        name: &str,
        it: &Constraint,
    ) -> Option<Vec<Object>> {
        if !it.inherited || self.delta.added.contains(&Object::constraint(table, name)) {
            return None;
        }
        let mut given = self.is_new(table, |it| it.constraints.contains_key(name));
        let (mut table, mut name, mut it, mut sources) = (table, name, it, Vec::new());
        while it.inherited
            && let Some(parent) = self.to.tables.get(table).and_then(|table| table.parent())
            && let Some((source, of)) = self.to.tables.get(parent).and_then(|table| table.source(name, it))
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
        it.part_of.as_ref()?;
        if self.delta.added.contains(&Object::index(table, name)) {
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
    fn is_new(&self, table: &Name, has_part: impl Fn(&crate::schema::Table) -> bool) -> bool {
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
        for partition in partitions(self.from, table) {
            let of = self.from.tables.get(table);
            let Some(it) = self.from.tables.get(&partition) else { continue };
            let is_copy = |(own, it): &(&String, &Constraint)| {
                it.inherited && of.and_then(|of| of.source(own, it)).is_some_and(|(source, _)| source == name)
            };
            for (own, it) in it.constraints.iter().filter(is_copy) {
                copies.push(Object::constraint(&partition, own));
                copies.extend(it.kind.own_index(&partition, own));
            }
        }
        copies
    }

    /// The indexes of partitions that are dropped with an index.
    pub(in crate::kinds) fn index_copies(&self, table: &Name, name: &str) -> Vec<Object> {
        let mut copies = Vec::new();
        let mut dropped = vec![table.sibling(name)];
        for partition in partitions(self.from, table) {
            let indexes = self.from.tables.get(&partition).into_iter().flat_map(|it| &it.indexes);
            for (own, it) in indexes {
                if it.part_of.as_ref().is_some_and(|of| dropped.contains(of)) {
                    copies.push(Object::index(&partition, own));
                    dropped.push(partition.sibling(own));
                }
            }
        }
        copies
    }
}

/// The partitions of a table, those of a higher level first.
fn partitions(schema: &Schema, table: &Name) -> Vec<Name> {
    let is_partitioned = schema.tables.get(table).is_some_and(|table| table.partition_by.is_some());
    if is_partitioned { schema.with_partitions(table).split_off(1) } else { Vec::new() }
}
