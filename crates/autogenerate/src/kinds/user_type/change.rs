//! How columns change to another domain or composite type.

use super::definition::{Attribute, attributes, base, based_on, narrows};
use crate::{
    kinds::{
        planner::Planner,
        types::{self, Using},
    },
    schema::{Column, Schema, SqlKind, SqlName, quote_identifier},
};

/// How a column changes if a domain or a replaced type is involved.
pub(in crate::kinds) enum UserTypeChange {
    /// The column as if it had the base types.
    Domain { was: Box<Column>, is: Box<Column>, via_text: bool },
    /// The expression, and a function that it calls.
    Composite { function: Option<String>, using: String, may_fail: bool, loses: bool },
    /// By way of the text of the values.
    Text,
}

/// The name of the function that converts arrays.
pub(in crate::kinds) const CONVERT: &str = "pg_temp.autogenerate_convert";

impl Planner<'_> {
    /// How a column changes if a domain or a replaced type is involved.
    pub(in crate::kinds) fn user_type_change(&self, was: &Column, is: &Column) -> Option<UserTypeChange> {
        let replaced = self.replaced_types(was).find(|name| is_type_of(name, was) && is_type_of(name, is));
        if let Some(name) = replaced.filter(|name| name.kind != SqlKind::Domain) {
            if name.kind == SqlKind::RangeType || was.data_type != is.data_type {
                return Some(UserTypeChange::Text);
            }
            let (old, new) = (self.from.sql_objects.get(name)?, self.to.sql_objects.get(name)?);
            let both = (&*attributes(old), &*attributes(new));
            return Some(self.composite_change(both, &self.old_type(name), is));
        }
        let (old, new) = (based_on(self.from, was), based_on(self.to, is));
        let has_domain = old.data_type != was.data_type || new.data_type != is.data_type;
        let via_text = self.has_no_cast(&old.data_type);
        has_domain.then_some(UserTypeChange::Domain { was: old.into(), is: new.into(), via_text })
    }

    /// An expression that takes the values of the attributes over.
    fn composite_change(
        &self,
        (old, new): (&[Attribute], &[Attribute]),
        old_name: &SqlName,
        column: &Column,
    ) -> UserTypeChange {
        let (name, data_type) = (quote_identifier(&column.name), &column.data_type);
        let element = data_type.strip_suffix("[]");
        let value = if element.is_some() { "old[i]" } else { &name };
        let mut may_fail = false;
        let mut loses = old.iter().any(|one| new.iter().all(|it| it.name != one.name));
        let typed = |one: &Attribute| Column { data_type: one.data_type().to_owned(), ..Column::default() };
        let mut fields = Vec::new();
        for one in new {
            let Some(was) = old.iter().find(|was| was.name == one.name) else {
                fields.push(format!("NULL::{}", one.data_type()));
                continue;
            };
            let field = format!("({value}).{}", one.name);
            let via_text = self.has_no_cast(was.data_type());
            if was.data_type() == one.data_type() && !self.is_replaced(one.data_type()) {
                fields.push(field);
                continue;
            }
            let cast = types::cast(&typed(was), &typed(one));
            may_fail |= cast.may_fail || self.narrows_domain(was.data_type(), one.data_type());
            loses |= cast.loses;
            let via = if via_text || cast.using == Using::ViaText { "::text" } else { "" };
            fields.push(format!("{field}{via}::{}", one.data_type()));
        }
        let row = format!("ROW({})::{}", fields.join(", "), element.unwrap_or(data_type));
        let converted = format!("CASE WHEN {value} IS DISTINCT FROM NULL THEN {row} END");
        // An expression without a function cannot take an array apart.
        let function = element.map(|_| {
            format!(
                "CREATE FUNCTION {CONVERT}(old {}[]) RETURNS {data_type} LANGUAGE sql AS $convert$\n    \
                 SELECT CASE WHEN old IS NOT NULL THEN ARRAY(\n        SELECT {converted}\n        \
                 FROM generate_subscripts(old, 1) AS i ORDER BY i\n    ) END\n$convert$",
                old_name.name
            )
        });
        let using = if function.is_some() { format!("{CONVERT}({name})") } else { converted };
        UserTypeChange::Composite { function, using, may_fail, loses }
    }

    /// Whether the new type is a domain, or an array of one, that checks more than the old type.
    pub(in crate::kinds) fn narrows_domain(&self, was: &str, is: &str) -> bool {
        let domain = |schema: &Schema, data_type: &str| {
            let name = data_type.strip_suffix("[]").unwrap_or(data_type).to_owned();
            schema.sql_objects.get(&SqlName { kind: SqlKind::Domain, table: None, name }).cloned()
        };
        let old = domain(self.from, was).unwrap_or_default();
        domain(self.to, is).is_some_and(|new| narrows(&old, &new))
    }

    /// Whether a type, or the type of the elements of an array, is replaced.
    fn is_replaced(&self, data_type: &str) -> bool {
        let element = data_type.strip_suffix("[]").unwrap_or(data_type);
        self.delta.swapped.iter().any(|name| name.to_string() == element)
            || self.delta.replaced.iter().any(|name| name.name == element)
    }

    /// Whether a type is replaced by one that PostgreSQL cannot cast to.
    fn has_no_cast(&self, data_type: &str) -> bool {
        let element = data_type.strip_suffix("[]").unwrap_or(data_type);
        let domain = SqlName { kind: SqlKind::Domain, table: None, name: element.to_owned() };
        match self.from.sql_objects.get(&domain) {
            Some(it) => self.has_no_cast(&base(&domain, it)),
            None => self.is_replaced(element),
        }
    }
}

/// Whether it is the type of a column, or of the elements of its array.
fn is_type_of(name: &SqlName, column: &Column) -> bool {
    column.data_type.strip_suffix("[]").unwrap_or(&column.data_type) == name.name
}
