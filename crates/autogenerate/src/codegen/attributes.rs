//! The attributes of constraints and indexes.

use super::code::{BREAK, literal, literals};
use crate::{
    kinds::{Parts, definition_columns},
    render::{self, rewrite},
    schema::{Constraint, ConstraintKind, Index, Name, quote_identifier},
};

/// Where an attribute belongs.
pub(super) enum Place {
    /// On the struct.
    Table(String),
    /// On the field of this column.
    Column(String, Vec<String>),
    /// Nowhere: it is written in SQL.
    Sql,
}

/// The width of arguments in parentheses that stay in one line.
const LONGEST: usize = 80;

/// The arguments of an attribute in parentheses, or its name alone.
fn call(name: &str, arguments: &[String]) -> String {
    if arguments.is_empty() {
        return name.to_owned();
    }
    let line = arguments.join(", ");
    if line.chars().count() > LONGEST {
        let separator = format!(",{BREAK}    ");
        return format!("{name}({BREAK}    {}{BREAK})", arguments.join(&separator));
    }
    format!("{name}({line})")
}

fn named(name: &str, text: &str) -> String {
    format!("{name} = {}", literal(text))
}

/// The name that PostgreSQL gives a constraint or index, if it fits.
fn default_name(table: &Name, columns: &[String], label: &str) -> String {
    std::iter::once(&table.name)
        .chain(columns)
        .chain([&label.to_owned()])
        .cloned()
        .collect::<Vec<_>>()
        .join("_")
}

/// The attribute of a constraint of `table`. `is_model` says whether the table that a foreign key
/// references has a model.
pub(super) fn constraint(table: &Name, name: &str, it: &Constraint, is_model: bool) -> Place {
    if !it.validated || !it.is_enforced() || it.is_temporal() {
        return Place::Sql;
    }
    let (definition, deferrable) = it.split_attributes();
    let deferral = match deferrable {
        " DEFERRABLE INITIALLY DEFERRED" => Some("initially_deferred".to_owned()),
        " DEFERRABLE" => Some("deferrable".to_owned()),
        _ => None,
    };
    let comment = it.comment.as_ref().map(|comment| named("comment", comment));
    let common = deferral.into_iter().chain(comment).collect::<Vec<_>>();
    match &it.kind {
        ConstraintKind::PrimaryKey(columns) => {
            key(table, name, ("primary_key", "pkey"), (&columns.columns, definition), common)
        }
        ConstraintKind::Unique(columns) => {
            key(table, name, ("unique", "key"), (&columns.columns, definition), common)
        }
        ConstraintKind::ForeignKey { columns, references, referenced } => {
            foreign_key(table, name, (columns, references, referenced, is_model), definition, common)
        }
        ConstraintKind::Check => check(name, definition, common),
        ConstraintKind::Exclusion => exclusion(name, definition, common),
    }
}

fn key(
    table: &Name,
    name: &str,
    (word, label): (&str, &str),
    (columns, definition): (&[String], &str),
    common: Vec<String>,
) -> Place {
    if definition.contains(" WITH (") {
        return Place::Sql;
    }
    let is_primary = word == "primary_key";
    let included = definition_columns(definition, " INCLUDE (");
    let named_after = if is_primary { Vec::new() } else { [columns, &included].concat() };
    let is_default = name == default_name(table, &named_after, label);
    let mut arguments: Vec<_> = (!is_default).then(|| named("name", name)).into_iter().collect();
    let include = (!included.is_empty()).then(|| format!("include = {}", literals(&included)));
    let nulls = definition.contains(" NULLS NOT DISTINCT").then(|| "nulls_not_distinct".to_owned());
    let rest: Vec<_> = include.into_iter().chain(nulls).chain(common).collect();
    match columns {
        [column] if is_primary && is_default && rest.is_empty() => {
            Place::Column(column.clone(), vec![word.to_owned()])
        }
        [column] if !is_primary => {
            arguments.extend(rest);
            Place::Column(column.clone(), vec![call(word, &arguments)])
        }
        columns => {
            arguments.push(format!("columns = {}", literals(columns)));
            arguments.extend(rest);
            Place::Table(call(word, &arguments))
        }
    }
}

