//! Sequences that become identities, and identities that become sequences.

use super::{column_sequence, create};
use crate::{
    kinds::planner::Planner,
    order::{Priority, Role, Step},
    schema::{Column, Name, Object, Sequence, quote_identifier, quote_literal},
};

impl<'a> Planner<'a> {
    /// Whether the plan replaces the sequence by the identity of the column that owns it.
    pub(super) fn becomes_identity(&self, it: &Sequence) -> bool {
        let Some((table, column)) = &it.owned_by else { return false };
        self.to.column(table, column).is_some_and(|column| self.is_continued(it, table, column))
    }

    /// Whether the new identity of a column replaces this sequence, whose values it can have.
    pub(in crate::kinds) fn is_continued(&self, it: &Sequence, table: &Name, column: &Column) -> bool {
        let is_owner = |owner: &(Name, String)| (&owner.0, &owner.1) == (table, &column.name);
        let was = self.from.column(table, &column.name);
        let (Some(identity), Some(was)) = (column.identity, was) else { return false };
        let options = identity.options_for(&column.data_type);
        let stays = self.to.sequences.values().any(|other| other.owned_by == it.owned_by);
        was.identity.is_none()
            && it.owned_by.as_ref().is_some_and(is_owner)
            && !stays
            && !self.delta.creates(&Object::column(table, &column.name))
            && (options.min..=options.max).contains(&it.options.min)
            && (options.min..=options.max).contains(&it.options.max)
    }

    /// The new sequence that replaces the identity of a column, whose values it can have.
    fn continuing(&self, table: &Name, was: &Column) -> Option<(&'a Name, &'a Sequence)> {
        let identity = was.identity?.options_for(&was.data_type);
        let column = Object::column(table, &was.name);
        let is_owner = |(of, column): &(Name, String)| (of, column) == (table, &was.name);
        let stays = !self.delta.removes(&column)
            && self.to.column(table, &was.name).is_some_and(|is| is.identity.is_none());
        self.to.sequences.iter().find(|(name, it)| {
            let limits = it.options.min..=it.options.max;
            stays
                && it.owned_by.as_ref().is_some_and(is_owner)
                && !self.from.sequences.contains_key(*name)
                && limits.contains(&identity.min)
                && limits.contains(&identity.max)
        })
    }

    /// Whether a new sequence replaces the identity of the column that owns it.
    pub(super) fn continues_identity(&self, name: &Name, it: &Sequence) -> bool {
        let Some((table, column)) = &it.owned_by else { return false };
        let was = self.from.column(table, column);
        was.and_then(|was| self.continuing(table, was)).is_some_and(|(other, _)| other == name)
    }

    /// Replaces the identity of a column by a sequence, which may have the same name. Its next
    /// value is that of the identity.
    pub(in crate::kinds) fn replace_identity(&self, table: &Name, was: &Column, drop: &str) -> Option<Step> {
        let (name, it) = self.continuing(table, was)?;
        let built = self.free_name(name, "_new");
        let value = format!("nextval({})", column_sequence(table, &was.name));
        let step = Step::new(Priority::Alter, create(&built, it))
            .then(format!("SELECT setval({}::regclass, {value}, false)", quote_literal(&built.to_string())))
            .then(drop)
            .then(format!("ALTER SEQUENCE {built} RENAME TO {}", quote_identifier(&name.name)));
        // No row is added between the value and the drop.
        let step = if self.style.slots { step.preceded_by(format!("LOCK TABLE {table}")) } else { step };
        let object = Object::Sequence(name.clone());
        let step = step.makes(object.clone()).roles(Role::Needs, Object::namespace(name));
        Some(Self::with_comment(step, &object, it.comment.as_deref()))
    }
}
