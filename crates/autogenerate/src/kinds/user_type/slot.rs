//! Slots for values that a domain allowed until now.

use super::definition::{NOT_VALID, attributes, checks_values, composite_of, domain_of, inner};
use crate::{
    kinds::planner::Planner,
    plan::Slot,
    render::tokens::{Token, tokens},
    schema::{Column, Name, Schema, SqlName, SqlObject, quote_identifier},
};

impl Planner<'_> {
    /// A slot for the values of a domain that a statement will reject.
    pub(in crate::kinds) fn domain_slot(&self, name: &SqlName, sql: &str) -> Option<Slot> {
        let rejected = rejected(sql)?;
        let columns = self.to.tables.iter().flat_map(|(table, it)| {
            let has_domain = |column: &&Column| is_of_domain(self.to, column, name);
            let is_kept = |column: &&Column| {
                !self.to.inherits_column(table, &column.name)
                    && self.from.column(table, &column.name).is_some()
            };
            it.columns.iter().filter(has_domain).filter(is_kept).map(move |column| (table, column))
        });
        let title = format!("resolve values of the domain {} that it will not allow", name.name);
        let slots = columns.filter_map(|(table, column)| {
            let column = quote_identifier(&column.name);
            self.values_slot(table, &column, title.clone(), &with_value(&rejected, &column))
        });
        slots.reduce(|all, one| Slot { title: title.clone(), ..all.and(one) })
    }

    /// A slot for the values of a column that its new type will reject: a domain, or one with
    /// values of a domain.
    pub(in crate::kinds) fn narrowed_slot(&self, table: &Name, was: &Column, is: &Column) -> Option<Slot> {
        let name = quote_identifier(&is.name);
        let terms = self.rejected_values(&name, was, is);
        if terms.is_empty() {
            return None;
        }
        let title = format!("resolve values of {table}.{name} that {} does not allow", is.data_type);
        self.values_slot(table, &name, title, &terms.join(" OR "))
    }

    fn values_slot(&self, table: &Name, column: &str, title: String, wrong: &str) -> Option<Slot> {
        let template = format!("UPDATE {table} SET {column} = … WHERE {wrong};");
        let rehearsal = format!("DELETE FROM {table} WHERE {wrong}");
        self.slot(table, title, &format!("{table} WHERE {wrong}"), [template, rehearsal])
    }

    /// Conditions for the values that the new type of a column rejects.
    fn rejected_values(&self, value: &str, was: &Column, is: &Column) -> Vec<String> {
        if is.data_type.ends_with("[]") {
            let element = |column: &Column| Column {
                data_type: column.data_type.strip_suffix("[]").unwrap_or(&column.data_type).to_owned(),
                ..column.clone()
            };
            let terms = self.rejected_values("element", &element(was), &element(is));
            let exists = |term| format!("EXISTS (SELECT FROM unnest({value}) AS element WHERE {term})");
            return terms.into_iter().map(exists).collect();
        }
        if let Some((_, it)) = domain_of(self.to, is) {
            let old = domain_of(self.from, was).map(|(_, old)| old);
            return added_checks(old, it).map(|rejected| with_value(&rejected, value)).collect();
        }
        let both = composite_of(self.from, was).zip(composite_of(self.to, is));
        let Some((old, new)) = both else { return Vec::new() };
        let typed = |data_type: &str, it: &SqlObject| Column {
            data_type: data_type.to_owned(),
            type_uses: it.uses.clone(),
            ..Column::default()
        };
        let old_attributes = attributes(old);
        let mut terms = Vec::new();
        for one in attributes(new) {
            let Some(before) = old_attributes.iter().find(|before| before.name == one.name) else { continue };
            let field = format!("({value}).{}", one.name);
            let both = (typed(before.data_type(), old), typed(one.data_type(), new));
            let rejected = self.rejected_values(&field, &both.0, &both.1);
            terms.extend(rejected.iter().map(|term| format!("{value} IS DISTINCT FROM NULL AND {term}")));
        }
        terms
    }
}

/// Whether the column has the domain, or one that is based on it.
fn is_of_domain(schema: &Schema, column: &Column, name: &SqlName) -> bool {
    !column.data_type.ends_with("[]")
        && domain_of(schema, column)
            .is_some_and(|(of, it)| of == name || is_of_domain(schema, &inner(of, it), name))
}

/// Conditions, on `VALUE`, for what a domain rejects and the old one did not.
fn added_checks<'s>(old: Option<&'s SqlObject>, new: &'s SqlObject) -> impl Iterator<Item = String> + 's {
    let is_new = move |sql: &&String| checks_values(sql) && !old.is_some_and(|old| old.create.contains(sql));
    new.create.iter().filter(is_new).filter_map(|sql| rejected(sql))
}

/// A condition, on `VALUE`, for what a statement about a domain rejects.
fn rejected(sql: &str) -> Option<String> {
    if sql.ends_with(" SET NOT NULL") {
        return Some("VALUE IS NULL".to_owned());
    }
    let (_, check) = sql.trim_end_matches(NOT_VALID).split_once(" CHECK ")?;
    Some(format!("NOT {check}"))
}

/// Replaces `VALUE` in the condition of a domain.
fn with_value(condition: &str, value: &str) -> String {
    let text = |token: Token<'_>| {
        if token == Token::Word("VALUE") { value.to_owned() } else { token.text().to_owned() }
    };
    tokens(condition).into_iter().map(text).collect()
}
