//! Primary keys, unique constraints and foreign keys.

use super::{
    describe::{Deferral, ForeignKeyModel, KeyModel, TableModel},
    error::MetadataError,
    location::Location,
    metadata::Metadata,
    naming::{Purpose, Taken, join_columns},
};
use crate::schema::{Constraint, ConstraintKind, Key, Name, Uses, quote_identifier};

/// A valid constraint that is not inherited, like every constraint of a model.
pub(super) fn constraint(definition: String, kind: ConstraintKind, comment: Option<&str>) -> Constraint {
    Constraint {
        definition,
        kind,
        validated: true,
        inherited: false,
        also_own: false,
        part_of: None,
        is_named: false,
        only: false,
        uses: Uses::default(),
        comment: comment.map(str::to_owned),
    }
}

/// Rejects a column that the table does not have.
pub(super) fn check_columns(
    columns: &[&str],
    model: &TableModel,
    table: &Name,
    location: Location,
) -> Result<(), MetadataError> {
    match columns.iter().find(|column| model.column(column).is_none()) {
        Some(&column) => Err(MetadataError::UnknownColumn {
            location,
            table: table.to_string(),
            column: column.to_owned(),
        }),
        None => Ok(()),
    }
}

/// Quoted columns in parentheses.
pub(super) fn column_list(columns: &[&str]) -> String {
    format!("({})", columns.iter().map(|column| quote_identifier(column)).collect::<Vec<_>>().join(", "))
}

/// The `INCLUDE` clause of an index, with a leading space; empty without columns.
pub(super) fn include_clause(columns: &[&str]) -> String {
    if columns.is_empty() { String::new() } else { format!(" INCLUDE {}", column_list(columns)) }
}

/// The `DEFERRABLE` clause; empty if not deferrable.
pub(super) fn deferral_clause(deferral: Deferral) -> &'static str {
    match deferral {
        Deferral::No => "",
        Deferral::Deferrable => "DEFERRABLE",
        Deferral::Deferred => "DEFERRABLE INITIALLY DEFERRED",
    }
}

/// The text with a leading space; empty if the text is.
pub(super) fn with_space(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!(" {text}") }
}

/// The primary key of a table.
pub(super) fn primary(model: &KeyModel, table: &str, taken: &mut Taken) -> (String, Constraint) {
    let name =
        model.name.map_or_else(|| taken.choose(Purpose::IndexedConstraint, table, "", "pkey"), str::to_owned);
    (name, key("PRIMARY KEY", model, ConstraintKind::PrimaryKey))
}

/// A unique constraint.
pub(super) fn unique(model: &KeyModel, table: &str, taken: &mut Taken) -> (String, Constraint) {
    let name = model.name.map_or_else(
        || {
            let columns: Vec<&str> = model.columns.iter().chain(model.include).copied().collect();
            taken.choose(Purpose::IndexedConstraint, table, &join_columns(&columns), "key")
        },
        str::to_owned,
    );
    (name, key("UNIQUE", model, ConstraintKind::Unique))
}

fn key(word: &str, model: &KeyModel, kind: fn(Key) -> ConstraintKind) -> Constraint {
    let (columns, include) = (column_list(model.columns), include_clause(model.include));
    let nulls = if model.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" };
    let deferrable = deferral_clause(model.deferral);
    let definition = format!("{word}{nulls} {columns}{include}{}", with_space(deferrable));
    let kind = kind(Key {
        columns: to_owned_columns(model.columns),
        index: format!("btree {columns}{include}{nulls}"),
        deferrable: deferrable.to_owned(),
    });
    constraint(definition, kind, model.comment)
}

/// A foreign key of `table`.
pub(super) fn foreign(
    metadata: &Metadata,
    model: &ForeignKeyModel,
    table: &Name,
    taken: &mut Taken,
) -> Result<(String, Constraint), MetadataError> {
    let location = model.location;
    let references = metadata.referenced_table(model, table);
    let other = metadata.tables.iter().find(|other| metadata.table_name(other) == references);
    let unknown = || MetadataError::UnknownTable { location, table: references.to_string() };
    let referenced = match (model.referenced, other.and_then(|other| other.primary_key)) {
        _ if other.is_none() && !model.external => return Err(unknown()),
        _ if other.is_some() && model.external => {
            return Err(MetadataError::NotExternal { location, table: references.to_string() });
        }
        ([], None) => return Err(MetadataError::NoPrimaryKey { location, table: references.to_string() }),
        ([], Some(key)) => key.columns,
        (columns, _) => columns,
    };
    if let Some(other) = other {
        check_columns(referenced, other, &references, location)?;
    }
    if referenced.len() != model.columns.len() {
        let (from, to) = (model.columns.len(), referenced.len());
        return Err(MetadataError::ColumnCount { location, from, to, table: references.to_string() });
    }
    let name = model.name.map_or_else(
        || taken.choose(Purpose::Constraint, &table.name, &join_columns(model.columns), "fkey"),
        str::to_owned,
    );
    let definition = foreign_definition(model, &references, referenced);
    let kind = ConstraintKind::ForeignKey {
        columns: to_owned_columns(model.columns),
        references,
        referenced: to_owned_columns(referenced),
    };
    Ok((name, constraint(definition, kind, model.comment)))
}

fn foreign_definition(model: &ForeignKeyModel, references: &Name, referenced: &[&str]) -> String {
    let mut sql = format!(
        "FOREIGN KEY {} REFERENCES {references}{}",
        column_list(model.columns),
        column_list(referenced)
    );
    if model.match_full {
        sql.push_str(" MATCH FULL");
    }
    for (event, action) in [(" ON UPDATE ", model.on_update), (" ON DELETE ", model.on_delete)] {
        if let Some(action) = action {
            sql.push_str(event);
            sql.push_str(action);
        }
    }
    sql.push_str(&with_space(deferral_clause(model.deferral)));
    sql
}

fn to_owned_columns(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|&column| column.to_owned()).collect()
}
