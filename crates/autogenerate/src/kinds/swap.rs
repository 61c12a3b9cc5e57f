//! Replaces a domain, composite or range type while columns have it: the new type is created, the
//! columns change to it, and the old one is dropped.

use super::{
    column::{Alterations, converted},
    planner::Planner,
    types,
};
use crate::{
    hazard::Hazard,
    order::{Priority, Role, Step},
    render::tokens::{Token, tokens},
    schema::{Column, Name, Object, SqlKind, SqlName, SqlObject, quote_identifier},
};

impl Planner<'_> {
    /// The replaced types that a column has, directly or as elements of an array.
    pub(super) fn swapped_types<'c>(&'c self, column: &'c Column) -> impl Iterator<Item = &'c SqlName> {
        column.type_uses.iter().filter_map(|used| match used {
            Object::Sql(name) if self.delta.swapped_types.contains(name) => Some(name),
            _ => None,
        })
    }

    /// A type that is being replaced, by its temporary name.
    pub(super) fn old_type(&self, name: &SqlName) -> Object {
        let old = self.old_enum(&Name::parse(&name.name));
        Object::Sql(SqlName { name: old.to_string(), ..name.clone() })
    }

    pub(super) fn swap_type(&mut self, name: &SqlName, was: &SqlObject, is: &SqlObject) {
        let old = self.old_enum(&Name::parse(&name.name));
        let word = if name.kind == SqlKind::Domain { "DOMAIN" } else { "TYPE" };
        let rename = format!("ALTER {word} {} RENAME TO {}", name.name, quote_identifier(&old.name));
        // A domain checks every value that is cast to it, even with a constraint that is NOT VALID.
        let (later, first): (Vec<_>, Vec<_>) = is.create.iter().partition(|sql| sql.ends_with(" NOT VALID"));
        let object = Object::Sql(name.clone());
        let mut step = Step::new(Priority::Enum, rename);
        if name.kind == SqlKind::RangeType {
            step = step.then(rename_multirange(&was.create, &old));
        }
        let step = first.into_iter().chain(was.owner.0.as_ref()).fold(step, Step::then);
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
        let old_object = self.old_type(name);
        let drop = Step::new(Priority::DropType, format!("DROP {word} {old}")).drops(old_object);
        let used = was.uses.iter().map(|used| match used {
            Object::Sql(used) if self.delta.swapped_types.contains(used) => self.old_type(used),
            Object::Enum(used) if self.delta.swapped.contains(used) => Object::Enum(self.old_enum(used)),
            used => used.clone(),
        });
        let released: Vec<_> = used.filter(|used| !is.uses.contains(used)).collect();
        self.push(drop.roles(Role::Releases, released));
    }

    /// Changes a column to the type that replaces its own.
    pub(super) fn set_replaced_type(&self, group: &mut Alterations<'_>, was: &Column, is: &Column) {
        let name = quote_identifier(&is.name);
        let type_name = is.data_type.trim_end_matches("[]");
        let dimensions = &is.data_type[type_name.len()..];
        let find = |schema: &'_ crate::schema::Schema| {
            let of = schema.sql_objects.iter().find(|(it, _)| it.kind.is_type() && it.name == type_name);
            of.map(|(it, object)| (it.kind, object.create.first().cloned().unwrap_or_default()))
        };
        let is_replaced = |data_type: &str| {
            let base = data_type.trim_end_matches("[]");
            self.delta.swapped_types.iter().any(|it| it.name == base)
                || self.delta.swapped.iter().any(|it| it.to_string() == base)
        };
        let (mut may_fail, mut slot) = (true, None);
        let via_text = format!("{name}::text{dimensions}::{}", is.data_type);
        let using = match (find(self.from), find(self.to)) {
            (Some((SqlKind::Domain, old)), Some((SqlKind::Domain, new))) => {
                let (old, new) = (base_type(&old), base_type(&new));
                if is_replaced(&old) || is_replaced(&new) {
                    via_text
                } else {
                    let column = |column: &Column, base: &str| Column {
                        data_type: format!("{base}{dimensions}"),
                        enum_type: None,
                        ..column.clone()
                    };
                    let (old, new) = (column(was, &old), column(is, &new));
                    let cast = types::cast(&old, &new);
                    may_fail = cast.may_fail;
                    // Without a condition for the values that do not fit, all would be replaced.
                    slot = self
                        .cast_slot(group.table, &old, &new)
                        .filter(|slot| may_fail && !slot.remaining.is_empty());
                    converted(&format!("{name}::{}", old.data_type), cast.using, &old, &new)
                }
            }
            (Some((SqlKind::CompositeType, old)), Some((SqlKind::CompositeType, new)))
                if dimensions.is_empty() =>
            {
                let (old, new) = (attributes(&old), attributes(&new));
                let fields = new.iter().map(|(attribute, data_type)| {
                    match old.iter().find(|(other, _)| other == attribute) {
                        None => format!("NULL::{data_type}"),
                        Some((_, same)) if same == data_type && !is_replaced(same) => {
                            format!("({name}).{attribute}")
                        }
                        Some((_, other)) => {
                            let column = |data_type: &str| Column {
                                data_type: data_type.to_owned(),
                                ..Column::default()
                            };
                            let cast = types::cast(&column(other), &column(data_type));
                            let via = if cast.using == types::Using::ViaText || is_replaced(other) {
                                "::text"
                            } else {
                                ""
                            };
                            format!("({name}).{attribute}{via}::{data_type}")
                        }
                    }
                });
                let row = fields.collect::<Vec<_>>().join(", ");
                format!("CASE WHEN {name} IS DISTINCT FROM NULL THEN ROW({row})::{} END", is.data_type)
            }
            _ => via_text,
        };
        group.push(&format!("SET DATA TYPE {}\n    USING {using}", is.data_type));
        group.hazard(Hazard::RewritesTable);
        group.hazard(Hazard::BlocksReads);
        if may_fail {
            group.hazard(Hazard::MayFailOnData);
        }
        group.step = group.step.take().map(|step| step.slot(slot));
    }

    /// Adds and drops attributes of a composite type in place.
    pub(super) fn alter_composite(&mut self, name: &SqlName, was: &SqlObject, is: &SqlObject) {
        let text = |it: &SqlObject| it.create.first().cloned().unwrap_or_default();
        let (old, new) = (attributes(&text(was)), attributes(&text(is)));
        let mut step: Option<Step> = None;
        let mut push = |sql: String, hazard: Option<Hazard>| {
            let next = match step.take() {
                Some(step) => step.then(sql),
                None => Step::new(Priority::Enum, sql),
            };
            step = Some(hazard.into_iter().fold(next, Step::hazard));
        };
        for (attribute, _) in old.iter().filter(|it| !new.contains(it)) {
            push(format!("ALTER TYPE {} DROP ATTRIBUTE {attribute}", name.name), Some(Hazard::DeletesData));
        }
        for (attribute, data_type) in new.iter().filter(|it| !old.contains(it)) {
            push(format!("ALTER TYPE {} ADD ATTRIBUTE {attribute} {data_type}", name.name), None);
        }
        for sql in super::sql_object::comments(was, is) {
            push(sql, None);
        }
        if let Some(step) = step {
            let released = was.uses.difference(&is.uses).cloned();
            let step = step.roles(Role::Needs, is.uses.iter().cloned()).roles(Role::Releases, released);
            self.push(step.makes(Object::Sql(name.clone())));
        }
    }
}

