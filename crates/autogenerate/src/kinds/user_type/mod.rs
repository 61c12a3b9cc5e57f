//! Domains, composite and range types: altered in place, or replaced while columns have them. Then
//! the new type is created, the columns change to it, and the old one is dropped.

pub(super) mod change;
pub(super) mod definition;
pub(super) mod rename;
pub(super) mod slot;

use self::definition::{Attribute, attributes, multirange, word};
use super::planner::Planner;
use crate::{
    hazard::Hazard,
    order::{Priority, Role, Step},
    schema::{Column, Name, Object, SqlKind, SqlName, SqlObject, quote_identifier},
};

impl Planner<'_> {
    /// The replaced types that a column has, directly or as elements of an array.
    pub(super) fn replaced_types<'c>(&'c self, column: &'c Column) -> impl Iterator<Item = &'c SqlName> {
        column.type_uses.iter().filter_map(|used| match used {
            Object::Sql(name) => self.delta.replaced.get(name),
            _ => None,
        })
    }

    /// The temporary name of a type that is being replaced.
    pub(super) fn old_type(&self, name: &SqlName) -> SqlName {
        SqlName::of_type(name.kind, &self.old_enum(&name.type_name()))
    }

    pub(super) fn replace_type(&mut self, name: &SqlName, was: &SqlObject, is: &SqlObject) {
        let (word, old) = (word(name.kind), self.old_type(name));
        let old_name = old.type_name();
        let rename = format!("ALTER {word} {} RENAME TO {}", name.name, quote_identifier(&old_name.name));
        // A domain checks every value that is cast to it, even with a constraint that is NOT VALID.
        let (later, first): (Vec<_>, Vec<_>) = is.create.iter().partition(|sql| sql.ends_with(" NOT VALID"));
        let object = Object::Sql(name.clone());
        let mut step = Step::new(Priority::Enum, rename);
        if name.kind == SqlKind::RangeType {
            step = step.then(rename_multirange(was, &old_name));
        }
        let step = first.into_iter().fold(step, Step::then);
        let step = self.with_owner_of(step, &object, &Object::Sql(old.clone()));
        self.push(step.makes(object.clone()).roles(Role::Needs, is.uses.iter().cloned()));
        for sql in later {
            let step = Step::new(Priority::Constraint, sql).needs(object.clone());
            let columns = self.to.tables.iter().flat_map(|(table, it)| {
                let having = it.columns.iter().filter(|column| column.type_uses.contains(&object));
                having.map(|column| Object::column(table, &column.name))
            });
            let step = step.roles(Role::Needs, columns.collect::<Vec<_>>());
            self.push(step);
        }
        let used = was.uses.iter().map(|used| match used {
            Object::Sql(used) if self.delta.replaced.contains(used) => Object::Sql(self.old_type(used)),
            Object::Enum(used) if self.delta.swapped.contains(used) => Object::Enum(self.old_enum(used)),
            used => used.clone(),
        });
        let released: Vec<_> = used.filter(|used| !is.uses.contains(used)).collect();
        let drop = Step::new(Priority::DropType, format!("DROP {word} {}", old.name));
        self.push(drop.drops(Object::Sql(old)).roles(Role::Releases, released));
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
}

/// Renames the multirange type of a range type.
fn rename_multirange(was: &SqlObject, old: &Name) -> String {
    let name = quote_identifier(&format!("{}_multi", old.name));
    format!("ALTER TYPE {} RENAME TO {name}", multirange(was))
}
