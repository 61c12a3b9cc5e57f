//! Domains and composite types: altered in place, or replaced while columns use them.

pub(super) mod change;
pub(super) mod definition;
pub(super) mod rename;

use self::definition::{Attribute, attributes, word};
use super::planner::Planner;
use crate::{
    hazard::Hazard,
    order::{Priority, Role, Step},
    schema::{Column, Name, Object, Schema, SqlKind, SqlName, SqlObject, quote_identifier},
};

impl Planner<'_> {
    /// The temporary name of a type that is being replaced.
    pub(super) fn old_type(&self, name: &SqlName) -> SqlName {
        let is_taken = |schema: &Schema, name: &Name| {
            let described = [SqlKind::Domain, SqlKind::CompositeType, SqlKind::RangeType];
            let is_type = |kind| schema.sql_objects.contains_key(&SqlName::of_type(kind, name));
            schema.enums.contains_key(name) || schema.is_relation(name) || described.into_iter().any(is_type)
        };
        let old =
            name.type_name().derive("_old", |name| is_taken(self.from, name) || is_taken(self.to, name));
        SqlName::of_type(name.kind, &old)
    }

    /// Replaces a type. Its columns change to the new one before the old one is dropped.
    pub(super) fn replace_type(&mut self, name: &SqlName, was: &SqlObject, it: &SqlObject) {
        let (word, old) = (word(name.kind), self.old_type(name));
        let rename =
            format!("ALTER {word} {} RENAME TO {}", name.name, quote_identifier(&old.type_name().name));
        let step = it.create.iter().fold(Step::new(Priority::Enum, rename), Step::then);
        let step = step.makes(Object::Sql(name.clone())).roles(Role::Needs, it.uses.iter().cloned());
        self.push(step);
        let released = was.uses.iter().map(|used| match used {
            Object::Sql(used) if self.delta.replaced.contains(used) => Object::Sql(self.old_type(used)),
            Object::Enum(used) if self.delta.swapped.contains(used) => Object::Enum(self.old_enum(used)),
            used => used.clone(),
        });
        let drop = Step::new(Priority::DropType, format!("DROP {word} {}", old.name));
        let drop = drop.roles(Role::Releases, released.collect::<Vec<_>>());
        self.push(drop.drops(Object::Sql(old)));
    }

    /// Adds and drops attributes, and changes comments.
    pub(super) fn alter_composite(&mut self, name: &SqlName, was: &SqlObject, it: &SqlObject) {
        let (old, new) = (attributes(was), attributes(it));
        let lacks = |list: &[Attribute], one: &Attribute| !list.iter().any(|other| other.name == one.name);
        let mut step: Option<Step> = None;
        let mut push = |sql: String, hazard: Option<Hazard>| {
            let next = match step.take() {
                Some(step) => step.then(sql),
                None => Step::new(Priority::Enum, sql),
            };
            step = Some(hazard.into_iter().fold(next, Step::hazard));
        };
        for one in old.iter().filter(|one| lacks(&new, one)) {
            let sql = format!("ALTER TYPE {} DROP ATTRIBUTE {}", name.name, one.name);
            push(sql, Some(Hazard::DeletesData));
        }
        for one in new.iter().filter(|one| lacks(&old, one)) {
            push(format!("ALTER TYPE {} ADD ATTRIBUTE {} {}", name.name, one.name, one.definition), None);
        }
        let start = |sql: &str| sql.split_once(" IS ").map(|(start, _)| start.to_owned());
        for sql in was.create.iter().skip(1) {
            let Some(start) = start(sql) else { continue };
            let is_gone = old
                .iter()
                .filter(|one| lacks(&new, one))
                .any(|one| start == format!("COMMENT ON COLUMN {}.{}", name.name, one.name));
            let stays = it.create.iter().any(|other| other.starts_with(&format!("{start} IS ")));
            if !is_gone && !stays {
                push(format!("{start} IS NULL"), None);
            }
        }
        for sql in it.create.iter().skip(1).filter(|sql| !was.create.contains(sql)) {
            push(sql.clone(), None);
        }
        if let Some(step) = step {
            let released = was.uses.difference(&it.uses).cloned();
            let step = step.roles(Role::Needs, it.uses.iter().cloned()).roles(Role::Releases, released);
            self.push(step.makes(Object::Sql(name.clone())));
        }
    }

    /// The replaced type that is that of a column or of its array elements.
    pub(super) fn replaced_type(&self, column: &Column) -> Option<&SqlName> {
        column.type_uses.iter().find_map(|used| match used {
            Object::Sql(name) => self.delta.replaced.get(name),
            _ => None,
        })
    }
}
