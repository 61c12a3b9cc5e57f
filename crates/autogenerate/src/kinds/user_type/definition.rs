//! What PostgreSQL prints of domains, composite and range types.

use crate::{
    render::tokens::{Token, tokens},
    schema::{Column, Object, Schema, SqlKind, SqlName, SqlObject},
};

/// Whether the plan can alter the type while columns use it.
pub(in crate::kinds) fn is_alterable(kind: SqlKind, was: &SqlObject, is: &SqlObject) -> bool {
    if kind == SqlKind::Domain {
        return was.create.first() == is.create.first();
    }
    let (old, new) = (attributes(was), attributes(is));
    let kept: Vec<_> = old.iter().filter(|one| new.iter().any(|other| other.name == one.name)).collect();
    // New attributes can only come last.
    !kept.is_empty() && kept.into_iter().zip(&new).all(|(one, other)| one == other)
}

/// What follows the definition of a constraint whose old values are not known to satisfy it.
pub(in crate::kinds) const NOT_VALID: &str = " NOT VALID";

/// Whether the statement checks the values of a domain that exist.
pub(in crate::kinds) fn checks_values(sql: &str) -> bool {
    sql.starts_with("ALTER DOMAIN ")
        && (sql.contains(" ADD CONSTRAINT ") && !sql.ends_with(NOT_VALID) || sql.ends_with(" SET NOT NULL"))
}

/// Whether a domain rejects more values than before.
pub(in crate::kinds) fn narrows(was: &SqlObject, is: &SqlObject) -> bool {
    is.create.iter().any(|sql| checks_values(sql) && !was.create.contains(sql))
}

/// The word for the type in statements.
pub(in crate::kinds) fn word(kind: SqlKind) -> &'static str {
    if kind == SqlKind::Domain { "DOMAIN" } else { "TYPE" }
}

/// An attribute of a composite type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attribute {
    /// The name as SQL.
    pub(crate) name: String,
    /// The type and the collation.
    pub(crate) definition: String,
}

impl Attribute {
    pub(crate) fn data_type(&self) -> &str {
        self.definition.split(" COLLATE ").next().unwrap_or_default()
    }
}

/// The attributes of a composite type, which PostgreSQL prints as
/// `CREATE TYPE t AS (a text, b integer)`.
pub(crate) fn attributes(it: &SqlObject) -> Vec<Attribute> {
    let Some((_, list)) = it.create.first().and_then(|sql| sql.split_once(" AS (")) else {
        return Vec::new();
    };
    let list = list.strip_suffix(')').unwrap_or(list);
    let (mut depth, mut parts) = (0_usize, vec![String::new()]);
    for token in tokens(list) {
        match token {
            Token::Other("(") => depth += 1,
            Token::Other(")") => depth = depth.saturating_sub(1),
            _ => {}
        }
        match parts.last_mut() {
            Some(last) if token != Token::Other(",") || depth > 0 => last.push_str(token.text()),
            _ => parts.push(String::new()),
        }
    }
    let attribute = |part: &String| {
        let part = part.trim();
        let name = tokens(part).first()?.text().to_owned();
        let definition = part[name.len()..].trim().to_owned();
        Some(Attribute { name, definition })
    };
    parts.iter().filter_map(attribute).collect()
}

/// The type that a domain is based on, as PostgreSQL prints the domain: `CREATE DOMAIN d AS text`.
pub(crate) fn base(name: &SqlName, it: &SqlObject) -> String {
    let text =
        it.create.first().and_then(|sql| sql.strip_prefix(&format!("CREATE DOMAIN {} AS ", name.name)));
    let text = text.unwrap_or_default();
    text.split(" COLLATE ").next().unwrap_or_default().to_owned()
}

/// The multirange type of a range type.
pub(in crate::kinds) fn multirange(it: &SqlObject) -> &str {
    let text = it.create.first().map(String::as_str).unwrap_or_default();
    text.rsplit_once("multirange_type_name = ").map_or("", |(_, name)| name.trim_end_matches(')'))
}

/// The column as if it had the base type of its domain.
pub(crate) fn based_on(schema: &Schema, column: &Column) -> Column {
    let mut column = column.clone();
    while let Some((name, it)) = domain_of(schema, &column) {
        let array = if column.data_type.ends_with("[]") { "[]" } else { "" };
        column.data_type = format!("{}{array}", base(name, it));
        column.enum_type = it.uses.iter().find_map(|used| match used {
            Object::Enum(name) => Some(name.clone()),
            _ => None,
        });
        column.type_uses.clone_from(&it.uses);
    }
    column
}

