//! Objects that are defined by a text of SQL: created, replaced or dropped as a whole.

use std::collections::{BTreeMap, BTreeSet};

mod casts;
mod priority;
mod rename;
mod replace;

pub(super) use self::rename::rename;
use self::{
    casts::without_casts,
    priority::{created, dropped},
};
use super::{
    changes::{Changes, Compare},
    kind::Kind,
    planner::Planner,
};
use crate::{
    change::Property,
    order::{Role, Step},
    schema::{Object, Schema, SqlKind, SqlName, SqlObject},
};

impl Compare for SqlObject {
    fn compare(&self, to: &Self, object: &Object, changes: &mut Changes<'_>) {
        if !self.is_printed() || !to.is_printed() {
            return;
        }
        let text = |it: &Self| it.create.join(";\n");
        changes.compare_text(object, Property::Definition, Some(&text(self)), Some(&text(to)));
    }
}

impl Kind for SqlObject {
    type Name = SqlName;

    fn all(schema: &Schema) -> &BTreeMap<SqlName, Self> {
        &schema.sql_objects
    }

    fn object(name: &SqlName) -> Object {
        Object::Sql(name.clone())
    }

    fn is_equal(&self, other: &Self) -> bool {
        let same = |(one, two): (&String, &String)| one == two || without_casts(one) == without_casts(two);
        !self.is_printed()
            || !other.is_printed()
            || self.create.len() == other.create.len() && self.create.iter().zip(&other.create).all(same)
    }

    fn plan(planner: &mut Planner<'_>) {
        let (from, to) = (planner.from, planner.to);
        for (name, it) in &to.sql_objects {
            let object = Object::Sql(name.clone());
            let was = from.sql_objects.get(name);
            if let (true, Some(was)) = (planner.delta.replaced.contains(name), was) {
                planner.replace_type(name, was, it);
            } else if planner.delta.creates(&object) || planner.loses_setting(name, it) {
                planner.create_sql_object(name, it);
            } else if let (true, Some(was)) = (planner.delta.alters(&object, Property::Definition), was) {
                if name.kind == SqlKind::CompositeType {
                    planner.alter_composite(name, was, it);
                } else {
                    planner.replace_sql_object(name, was, it);
                }
            }
        }
        for (name, it) in &from.sql_objects {
            let is_replaced = planner.delta.replaced.contains(name);
            if planner.delta.removes(&Object::Sql(name.clone()))
                && !is_replaced
                && !planner.disappears(name, it)
            {
                planner.drop_sql_object(name, it);
            }
        }
    }
}

impl Planner<'_> {
    /// An object that has to be created and whose definition is not known.
    pub(crate) fn unprinted(&self) -> Option<Object> {
        let unprinted = self.to.sql_objects.iter().filter(|(_, it)| !it.is_printed());
        unprinted.map(|(name, _)| Object::Sql(name.clone())).find(|object| self.delta.creates(object))
    }

    /// Whether the object is dropped with the table or column that it belongs to.
    fn disappears(&self, name: &SqlName, it: &SqlObject) -> bool {
        let is_part = |object: &&Object| match object {
            Object::Table(_) => name.table == object.table().cloned(),
            Object::Column(..) | Object::Sql(_) => name.kind.is_setting(),
            _ => name.kind == SqlKind::Privileges,
        };
        it.uses.iter().filter(is_part).any(|object| self.delta.removes(object))
    }

    /// Whether a change of the type of its column resets a setting.
    fn loses_setting(&self, name: &SqlName, it: &SqlObject) -> bool {
        let is_retyped = |object: &Object| match object {
            Object::Column(table, column) => self.delta.is_retyped(table, column),
            Object::Enum(name) => self.delta.swapped.contains(name),
            Object::Sql(name) => self.delta.replaced.contains(name),
            _ => false,
        };
        name.kind.is_setting() && it.uses.iter().any(is_retyped)
    }

    fn create_sql_object(&mut self, name: &SqlName, it: &SqlObject) {
        let mut statements = it.create.iter();
        let Some(first) = statements.next() else { return };
        let step = statements.fold(Step::new(created(name.kind), first), Step::then);
        let object = Object::Sql(name.clone());
        let step = self.restoring_owner(step, &object);
        let step = step.makes(object).roles(Role::Needs, it.uses.iter().cloned());
        let step = step.roles(Role::Needs, self.called(name, it));
        let step = step.roles(Role::Needs, name.table_privileges().map(Object::Sql));
        self.push_on(step, name.table.as_ref());
    }

    /// The functions that the text of a function in SQL calls. PostgreSQL does not record them, but
    /// needs them when it inlines the function into an index or a view.
    fn called(&self, name: &SqlName, it: &SqlObject) -> Vec<Object> {
        let mut called = mentioned(self.to, name, it);
        // Functions that call each other are created in any order.
        called.retain(|callee| {
            let (mut seen, mut next) = (BTreeSet::from([*callee]), vec![*callee]);
            while let Some(function) = next.pop() {
                let inner = self.to.sql_objects.get(function).map(|it| mentioned(self.to, function, it));
                next.extend(inner.into_iter().flatten().filter(|inner| seen.insert(*inner)));
            }
            !seen.contains(name)
        });
        called.into_iter().cloned().map(Object::Sql).collect()
    }

    fn drop_sql_object(&mut self, name: &SqlName, it: &SqlObject) {
        let mut statements = it.drop.iter();
        let Some(first) = statements.next() else { return };
        let step = statements.fold(Step::new(dropped(name.kind), first), Step::then);
        let object = Object::Sql(name.clone());
        let step = self.remembering_owner(step, &object);
        let step = step.drops(object).roles(Role::Releases, it.uses.iter().cloned());
        self.push_on(step, name.table.as_ref());
    }
}

/// The functions that the text of a function in SQL mentions.
fn mentioned<'s>(schema: &'s Schema, name: &SqlName, it: &SqlObject) -> Vec<&'s SqlName> {
    let is_sql = |sql: &&String| name.kind.is_routine() && sql.contains("\n LANGUAGE sql\n");
    let Some((_, body)) = it.create.first().filter(is_sql).and_then(|sql| sql.split_once("\nAS $")) else {
        return Vec::new();
    };
    let mentions = |other: &&SqlName| {
        let call = other.name.split('(').next().unwrap_or_default();
        let call = call.rsplit_once('.').map_or(call, |(_, call)| call);
        other.kind == SqlKind::Function && *other != name && body.contains(&format!("{call}("))
    };
    schema.sql_objects.keys().filter(mentions).collect()
}
