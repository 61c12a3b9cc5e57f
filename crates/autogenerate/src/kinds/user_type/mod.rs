//! Domains and composite types: altered in place, or replaced while columns use them.

mod change;
mod definition;

pub(super) use self::change::{CONVERT, UserTypeChange};
pub(crate) use self::definition::{
    Attribute, attributes, base, based_on, composite_attributes, composite_columns, domain_checks,
};
use super::planner::Planner;
use crate::{
    hazard::Hazard,
    order::{Priority, Role, Step},
    render::rewrite,
    schema::{Column, Name, Object, Schema, SqlKind, SqlName, SqlObject, quote_identifier},
};

/// Whether the plan can alter the type while columns use it.
pub(super) fn is_alterable(kind: SqlKind, was: &SqlObject, is: &SqlObject) -> bool {
    if kind == SqlKind::Domain {
        return was.create.first() == is.create.first();
    }
    let (old, new) = (attributes(was), attributes(is));
    let mut kept = old.iter().filter(|one| new.iter().any(|other| other.name == one.name)).zip(&new);
    // New attributes can only come last.
    kept.all(|(one, other)| one == other)
}

/// The word for the type in statements.
pub(super) fn word(kind: SqlKind) -> &'static str {
    if kind == SqlKind::Domain { "DOMAIN" } else { "TYPE" }
}

/// Replaces the old name of a type, whose key among the SQL objects is renamed already.
pub(super) fn rename(schema: &mut Schema, old: &SqlName, new: &Name) {
    let renamed = SqlName::of_type(old.kind, new);
    let (from, to) = (Object::Sql(old.clone()), Object::Sql(renamed.clone()));
    if let Some(it) = schema.sql_objects.get_mut(&renamed) {
        // Everything before the name is in capitals.
        for sql in it.create.iter_mut().chain(&mut it.drop) {
            *sql = sql.replacen(&old.name, &renamed.name, 1);
        }
    }
    rename_in_types(schema, &to, &old.name, &renamed.name);
    for table in schema.tables.values_mut() {
        for column in table.columns.iter_mut().filter(|column| column.type_uses.contains(&from)) {
            column.type_uses.remove(&from);
            column.type_uses.insert(to.clone());
            column.data_type = rewrite_type(&column.data_type, &old.name, &renamed.name);
        }
        for (sql, uses) in table.texts() {
            if uses.others.remove(&from) {
                uses.others.insert(to.clone());
                *sql = rewrite::cast(sql, &old.type_name(), new);
            }
        }
    }
}

/// Replaces the old name of a type in the domains and composite types that use it by its new name.
pub(super) fn rename_in_types(schema: &mut Schema, used: &Object, old: &str, new: &str) {
    for (name, it) in schema.sql_objects.iter_mut().filter(|(_, it)| it.uses.contains(used)) {
        let in_type = |text: &str| rewrite_type(text, old, new);
        let Some(head) = it.create.first() else { continue };
        let rewritten = match (name.kind, head.split_once(" AS ")) {
            (SqlKind::Domain, Some((start, rest))) => format!("{start} AS {}", in_type(rest)),
            (SqlKind::CompositeType, Some((start, _))) => {
                let all: Vec<_> = attributes(it)
                    .iter()
                    .map(|one| format!("{} {}", one.name, in_type(&one.definition)))
                    .collect();
                format!("{start} AS ({})", all.join(", "))
            }
            _ => continue,
        };
        it.create[0] = rewritten;
    }
}

/// Replaces the name at the start of a type.
fn rewrite_type(text: &str, old: &str, new: &str) -> String {
    match text.strip_prefix(old) {
        Some(rest) if !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') => format!("{new}{rest}"),
        _ => text.to_owned(),
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    fn composite(attributes: &str) -> SqlObject {
        SqlObject { create: vec![format!("CREATE TYPE t AS ({attributes})")], ..SqlObject::default() }
    }

    #[test]
    fn attributes_are_told_apart_and_altered_where_their_order_allows() {
        let found = attributes(&composite("a numeric(10,2), \"b, c\" text COLLATE \"C\""));
        let names: Vec<_> = found.iter().map(|one| (&*one.name, one.data_type())).collect();
        assert_eq!(names, [("a", "numeric(10,2)"), ("\"b, c\"", "text")]);
        for (was, is, alterable) in [
            ("a text, b integer", "a text, b integer, c date", true),
            ("a text, b integer", "b integer, c date", true),
            ("a text, b integer", "b integer, a text", false),
            ("a text, b integer", "a text, b bigint", false),
            ("a text, b integer", "c date, a text, b integer", false),
        ] {
            let both = (composite(was), composite(is));
            assert_eq!(is_alterable(SqlKind::CompositeType, &both.0, &both.1), alterable, "{was} → {is}");
        }
    }
}