/// The domain that is the type of a column or of its array elements.
pub(super) fn domain_of<'s>(schema: &'s Schema, column: &Column) -> Option<(&'s SqlName, &'s SqlObject)> {
    let element = column.data_type.strip_suffix("[]").unwrap_or(&column.data_type);
    column.type_uses.iter().find_map(|used| match used {
        Object::Sql(name) if name.kind == SqlKind::Domain && name.name == element => {
            schema.sql_objects.get_key_value(name)
        }
        _ => None,
    })
}

/// The checks of the domain of a column, and of those that it is based on.
pub(crate) fn domain_checks<'s>(schema: &'s Schema, column: &Column) -> Vec<&'s str> {
    let Some((name, it)) = domain_of(schema, column) else { return Vec::new() };
    let checks = it.create.iter().filter_map(|sql| Some(sql.split_once(" CHECK ")?.1));
    checks.chain(domain_checks(schema, &inner(name, it))).collect()
}

/// A column of the type that a domain is based on.
pub(super) fn inner(name: &SqlName, it: &SqlObject) -> Column {
    Column { data_type: base(name, it), type_uses: it.uses.clone(), ..Column::default() }
}

/// The composite type that is the type of a column or of its array elements.
pub(super) fn composite_of<'s>(schema: &'s Schema, column: &Column) -> Option<&'s SqlObject> {
    let element = column.data_type.strip_suffix("[]").unwrap_or(&column.data_type);
    column.type_uses.iter().find_map(|used| match used {
        Object::Sql(name) if name.kind == SqlKind::CompositeType && name.name == element => {
            schema.sql_objects.get(name)
        }
        _ => None,
    })
}

/// The attributes of the composite type of a column or of its array elements.
pub(crate) fn composite_attributes(schema: &Schema, column: &Column) -> Option<Vec<Attribute>> {
    composite_of(schema, column).map(attributes)
}

/// The attributes of the composite type of a column, as columns.
pub(crate) fn composite_columns(schema: &Schema, column: &Column) -> Vec<Column> {
    let Some(it) = composite_of(schema, column).filter(|_| !column.data_type.ends_with("[]")) else {
        return Vec::new();
    };
    let column = |one: Attribute| {
        let of_enum = it.uses.iter().find_map(|used| match used {
            Object::Enum(name) if name.to_string() == one.data_type() => Some(name.clone()),
            _ => None,
        });
        Column {
            data_type: one.data_type().to_owned(),
            enum_type: of_enum,
            type_uses: it.uses.clone(),
            ..Column::default()
        }
    };
    attributes(it).into_iter().map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Name;

    fn composite(attributes: &str) -> SqlObject {
        SqlObject { create: vec![format!("CREATE TYPE t AS ({attributes})")], ..SqlObject::default() }
    }

    #[test]
    fn attributes_are_told_apart_and_altered_where_their_order_allows() {
        let found = attributes(&composite("a numeric(10,2), \"b, c\" text COLLATE \"C\""));
        let names: Vec<_> = found.iter().map(|one| (&*one.name, one.data_type())).collect();
        assert_eq!(names, [("a", "numeric(10,2)"), ("\"b, c\"", "text")]);
        let domain = SqlName::of_type(SqlKind::Domain, &Name::local("d"));
        let create = vec!["CREATE DOMAIN d AS character varying(10) COLLATE \"C\"".to_owned()];
        let based_on = base(&domain, &SqlObject { create, ..SqlObject::default() });
        assert_eq!(based_on, "character varying(10)");
        for (was, is, alterable) in [
            ("a text, b integer", "a text, b integer, c date", true),
            ("a text, b integer", "b integer, c date", true),
            ("a text, b integer", "b integer, a text", false),
            ("a text, b integer", "a text, b bigint", false),
            ("a text, b integer", "c date, a text, b integer", false),
            ("a integer", "b text", false),
        ] {
            let both = (composite(was), composite(is));
            assert_eq!(is_alterable(SqlKind::CompositeType, &both.0, &both.1), alterable, "{was} → {is}");
        }
    }
}
