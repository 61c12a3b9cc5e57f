//! Primary keys, unique constraints and foreign keys.

use super::{
    describe::{Deferral, ForeignKeyModel, KeyModel, TableModel},
    error::MetadataError,
    metadata::Metadata,
    naming::{Purpose, Taken, addition},
    location::Place,
};
use crate::schema::{Constraint, ConstraintKind, Key, Name, Uses, quote_identifier};

/// A constraint as models know it.
pub(super) fn constraint(definition: String, kind: ConstraintKind, comment: Option<&str>) -> Constraint {
    Constraint {
        definition,
        kind,
        validated: true,
        inherited: false,
        uses: Uses::default(),
        comment: comment.map(str::to_owned),
    }
}

/// Whether the table has all these columns.
pub(super) fn known(
    columns: &[&str],
    model: &TableModel,
    table: &Name,
    place: Place,
) -> Result<(), MetadataError> {
    match columns.iter().find(|column| model.column(column).is_none()) {
        Some(&column) => {
            Err(MetadataError::UnknownColumn { place, table: table.to_string(), column: column.to_owned() })
        }
        None => Ok(()),
    }
}

/// Columns as SQL wants them, in parentheses.
pub(super) fn list(columns: &[&str]) -> String {
    format!("({})", columns.iter().map(|column| quote_identifier(column)).collect::<Vec<_>>().join(", "))
}

/// The columns that an index carries along, as it is written behind its own.
pub(super) fn including(columns: &[&str]) -> String {
    if columns.is_empty() { String::new() } else { format!(" INCLUDE {}", list(columns)) }
}

/// What `DEFERRABLE` is written as.
pub(super) fn deferral(deferral: Deferral) -> &'static str {
    match deferral {
        Deferral::No => "",
        Deferral::Deferrable => "DEFERRABLE",
        Deferral::Deferred => "DEFERRABLE INITIALLY DEFERRED",
    }
}

/// A text, and a blank before it where there is one.
pub(super) fn spaced(text: &str) -> String {
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
            taken.choose(Purpose::IndexedConstraint, table, &addition(&columns), "key")
        },
        str::to_owned,
    );
    (name, key("UNIQUE", model, ConstraintKind::Unique))
}

fn key(word: &str, model: &KeyModel, kind: fn(Key) -> ConstraintKind) -> Constraint {
    let (columns, include) = (list(model.columns), including(model.include));
    let nulls = if model.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" };
    let deferrable = deferral(model.deferral);
    let definition = format!("{word}{nulls} {columns}{include}{}", spaced(deferrable));
    let kind = kind(Key {
        columns: owned(model.columns),
        index: format!("btree {columns}{include}{nulls}"),
        deferrable: deferrable.to_owned(),
    });
    constraint(definition, kind, model.comment)
}

/// A foreign key of the table of that name.
pub(super) fn foreign(
    metadata: &Metadata,
    model: &ForeignKeyModel,
    table: &Name,
    taken: &mut Taken,
) -> Result<(String, Constraint), MetadataError> {
    let place = model.place;
    let references = match model.references_schema {
        Some(schema) => metadata.name(Some(schema), model.references),
        None => table.sibling(model.references),
    };
    let other = metadata.tables.iter().find(|other| metadata.table_name(other) == references);
    let Some(other) = other else {
        return Err(MetadataError::UnknownTable { place, table: references.to_string() });
    };
    let referenced = match (model.referenced, other.primary_key) {
        ([], None) => return Err(MetadataError::NoPrimaryKey { place, table: references.to_string() }),
        ([], Some(key)) => key.columns,
        (columns, _) => columns,
    };
    known(referenced, other, &references, place)?;
    if referenced.len() != model.columns.len() {
        let (from, to) = (model.columns.len(), referenced.len());
        return Err(MetadataError::ColumnCount { place, from, to, table: references.to_string() });
    }
    let name = model.name.map_or_else(
        || taken.choose(Purpose::Constraint, &table.name, &addition(model.columns), "fkey"),
        str::to_owned,
    );
    let definition = foreign_definition(model, &references, referenced);
    let kind = ConstraintKind::ForeignKey {
        columns: owned(model.columns),
        references,
        referenced: owned(referenced),
    };
    Ok((name, constraint(definition, kind, model.comment)))
}

fn foreign_definition(model: &ForeignKeyModel, references: &Name, referenced: &[&str]) -> String {
    let mut sql = format!("FOREIGN KEY {} REFERENCES {references}{}", list(model.columns), list(referenced));
    if model.match_full {
        sql.push_str(" MATCH FULL");
    }
    for (event, action) in [(" ON UPDATE ", model.on_update), (" ON DELETE ", model.on_delete)] {
        if let Some(action) = action {
            sql.push_str(event);
            sql.push_str(action);
        }
    }
    sql.push_str(&spaced(deferral(model.deferral)));
    sql
}

fn owned(columns: &[&str]) -> Vec<String> {
    columns.iter().map(|&column| column.to_owned()).collect()
}