/// Whether attributes can be dropped and added at the end to get from one composite type to the
/// other.
pub(super) fn is_alterable(was: &SqlObject, is: &SqlObject) -> bool {
    let text = |it: &SqlObject| it.create.first().cloned().unwrap_or_default();
    let (old, new) = (attributes(&text(was)), attributes(&text(is)));
    let kept: Vec<_> = old.iter().filter(|it| new.contains(it)).collect();
    let is_retyped = |(name, data_type): &(String, String)| {
        new.iter().any(|(other, new_type)| other == name && new_type != data_type)
    };
    !kept.is_empty() && !old.iter().any(is_retyped) && new.iter().take(kept.len()).eq(kept)
}

/// The type that a domain is based on.
fn base_type(create: &str) -> String {
    let base = create.split_once(" AS ").map_or(create, |(_, base)| base);
    base.split(" COLLATE ").next().unwrap_or(base).to_owned()
}

/// The attributes of a composite type, with their types.
fn attributes(create: &str) -> Vec<(String, String)> {
    let inside = create.split_once(" AS (").and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or_default();
    let (mut depth, mut parts) = (0_usize, vec![String::new()]);
    for token in tokens(inside) {
        match token {
            Token::Other("(") => depth += 1,
            Token::Other(")") => depth = depth.saturating_sub(1),
            Token::Other(",") if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().into_iter().for_each(|part| part.push_str(token.text()));
    }
    let split = |part: &String| {
        let part = part.trim();
        let name = tokens(part).first()?.text().to_owned();
        Some((name.clone(), part[name.len()..].trim().to_owned()))
    };
    parts.iter().filter_map(split).collect()
}

/// Renames the multirange type of a range type.
fn rename_multirange(create: &[String], old: &Name) -> String {
    let text = create.first().map(String::as_str).unwrap_or_default();
    let name = text.rsplit_once("multirange_type_name = ").map_or("", |(_, name)| name.trim_end_matches(')'));
    format!("ALTER TYPE {name} RENAME TO {}", quote_identifier(&format!("{}_multi", old.name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_type_are_found_in_its_definition() {
        let found = attributes("CREATE TYPE s.t AS (a numeric(10,2), \"b c\" text COLLATE \"C\")");
        let expected = [("a", "numeric(10,2)"), ("\"b c\"", "text COLLATE \"C\"")];
        assert_eq!(found, expected.map(|(name, data_type)| (name.to_owned(), data_type.to_owned())));
        assert_eq!(
            base_type("CREATE DOMAIN d AS character varying(10) COLLATE \"C\""),
            "character varying(10)"
        );
    }

    #[test]
    fn attributes_are_altered_in_place_at_the_end_only() {
        let composite = |attributes: &str| SqlObject {
            create: vec![format!("CREATE TYPE t AS ({attributes})")],
            ..SqlObject::default()
        };
        for (was, is, expected) in [
            ("a integer", "a integer, b text", true),
            ("a integer, b text", "b text, c text", true),
            ("a integer", "b text, a integer", false),
            ("a integer, b text", "a bigint, b text", false),
        ] {
            assert_eq!(is_alterable(&composite(was), &composite(is)), expected, "{was} to {is}");
        }
    }
}
