//! Writes models for the objects of an existing database.

mod attributes;
mod code;
mod definition;
mod metadata;
mod names;
mod sql;
mod table;
mod types;

use std::path::PathBuf;

use self::{code::Code, names::Names, sql::SqlFiles};
use crate::schema::{Name, Schema};

/// Generated models.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Generated {
    /// The files and their contents, by paths in the folder of the module.
    pub files: Vec<(PathBuf, String)>,
    /// The Cargo features of sqlx and sqlx-autogenerate that the types need, sorted.
    pub features: Vec<&'static str>,
    /// What the models cannot express, or what sqlx cannot decode.
    pub notes: Vec<String>,
}

/// Writes models that describe everything in `schema`, which was
/// [introspected](crate::introspect).
///
/// There is one file for each table, `types.rs` for enums, domains and composite types, `sql/` for
/// what is written in SQL, and `mod.rs` with the function `metadata`. They are formatted as rustfmt
/// does by default. `name` is how the program that generates them is called.
#[must_use]
pub fn models(schema: &Schema, name: &str) -> Generated {
    let names = Names::new(schema);
    let (mut sql, mut notes) = (SqlFiles::new(schema, &names), Vec::new());
    let mut files = Vec::new();
    let mut features = std::collections::BTreeSet::new();
    for (table, module) in names.tables() {
        let mut code = Code::default();
        table::table(&mut code, (schema, &names), table, &mut sql);
        finish(code, format!("{module}.rs"), (&mut files, &mut notes, &mut features));
    }
    let mut code = Code::default();
    definition::definitions(&mut code, (schema, &names), &mut sql);
    if !code.text.is_empty() {
        finish(code, "types.rs".to_owned(), (&mut files, &mut notes, &mut features));
    }
    let mut code = Code::default();
    for (name, it) in &schema.tables {
        let is_model = |of: &Name| names.has_table(of) && of.schema == name.schema;
        if it.parent().is_some_and(|of| it.partition_by.is_some() || !is_model(of)) {
            notes.push(format!("the partition {name} is written in SQL, so changes of it are not compared."));
        }
    }
    let sql = sql.finish();
    metadata::metadata(&mut code, (schema, &names), name, &features, &sql);
    files.push(("mod.rs".into(), code.text));
    files.extend(sql.into_iter().map(|(file, text)| (PathBuf::from("sql").join(file), text)));
    files.sort();
    Generated { files, features: features.into_iter().collect(), notes }
}

type Output<'o> =
    (&'o mut Vec<(PathBuf, String)>, &'o mut Vec<String>, &'o mut std::collections::BTreeSet<&'static str>);

fn finish(code: Code, file: String, (files, notes, features): Output<'_>) {
    notes.extend(code.notes);
    features.extend(code.features);
    files.push((file.into(), code.text));
}