fn foreign_key(
    table: &Name,
    name: &str,
    (columns, references, referenced, is_model): (&[String], &Name, &[String], bool),
    definition: &str,
    common: Vec<String>,
) -> Place {
    let Some((_, _, rest)) = rewrite::foreign_key(definition) else { return Place::Sql };
    // Without a schema, it is in that of the table.
    let of = if references.schema == table.schema { &Name::local(&references.name) } else { references };
    let mut arguments = vec![named("references", &format!("{of}({})", render::list(referenced)))];
    arguments.extend((!is_model).then(|| "external".to_owned()));
    for (event, argument) in [(" ON DELETE ", "on_delete"), (" ON UPDATE ", "on_update")] {
        if let Some((_, action)) = rest.split_once(event) {
            let action = action.split(" ON ").next().unwrap_or(action).trim();
            let lower = match action.split_once(" (") {
                Some((words, columns)) => format!("{} ({columns}", words.to_lowercase()),
                None => action.to_lowercase(),
            };
            arguments.push(named(argument, &lower));
        }
    }
    let is_default = name == default_name(table, columns, "fkey");
    let is_full = rest.contains("MATCH FULL");
    let has_comment = common.iter().any(|argument| argument.starts_with("comment"));
    if let ([column], true, false, false) = (columns, is_default, is_full, has_comment) {
        arguments.extend(common);
        return Place::Column(column.clone(), arguments);
    }
    let mut all: Vec<_> = (!is_default).then(|| named("name", name)).into_iter().collect();
    all.push(format!("columns = {}", literals(columns)));
    all.extend(arguments);
    all.extend(is_full.then(|| "match_full".to_owned()));
    all.extend(common);
    Place::Table(call("foreign_key", &all))
}

fn check(name: &str, definition: &str, common: Vec<String>) -> Place {
    let inner = definition.strip_prefix("CHECK (").and_then(|rest| rest.strip_suffix(')'));
    let Some(expression) = inner else { return Place::Sql };
    let mut arguments = vec![named("name", name)];
    arguments.extend(common);
    arguments.push(literal(without_parentheses(expression)));
    Place::Table(call("check", &arguments))
}

fn exclusion(name: &str, definition: &str, common: Vec<String>) -> Place {
    let parts = Parts::parse(definition);
    let using = definition.strip_prefix("EXCLUDE USING ").and_then(|rest| rest.split_once(' '));
    let (Some((method, _)), true) = (using, parts.rest.trim().is_empty()) else { return Place::Sql };
    let mut arguments = vec![named("name", name), named("using", method)];
    arguments.push(format!("elements = {}", literals(&parts.elements)));
    arguments.extend(parts.condition.map(|condition| named("where", without_parentheses(&condition))));
    arguments.extend(common);
    Place::Table(call("exclude", &arguments))
}

/// The attribute of an index of `table`.
pub(super) fn index(table: &Name, name: &str, it: &Index) -> Place {
    if !it.valid {
        return Place::Sql;
    }
    let parts = Parts::parse(&it.definition);
    let Some((method, _)) = it.definition.split_once(' ') else { return Place::Sql };
    let included = definition_columns(&it.definition, " INCLUDE (");
    let mut rest = Vec::new();
    rest.extend((method != "btree").then(|| named("using", method)));
    rest.extend(it.unique.then(|| "unique".to_owned()));
    rest.extend((!included.is_empty()).then(|| format!("include = {}", literals(&included))));
    let options = parts.rest.split_once("WITH (").and_then(|(_, options)| options.split_once(')'));
    rest.extend(options.map(|(options, _)| named("with", options)));
    rest.extend(parts.rest.contains("NULLS NOT DISTINCT").then(|| "nulls_not_distinct".to_owned()));
    rest.extend(parts.condition.map(|condition| named("where", without_parentheses(&condition))));
    rest.extend(it.comment.as_ref().map(|comment| named("comment", comment)));
    let column = match &parts.elements[..] {
        [element] => it.uses.columns.iter().find(|column| quote_identifier(column) == *element),
        _ => None,
    };
    if let Some(column) = column {
        let is_default =
            included.is_empty() && name == default_name(table, std::slice::from_ref(column), "idx");
        let mut arguments: Vec<_> = (!is_default).then(|| named("name", name)).into_iter().collect();
        arguments.extend(rest);
        return Place::Column(column.clone(), vec![call("index", &arguments)]);
    }
    let mut arguments = vec![named("name", name), format!("columns = {}", literals(&parts.elements))];
    arguments.extend(rest);
    Place::Table(call("index", &arguments))
}

/// Removes the parentheses around a whole expression.
pub(super) fn without_parentheses(expression: &str) -> &str {
    let inner = expression.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    match inner {
        Some(inner) if rewrite::is_balanced(inner) => without_parentheses(inner),
        _ => expression,
    }
}
