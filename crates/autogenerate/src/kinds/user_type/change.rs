//! How columns change to another domain or composite type.

use super::definition::{Attribute, attributes, based_on};
use crate::{
    kinds::{
        planner::Planner,
        types::{self, Using},
    },
    schema::{Column, SqlKind, SqlName, quote_identifier},
};

/// How a column changes if a domain or a replaced composite type is involved.
pub(in crate::kinds) enum UserTypeChange {
    /// The column as if it had the base types.
    Domain { was: Box<Column>, is: Box<Column>, via_text: bool },
    /// The expression, and a function that it calls.
    Composite { function: Option<String>, using: String, may_fail: bool, loses: bool },
}

/// The name of the function that converts arrays.
pub(in crate::kinds) const CONVERT: &str = "pg_temp.autogenerate_convert";

impl Planner<'_> {
    /// How a column changes if a domain or a replaced composite type is involved.
    pub(in crate::kinds) fn user_type_change(&self, was: &Column, is: &Column) -> Option<UserTypeChange> {
        if let Some(name) = self.replaced_type(is).filter(|name| name.kind == SqlKind::CompositeType) {
            let (old, new) = (self.from.sql_objects.get(name)?, self.to.sql_objects.get(name)?);
            return Some(self.composite_change(
                (&attributes(old), &attributes(new)),
                &self.old_type(name),
                is,
            ));
        }
        let (old, new) = (based_on(self.from, was), based_on(self.to, is));
        let has_domain = old.data_type != was.data_type || new.data_type != is.data_type;
        let via_text = old.enum_type.as_ref().is_some_and(|name| self.delta.swapped.contains(name));
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
                fields.push("NULL".to_owned());
                continue;
            };
            let field = format!("({value}).{}", one.name);
            if was.definition == one.definition {
                let via = if self.has_no_cast(one.data_type()) { "::text" } else { "" };
                fields.push(format!("{field}{via}::{}", one.data_type()));
                continue;
            }
            let cast = types::cast(&typed(was), &typed(one));
            may_fail |= cast.may_fail;
            loses |= cast.loses;
            let via = if cast.using == Using::ViaText { "::text" } else { "" };
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

    /// Whether a type is replaced by one that PostgreSQL cannot cast to.
    fn has_no_cast(&self, data_type: &str) -> bool {
        let element = data_type.strip_suffix("[]").unwrap_or(data_type);
        let is_composite = |name: &SqlName| name.kind == SqlKind::CompositeType && name.name == element;
        self.delta.swapped.iter().any(|name| name.to_string() == element)
            || self.delta.replaced.iter().any(is_composite)
    }
}
