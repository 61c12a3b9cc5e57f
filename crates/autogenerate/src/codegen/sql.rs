//! What is written in SQL.

use std::collections::BTreeMap;

use super::names::{Names, snake};
use crate::{
    render,
    schema::{
        Constraint, Index, Name, Object, PartitionOf, Schema, SqlKind, SqlName, Table, quote_identifier,
    },
};

/// Files of SQL in progress, by name.
pub(super) struct SqlFiles(BTreeMap<String, Vec<String>>);

impl SqlFiles {
    /// Starts with the objects that are defined by a text of SQL.
    pub(super) fn new(schema: &Schema, names: &Names) -> Self {
        let mut files = Self(BTreeMap::new());
        for (name, it) in &schema.sql_objects {
            if names.user_type(&Object::Sql(name.clone())).is_none() {
                files.0.entry(file(name)).or_default().extend(it.create.iter().cloned());
            }
        }
        for (name, it) in &schema.namespaces {
            if let Some(comment) = it.comment.as_ref().filter(|_| name != "public") {
                files.push("schemas", render::comment(&Object::Namespace(name.clone()), Some(comment)));
            }
        }
        for (name, it) in &schema.sequences {
            // A model only names the table of an owner in the same schema.
            let other = it.owned_by.as_ref().filter(|(table, _)| table.schema != name.schema);
            if let Some((table, column)) = other {
                let owner = format!("{table}.{}", quote_identifier(column));
                files.push(&name.name, format!("ALTER SEQUENCE {name} OWNED BY {owner}"));
            }
        }
        for (name, it) in schema.tables.iter().filter(|(_, it)| it.partition_of.is_some()) {
            files.partition(schema, name, it);
        }
        files
    }

    pub(super) fn push(&mut self, file: &str, statement: String) {
        self.0.entry(snake(file)).or_default().push(statement);
    }

    /// What a partition has of its own.
    fn partition(&mut self, schema: &Schema, name: &Name, it: &Table) {
        let Some(PartitionOf { parent, bound }) = &it.partition_of else { return };
        let of = schema.tables.get(parent);
        let is_model = of.is_some_and(|of| of.partition_of.is_none()) && name.schema == parent.schema;
        if !is_model || it.partition_by.is_some() {
            let by = it.partition_by.as_ref().map(|by| format!(" PARTITION BY {by}")).unwrap_or_default();
            self.push(&name.name, format!("CREATE TABLE {name} PARTITION OF {parent} {bound}{by}"));
        }
        for column in &it.columns {
            let Some(inherited) = of.and_then(|of| of.column(&column.name)) else { continue };
            if column.default != inherited.default {
                let action = match &column.default {
                    Some(default) => format!("SET DEFAULT {}", default.sql),
                    None => "DROP DEFAULT".to_owned(),
                };
                self.push(&name.name, render::alter_column(name, &column.name, &action));
            }
            if column.nullable != inherited.nullable {
                self.push(&name.name, render::alter_column(name, &column.name, "SET NOT NULL"));
            }
            if let Some(comment) = &column.comment {
                let object = Object::column(name, &column.name);
                self.push(&name.name, render::comment(&object, Some(comment)));
            }
        }
        if !it.options.is_empty() {
            let action = format!("SET ({})", it.options.join(", "));
            self.push(&name.name, render::alter_table(name, format_args!("{action}")));
        }
        for (constraint, one) in it.constraints.iter().filter(|(_, one)| !one.inherited) {
            self.constraint(name, constraint, one);
        }
        for (index, one) in it.indexes.iter().filter(|(_, one)| one.part_of.is_none() && one.valid) {
            self.index(name, index, one);
        }
    }

    pub(super) fn constraint(&mut self, table: &Name, name: &str, it: &Constraint) {
        let suffix = if it.validated { "" } else { " NOT VALID" };
        let action = format!("ADD CONSTRAINT {} {}{suffix}", quote_identifier(name), it.definition);
        self.push(&table.name, render::alter_table(table, format_args!("{action}")));
        if it.comment.is_some() {
            self.push(&table.name, render::comment(&Object::constraint(table, name), it.comment.as_deref()));
        }
    }

    fn index(&mut self, table: &Name, name: &str, it: &Index) {
        let (unique, name_sql) = (if it.unique { "UNIQUE " } else { "" }, quote_identifier(name));
        self.push(&table.name, format!("CREATE {unique}INDEX {name_sql} ON {table} USING {}", it.definition));
        if it.comment.is_some() {
            self.push(&table.name, render::comment(&Object::index(table, name), it.comment.as_deref()));
        }
    }

    /// The texts, by file name.
    pub(super) fn finish(self) -> BTreeMap<String, String> {
        let text =
            |statements: Vec<String>| statements.iter().flat_map(|sql| [sql, ";\n"]).collect::<String>();
        let files = self.0.into_iter();
        files.map(|(name, statements)| (format!("{name}.sql"), text(statements))).collect()
    }
}

/// The file of an object: functions of one name share one, and so do the settings of a table.
fn file(SqlName { kind, table, name }: &SqlName) -> String {
    let local = |name: &str| {
        let name = name.split('(').next().unwrap_or(name);
        let Name { schema, name } = Name::parse(name);
        match schema.filter(|schema| schema != "public") {
            Some(schema) => snake(&format!("{schema}_{name}")),
            None => snake(&name),
        }
    };
    match (kind, table) {
        (SqlKind::Privileges, _) => "privileges".to_owned(),
        (_, Some(table)) => local(&table.to_string()),
        (_, None) => local(name),
    }
}
