//! Primary keys and unique constraints, created from an index that is built without blocking
//! writes.

use crate::{
    hazard::Hazard,
    kinds::{definition::Unique, index, planner::Planner},
    order::{Priority, Resource, Role, Step},
    schema::{Constraint, ConstraintKind, Index, Key, Name, Object, quote_identifier},
};

impl Planner<'_> {
    pub(super) fn create_key_online(&mut self, table: &Name, name: &str, it: &Constraint, key: &Key) {
        let object = Object::constraint(table, name);
        let replacement = self.replacement_index(table, name, it);
        let built = replacement.clone().unwrap_or_else(|| name.to_owned());
        let index = Index {
            unique: true,
            definition: key.index.clone(),
            part_of: None,
            is_named: false,
            only: false,
            valid: true,
            uses: it.uses.clone(),
            comment: None,
        };
        let made = Object::index(table, &built);
        let columns = Object::columns(table, &key.columns);
        let step = Step::new(Priority::Concurrent, index::create(table, &built, &index, true)).alone();
        let step = step.hazard(Hazard::BuildsIndex).hazard(Hazard::MayFailOnData);
        let step = step.slot(self.duplicates_slot(table, &Unique::from_key(key)));
        let step = step
            .roles(Role::Needs, Resource::filled(table, &key.columns))
            .makes(made.clone())
            .roles(Role::Needs, self.constraint_needs(table, name, it))
            .roles(Role::Needs, columns);
        self.push_on(step, [table]);
        let kind = if matches!(it.kind, ConstraintKind::PrimaryKey(_)) { "PRIMARY KEY" } else { "UNIQUE" };
        let deferrable =
            if key.deferrable.is_empty() { String::new() } else { format!(" {}", key.deferrable) };
        let action = format!(
            "\n    ADD CONSTRAINT {} {kind} USING INDEX {}{deferrable}",
            quote_identifier(name),
            quote_identifier(&built)
        );
        let sql = format!("ALTER TABLE {table}{action}");
        let step = Step::new(Priority::Attach, sql)
            .needs(made)
            .makes(object)
            .roles(Role::Needs, Resource::not_nulls(table, it));
        let step = step.roles(Role::Makes, Resource::primary(table, it));
        let step = if replacement.is_some() {
            step.roles(Role::Makes, it.kind.own_index(table, name))
        } else {
            step
        };
        self.push_on(step, [table]);
    }

    /// The temporary name of the index for a key that replaces another one of the same name, or
    /// `None` if the key cannot be replaced this way.
    pub(super) fn replacement_index(&self, table: &Name, name: &str, it: &Constraint) -> Option<String> {
        let object = Object::constraint(table, name);
        let is = self.to.tables.get(table)?;
        let new = is.constraints.get(name)?;
        let is_plain = is.partition_by.is_none() && !new.is_temporal();
        // A partition loses its key under this name with that of its table.
        let was = self.from.tables.get(table).and_then(|was| was.constraints.get(name));
        let is_key = |it: &Constraint| it.kind.key().is_some();
        let replaces = self.delta.creates(&object) && was.is_some_and(is_key) && is_key(it) && is_key(new);
        let alone = self.delta.leaves_alone(table, &new.uses);
        let is_replaced = is_plain && replaces && alone && self.is_online(table);
        is_replaced.then(|| self.temporary_index(table, name))
    }
}
