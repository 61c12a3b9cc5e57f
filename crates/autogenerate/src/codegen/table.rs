//! The struct of a table.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    attributes::{Place, constraint, index, without_parentheses},
    code::{Code, is_documentation, literal},
    names::{Names, identifier, snake, unique},
    sql::SqlFiles,
    types::rust_type,
};
use crate::{
    kinds::changed_options,
    render,
    schema::{Column, Name, Schema, SequenceOptions},
};

/// Writes the struct of a table.
pub(super) fn table(code: &mut Code, (schema, names): (&Schema, &Names), name: &Name, sql: &mut SqlFiles) {
    let Some(it) = schema.tables.get(name) else { return };
    let mut on_table = vec![format!("name = {}", literal(&name.name))];
    on_table.extend(
        name.schema
            .as_ref()
            .filter(|schema| *schema != "public")
            .map(|schema| format!("schema = {}", literal(schema))),
    );
    let mut on_columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut put = |place| {
        match place {
            Place::Table(argument) => on_table.push(argument),
            Place::Column(column, arguments) => on_columns.entry(column).or_default().extend(arguments),
            Place::Sql => return false,
        }
        true
    };
    for (constraint_name, one) in &it.constraints {
        let is_model = one.kind.references().is_none_or(|other| schema.tables.contains_key(other));
        if !put(constraint(name, constraint_name, one, is_model)) {
            sql.constraint(name, constraint_name, one);
        }
    }
    for (index_name, one) in &it.indexes {
        put(index(name, index_name, one));
    }
    on_table.extend(it.partition_by.as_ref().map(|by| format!("partition_by = {}", literal(by))));
    on_table.extend(partitions(schema, name));
    on_table.extend(it.unlogged.then(|| "unlogged".to_owned()));
    on_table.extend((!it.options.is_empty()).then(|| format!("with = {}", literal(&it.options.join(", ")))));
    comment(code, "", it.comment.as_deref(), &mut on_table);
    code.line("#[derive(Debug, Clone, PartialEq, sqlx::FromRow, autogenerate::Table)]");
    code.attribute("", "table", &on_table);
    code.line(format!("pub struct {} {{", Names::table(name)));
    let mut taken = BTreeSet::new();
    for column in &it.columns {
        let own = on_columns.remove(&column.name).unwrap_or_default();
        field((code, sql), names, (name, column), own, &mut taken);
    }
    code.line("}");
}

/// The partitions of a table that are in its schema and not partitioned themselves.
fn partitions(schema: &Schema, parent: &Name) -> Vec<String> {
    let parts = schema.tables.iter().filter_map(|(name, it)| {
        let of = it.partition_of.as_ref().filter(|of| of.parent == *parent)?;
        if name.schema != parent.schema || it.partition_by.is_some() {
            return None;
        }
        let bound = match of.bound.strip_prefix("FOR VALUES ") {
            Some(values) => format!("values = {}", literal(values)),
            None => "default".to_owned(),
        };
        let comment = it.comment.as_ref().map(|text| format!(", comment = {}", literal(text)));
        let name = literal(&name.name);
        Some(format!("partition(name = {name}, {bound}{})", comment.unwrap_or_default()))
    });
    parts.collect()
}

/// Writes a comment as a doc comment, or adds it to the arguments of the attribute.
pub(super) fn comment(code: &mut Code, indent: &str, comment: Option<&str>, arguments: &mut Vec<String>) {
    match comment {
        Some(text) if is_documentation(text) => code.doc(indent, text),
        Some(text) => arguments.push(format!("comment = {}", literal(text))),
        None => {}
    }
}

/// Writes the field of a column.
fn field(
    (code, sql): (&mut Code, &mut SqlFiles),
    names: &Names,
    (table, column): (&Name, &Column),
    mut own: Vec<String>,
    taken: &mut BTreeSet<String>,
) {
    const INDENT: &str = "    ";
    let rust = rust_type(code, names, &column.data_type, "super::types::");
    let mut arguments: Vec<String> =
        rust.named.iter().map(|sql| format!("type = {}", literal(sql))).collect();
    arguments.append(&mut own);
    if let Some(collation) = &column.collation {
        let name = Name::parse(collation);
        match name.schema.as_deref() {
            None | Some("public" | "pg_catalog") => {
                arguments.push(format!("collation = {}", literal(&name.name)));
            }
            Some(_) => {
                let action = format!("SET DATA TYPE {} COLLATE {collation}", column.data_type);
                sql.push(&table.name, render::alter_column(table, &column.name, action));
            }
        }
    }
    if let Some(identity) = column.identity {
        arguments.push(if identity.always { "identity" } else { "identity = \"by default\"" }.to_owned());
        if let Some(options) = identity.options {
            let defaults = SequenceOptions::defaults(1, &column.data_type);
            let changed = changed_options(defaults, options);
            if !changed.is_empty() {
                let actions: Vec<_> = changed.iter().map(|option| format!("SET {option}")).collect();
                sql.push(&table.name, render::alter_column(table, &column.name, actions.join(" ")));
            }
        }
    }
    if let Some(generated) = &column.generated {
        let expression = without_parentheses(&generated.expression.sql);
        arguments.push(format!("generated = {}", literal(expression)));
        arguments.extend((!generated.stored).then(|| "virtual".to_owned()));
    }
    arguments.extend(column.default.as_ref().map(|default| format!("default = {}", literal(&default.sql))));
    if rust.is_unknown {
        let what = format!("sqlx has no type for {} of {table}.{}", column.data_type, column.name);
        code.note(INDENT, &format!("{what}: select it as text."));
    }
    comment(code, INDENT, column.comment.as_deref(), &mut arguments);
    code.attribute(INDENT, "column", &arguments);
    let plain = unique(taken, &snake(&column.name));
    let field = identifier(&plain);
    if field.trim_start_matches("r#") != column.name {
        code.attribute(INDENT, "sqlx", &[format!("rename = {}", literal(&column.name))]);
    }
    let rust = if column.nullable { format!("Option<{}>", rust.rust) } else { rust.rust };
    code.field(INDENT, &field, &rust);
}
