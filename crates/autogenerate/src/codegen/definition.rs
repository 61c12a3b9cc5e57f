//! Enums, domains and composite types.

use std::collections::BTreeSet;

use super::{
    attributes::without_parentheses,
    code::{Code, literal},
    names::{Names, identifier, pascal, snake, unique},
    sql::SqlFiles,
    table::comment,
    types::rust_type,
};
use crate::{
    kinds::{attributes, base},
    schema::{Enum, Name, Object, Schema, SqlKind, SqlName, SqlObject},
};

/// Writes all of them.
pub(super) fn definitions(code: &mut Code, (schema, names): (&Schema, &Names), sql: &mut SqlFiles) {
    for (object, rust) in names.user_types() {
        match object {
            Object::Enum(name) => {
                if let Some(it) = schema.enums.get(name) {
                    enumeration(code, name, it, rust);
                }
            }
            Object::Sql(name) => {
                let Some(it) = schema.sql_objects.get(name) else { continue };
                code.blank();
                if name.kind == SqlKind::Domain {
                    domain(code, names, (name, it), rust, sql);
                } else {
                    composite(code, names, (name, it), rust);
                }
            }
            _ => {}
        }
    }
}

/// The name by which sqlx looks a type up.
fn type_name(name: &Name) -> String {
    let name = match name.schema.as_deref() {
        Some("public") => Name::local(&name.name),
        _ => name.clone(),
    };
    format!("type_name = {}", literal(&name.to_string()))
}

fn enumeration(code: &mut Code, name: &Name, it: &Enum, rust: &str) {
    code.blank();
    let mut arguments = Vec::new();
    if it.values.is_empty() {
        return code.note("", &format!("the enum {name} has no values, so it is no Rust type."));
    }
    comment(code, "", it.comment.as_deref(), &mut arguments);
    code.line("#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, autogenerate::Enum)]");
    let is_snake = |value: &String| {
        value.split('_').all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
    };
    let renamed = it.values.iter().all(is_snake);
    let rule = renamed.then(|| "rename_all = \"snake_case\"".to_owned());
    code.attribute("", "sqlx", &std::iter::once(type_name(name)).chain(rule).collect::<Vec<_>>());
    code.attribute("", "enumeration", &arguments);
    code.line(format!("pub enum {rust} {{"));
    let mut taken = BTreeSet::from(["Self".to_owned()]);
    for value in &it.values {
        if !renamed {
            code.attribute("    ", "sqlx", &[format!("rename = {}", literal(value))]);
        }
        code.line(format!("    {},", unique(&mut taken, &pascal(value))));
    }
    code.line("}");
}

/// The comment that the object's statements set on `what`.
fn comment_on(it: &SqlObject, what: &str) -> Option<String> {
    let start = format!("COMMENT ON {what} IS ");
    let text = it.create.iter().find_map(|sql| sql.strip_prefix(&start))?;
    let (escaped, text) = match text.strip_prefix('E') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let text = text.trim_start().strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'");
    Some(if escaped { text.replace("\\\\", "\\") } else { text })
}

fn domain(
    code: &mut Code,
    names: &Names,
    (name, it): (&SqlName, &SqlObject),
    rust: &str,
    sql: &mut SqlFiles,
) {
    let own = name.type_name();
    let mut arguments = vec![format!("name = {}", literal(&own.name))];
    arguments.extend(
        own.schema
            .as_ref()
            .filter(|schema| *schema != "public")
            .map(|schema| format!("schema = {}", literal(schema))),
    );
    let based_on = base(name, it);
    let inner = rust_type(code, names, &based_on, "");
    arguments.extend(inner.named.iter().map(|sql| format!("type = {}", literal(sql))));
    let head = it.create.first().map(String::as_str).unwrap_or_default();
    let collation = head.split_once(" COLLATE ").map(|(_, name)| Name::parse(name).name);
    arguments.extend(collation.map(|name| format!("collation = {}", literal(&name))));
    let start = format!("ALTER DOMAIN {} ", name.name);
    for statement in &it.create {
        let Some(action) = statement.strip_prefix(&start) else { continue };
        if action == "SET NOT NULL" {
            arguments.push("not_null".to_owned());
        } else if let Some(default) = action.strip_prefix("SET DEFAULT ") {
            arguments.push(format!("default = {}", literal(default)));
        } else if let Some((constraint, check)) =
            action.strip_prefix("ADD CONSTRAINT ").and_then(|rest| rest.split_once(" CHECK ("))
        {
            match check.strip_suffix(')') {
                Some(check) => {
                    let constraint = literal(&Name::parse(constraint).name);
                    let check = literal(without_parentheses(check));
                    arguments.push(format!("check(name = {constraint}, {check})"));
                }
                None => sql.push(&own.name, statement.clone()),
            }
        }
    }
    comment(code, "", comment_on(it, &format!("DOMAIN {}", name.name)).as_deref(), &mut arguments);
    if inner.is_unknown {
        code.note("", &format!("sqlx has no type for {based_on}, the base type of {own}."));
    }
    code.line("#[derive(Debug, Clone, PartialEq, sqlx::Type, autogenerate::Domain)]");
    code.line("#[sqlx(transparent)]");
    code.attribute("", "domain", &arguments);
    code.line(format!("pub struct {rust}(pub {});", inner.rust));
}

fn composite(code: &mut Code, names: &Names, (name, it): (&SqlName, &SqlObject), rust: &str) {
    let mut arguments = Vec::new();
    comment(code, "", comment_on(it, &format!("TYPE {}", name.name)).as_deref(), &mut arguments);
    code.line("#[derive(Debug, Clone, PartialEq, sqlx::Type, autogenerate::Composite)]");
    code.attribute("", "sqlx", &[type_name(&name.type_name())]);
    code.attribute("", "composite", &arguments);
    code.line(format!("pub struct {rust} {{"));
    let mut taken = BTreeSet::new();
    for attribute in attributes(it) {
        let own = Name::parse(&attribute.name).name;
        let inner = rust_type(code, names, attribute.data_type(), "");
        let mut arguments: Vec<String> =
            inner.named.iter().map(|sql| format!("type = {}", literal(sql))).collect();
        let collation = attribute.definition.split_once(" COLLATE ").map(|(_, name)| Name::parse(name).name);
        arguments.extend(collation.map(|name| format!("collation = {}", literal(&name))));
        if inner.is_unknown {
            let what = format!("sqlx has no type for {} of {}.{own}.", attribute.data_type(), name.name);
            code.note("    ", &what);
        }
        let text = comment_on(it, &format!("COLUMN {}.{}", name.name, attribute.name));
        comment(code, "    ", text.as_deref(), &mut arguments);
        let field = identifier(&unique(&mut taken, &snake(&own)));
        if field.trim_start_matches("r#") != own {
            arguments.insert(0, format!("name = {}", literal(&own)));
        }
        code.attribute("    ", "composite", &arguments);
        code.field("    ", &field, &format!("Option<{}>", inner.rust));
    }
    code.line("}");
}
