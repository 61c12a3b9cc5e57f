//! Alters existing columns.

use std::collections::BTreeSet;

use super::sql;
use crate::{
    change::Property,
    hazard::Hazard,
    kinds::{
        planner::Planner,
        sequence::{
            RESTARTS, advance_sequence, changed_options, column_sequence, narrows, retyped_options,
            starts_outside,
        },
    },
    order::{Priority, Resource, Role, Step},
    render,
    schema::{Column, Name, Object, Schema, Table, quote_identifier},
};

impl Planner<'_> {
    pub(super) fn alter_column(&mut self, table: &Name, was: &Column, is: &Column) {
        // Since PostgreSQL 17, a partition shares the identity of its table: altering the table is
        // enough.
        let given = self.inherits_identity(table, was, is);
        let was = if given { &Column { identity: is.identity, ..was.clone() } } else { was };
        if was.identity.is_some() != is.identity.is_some() {
            self.drop_identity_or_default(table, was);
        }
        if let Some(step) = self.alterations(table, was, is) {
            let step = self.order_alterations(step, (table, was, is));
            self.push_on(step, [table]);
        }
        if was.identity.is_none() {
            self.add_identity(table, is);
        }
        let object = Object::column(table, &is.name);
        if !self.delta.alters(&object, Property::Nullability) {
            return;
        }
        if is.nullable {
            let sql = render::alter_column(table, &is.name, "DROP NOT NULL");
            let step = Step::new(Priority::Alter, sql).makes(Resource::Null(table.clone(), is.name.clone()));
            let step = step.roles(Role::Needs, self.columns_above(table, &is.name));
            self.push_on(step.needs(object), [table]);
        } else {
            self.set_not_null(table, &[is], false);
        }
    }

    /// Whether the column of a partition inherits its identity, if any, both before and after.
    fn inherits_identity(&self, table: &Name, was: &Column, is: &Column) -> bool {
        let parent = |schema: &'_ Schema| schema.tables.get(table).and_then(Table::parent).cloned();
        let stays = parent(self.from).is_some_and(|of| parent(self.to) == Some(of));
        stays && [was, is].iter().all(|column| column.identity.is_none_or(|it| it.options.is_none()))
    }

    fn is_retyped(&self, table: &Name, column: &Column) -> bool {
        let object = Object::column(table, &column.name);
        self.delta.alters(&object, Property::Type) || self.delta.alters(&object, Property::Collation)
    }

    /// Changes type, default, generation and identity, as one step.
    fn alterations(&self, table: &Name, was: &Column, is: &Column) -> Option<Step> {
        let object = Object::column(table, &is.name);
        let retyped = self.is_retyped(table, is);
        let needs_rebuild = self.delta.needs_rebuild(table, &is.name);
        let defaults = self.delta.alters(&object, Property::Default) && is.generated.is_none();
        let identity_changes = was.identity.is_some() != is.identity.is_some();
        let mut group = Alterations { table, column: &is.name, step: None };
        if was.generated.is_some() && is.generated.is_none() {
            group.push("DROP EXPRESSION");
        }
        if self.recomputes(table, is) {
            self.set_expression(&mut group, is);
        }
        // A default survives only if the base type stays the same.
        let has_default = was.default.is_some() && was.generated.is_none() && !identity_changes;
        let drops_default = has_default && (needs_rebuild && retyped || defaults && is.default.is_none());
        if drops_default {
            group.push("DROP DEFAULT");
        }
        if retyped {
            self.set_type(&mut group, was, is);
        }
        if let Some(default) = is.default.as_ref().filter(|_| defaults || drops_default || identity_changes) {
            group.push(&format!("SET DEFAULT {}", default.sql));
        }
        self.alter_identity(&mut group, was, is);
        group.step
    }

    /// Adds the dependencies of a column's alterations, in both directions.
    fn order_alterations(&self, step: Step, (table, was, is): (&Name, &Column, &Column)) -> Step {
        let needs = is.needs();
        let mut released = was.needs();
        if was.identity.is_some() != is.identity.is_some() {
            // The default that an identity replaces is already dropped.
            released = was.enum_type.clone().map(Object::Enum).into_iter().collect();
        }
        let is_swapped = |name: &Name| self.delta.swapped.contains(name);
        // A column leaves an enum type before it is replaced, unless it needs the replacement of
        // another one: two columns may exchange their types.
        let joins_swapped = is.enum_type.as_ref().is_some_and(is_swapped);
        released.retain(|object| {
            let stays = matches!(object, Object::Enum(name) if joins_swapped && is_swapped(name));
            !stays && !needs.contains(object)
        });
        let mut step = step.roles(Role::Releases, released).roles(Role::Needs, needs.clone());
        step = step.makes(Resource::Default(table.clone(), is.name.clone()));
        step = step.roles(Role::Needs, self.columns_above(table, &is.name));
        if self.is_retyped(table, is) || self.recomputes(table, is) {
            step = step.roles(Role::Makes, self.columns_with_descendants(table, &is.name));
        }
        step = step.roles(Role::Needs, Object::columns(table, is.computed_from()));
        if self.is_retyped(table, is) {
            let enums: BTreeSet<_> = [was, is].into_iter().filter_map(|it| it.enum_type.as_ref()).collect();
            let swapped = enums.into_iter().filter(|name| joins_swapped && is_swapped(name));
            step = step.roles(Role::Releases, swapped.map(|name| Object::Enum(self.old_enum(name))));
            step = step
                .roles(Role::Releases, self.replaced_types(was).map(|name| Object::Sql(self.old_type(name))));
        }
        if let Some(generated) = &was.generated {
            let uses = &generated.expression.uses;
            let used = uses.objects().chain(Object::columns(table, &uses.columns));
            let stays: BTreeSet<_> =
                needs.into_iter().chain(Object::columns(table, is.computed_from())).collect();
            step = step.roles(Role::Releases, used.filter(|object| !stays.contains(object)));
        }
        step
    }

    /// Drops the identity, or the default that an identity replaces.
    fn drop_identity_or_default(&mut self, table: &Name, was: &Column) {
        let object = Object::column(table, &was.name);
        let action = match (was.identity, &was.default) {
            (Some(_), _) => "DROP IDENTITY",
            (None, Some(_)) => "DROP DEFAULT",
            (None, None) => return,
        };
        let drop = render::alter_column(table, &was.name, action);
        let replaced = self.replace_identity(table, was, &drop);
        let mut step = replaced.unwrap_or_else(|| Step::new(Priority::Alter, drop)).releases(object);
        step = step.roles(Role::Releases, was.default.iter().flat_map(|default| default.uses.objects()));
        if was.identity.is_some() {
            step = step.releases(Resource::Null(table.clone(), was.name.clone()));
            step = step.drops(Resource::Relation(was.sequence_name(table)));
        }
        self.push_on(step, [table]);
    }

    /// Adds an identity that continues after the sequence that the column counted by, or after the
    /// existing rows.
    fn add_identity(&mut self, table: &Name, column: &Column) {
        let Some(identity) = column.identity else { return };
        let add = format!("ADD {}", sql::named_identity(table, column, identity));
        let add = render::alter_column(table, &column.name, add);
        let sequence = column_sequence(table, &column.name);
        let continued = self.from.sequences.iter().find(|(_, it)| self.is_continued(it, table, column));
        let step = if let Some((old, _)) = continued {
            self.continue_sequence(old, add, &sequence)
        } else {
            let options = identity.options_for(&column.data_type);
            let advance = advance_sequence(&sequence, table, &column.name, options);
            self.scans_under_lock(Step::new(Priority::Tighten, add).then(advance), table, &column.name)
        };
        let step = step.needs(Object::column(table, &column.name));
        let step = step.needs(Resource::Null(table.clone(), column.name.clone()));
        let step = step.makes(Resource::Default(table.clone(), column.name.clone()));
        self.push_on(step.makes(Resource::Relation(column.sequence_name(table))), [table]);
    }

    /// Replaces a sequence by the identity that `add` adds, which may have the same name.
    fn continue_sequence(&self, old: &Name, add: String, sequence: &str) -> Step {
        let aside = self.free_name(old, "_old");
        let renamed = quote_identifier(&aside.name);
        Step::new(Priority::Tighten, format!("ALTER SEQUENCE {old} OWNED BY NONE"))
            .then(format!("ALTER SEQUENCE {old} RENAME TO {renamed}"))
            .then(add)
            .then(format!("SELECT setval({sequence}, last_value, is_called) FROM {aside}"))
            .then(format!("DROP SEQUENCE {aside}"))
            .drops(Object::Sequence(old.clone()))
            .roles(Role::Releases, Object::namespace(old))
    }

    /// Alters an existing identity.
    fn alter_identity(&self, group: &mut Alterations<'_>, was: &Column, is: &Column) {
        let (Some(before), Some(identity)) = (was.identity, is.identity) else { return };
        let mut actions = Vec::new();
        if before.always != identity.always {
            let kind = if identity.always { "ALWAYS" } else { "BY DEFAULT" };
            actions.push(format!("SET GENERATED {kind}"));
        }
        let both = before.options.zip(identity.options);
        if let Some((before, options)) = both {
            let before = retyped_options(before, &was.data_type, &is.data_type);
            actions
                .extend(changed_options(before, options).into_iter().map(|option| format!("SET {option}")));
        }
        let restarts =
            both.filter(|(before, options)| starts_outside(*before, *options)).map(|(_, options)| options);
        actions.extend(restarts.map(|_| "RESTART".to_owned()));
        if !actions.is_empty() {
            group.push(&actions.join(" "));
            if both.is_some_and(|(before, options)| narrows(before, options)) {
                group.hazard(Hazard::MayFailOnData);
            }
        }
        if let Some(options) = restarts
            && let Some(step) = group.step.take()
        {
            let sequence = column_sequence(group.table, &is.name);
            let step = step.note(RESTARTS).then(advance_sequence(&sequence, group.table, &is.name, options));
            group.step = Some(self.scans_under_lock(step, group.table, &is.name));
        }
    }
}

/// Consecutive alterations of one column.
pub(super) struct Alterations<'a> {
    pub(super) table: &'a Name,
    column: &'a str,
    pub(super) step: Option<Step>,
}

impl Alterations<'_> {
    pub(super) fn push(&mut self, action: &str) {
        self.statement(&render::alter_column(self.table, self.column, action));
    }

    /// Appends any statement.
    pub(super) fn statement(&mut self, sql: &str) {
        self.step = Some(match self.step.take() {
            Some(step) => step.then(sql),
            None => Step::new(Priority::Alter, sql),
        });
    }

    pub(super) fn hazard(&mut self, hazard: Hazard) {
        self.step = self.step.take().map(|step| step.hazard(hazard));
    }
}
