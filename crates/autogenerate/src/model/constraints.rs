//! The constraints and indexes of a table.
//!
//! Their names are the ones that PostgreSQL would choose for one `CREATE TABLE` followed by a
//! `CREATE INDEX` for each index.

use std::collections::BTreeMap;

use super::{
    describe::{ColumnModel, ExclusionModel, ForeignKeyModel, IndexModel, TableModel},
    enumeration::EnumModel,
    error::MetadataError,
    keys::{self, constraint, include_clause, with_space},
    metadata::Metadata,
    naming::{Purpose, Taken, join_columns, number_duplicates},
    sql::{Element, columns_in, parse_element},
    types::TypeModel,
};
use crate::schema::{Constraint, ConstraintKind, Index, Uses, quote_identifier, quote_literal};

/// The constraints of a table, by name.
pub(super) fn constraints(
    metadata: &Metadata,
    model: &TableModel,
    taken: &mut Taken,
) -> Result<BTreeMap<String, Constraint>, MetadataError> {
    let table = metadata.table_name(model);
    let mut all = checks(model, taken);
    all.extend(model.primary_key.iter().map(|key| keys::primary(key, model.name, taken)));
    all.extend(model.uniques.iter().map(|key| keys::unique(key, model.name, taken)));
    all.extend(model.exclusions.iter().map(|one| exclusion(one, model, taken)));
    for key in model.foreign_keys {
        check_set_null(model, key)?;
        all.push(keys::foreign(metadata, key, &table, taken)?);
    }
    Ok(all.into_iter().collect())
}

/// Rejects an action that sets a column to `NULL` that does not accept it.
fn check_set_null(model: &TableModel, key: &ForeignKeyModel) -> Result<(), MetadataError> {
    let primary = model.primary_key.iter().flat_map(|key| key.columns).collect::<Vec<_>>();
    for action in [key.on_delete, key.on_update].into_iter().flatten() {
        let Some(columns) = action.strip_prefix("SET NULL") else { continue };
        // The action may name some of the columns.
        let is_set = |name: &str| {
            let mut named =
                columns.trim().trim_matches(['(', ')']).split(',').map(|one| one.trim().trim_matches('"'));
            columns.trim().is_empty() || named.any(|one| one == name)
        };
        let is_rejected = |name: &&&str| {
            let nullable = model.column(name).is_none_or(|column| column.data_type.nullable);
            is_set(name) && (!nullable || primary.contains(name))
        };
        if let Some(column) = key.columns.iter().find(is_rejected) {
            let (action, column) = (action.to_owned(), (*column).to_owned());
            return Err(MetadataError::SetNull { location: key.location, action, column });
        }
    }
    Ok(())
}

/// The checks of enums stored as text, then the others.
fn checks(model: &TableModel, taken: &mut Taken) -> Vec<(String, Constraint)> {
    let mut all = Vec::new();
    for column in model.columns {
        if let Some(values) = column.text_enum() {
            let name = taken.choose(Purpose::Constraint, model.name, column.name, "check");
            all.push((name, check(&membership(column, values), None)));
        }
    }
    for one in model.checks {
        let name = one.name.map_or_else(
            || {
                let columns = columns_in(one.expression, &column_names(model));
                let addition = if let [column] = columns[..] { column } else { "" };
                taken.choose(Purpose::Constraint, model.name, addition, "check")
            },
            str::to_owned,
        );
        all.push((name, check(one.expression, one.comment)));
    }
    all
}

fn check(expression: &str, comment: Option<&str>) -> Constraint {
    constraint(format!("CHECK ({expression})"), ConstraintKind::Check, comment)
}

/// The type of an enum that is stored as text.
fn sql_type(data_type: TypeModel) -> String {
    format!("{}{}", data_type.name, "[]".repeat(data_type.dimensions))
}

/// The condition that a column holds only values of an enum.
fn membership(column: &ColumnModel, values: &EnumModel) -> String {
    let values: Vec<String> = values.values.iter().map(|value| quote_literal(value.name)).collect();
    let (name, values, data_type) =
        (quote_identifier(column.name), values.join(", "), sql_type(column.data_type));
    if data_type.ends_with(']') {
        format!("{name} <@ ARRAY[{values}]::{data_type}")
    } else {
        format!("{name} IN ({values})")
    }
}

fn column_names(model: &TableModel) -> Vec<&'static str> {
    model.columns.iter().map(|column| column.name).collect()
}

fn exclusion(model: &ExclusionModel, table: &TableModel, taken: &mut Taken) -> (String, Constraint) {
    let columns = column_names(table);
    let elements: Vec<Element> = model.elements.iter().map(|text| parse_element(text, &columns)).collect();
    let name = model.name.map_or_else(
        || {
            let names = number_duplicates(elements.iter().map(|element| element.name.clone()).collect());
            taken.choose(Purpose::IndexedConstraint, table.name, &join_columns(&names), "excl")
        },
        str::to_owned,
    );
    let definition = format!(
        "EXCLUDE USING {} ({}){}{}",
        model.using.unwrap_or("btree"),
        join_elements(&elements),
        model.predicate.map_or_else(String::new, |predicate| format!(" WHERE ({predicate})")),
        with_space(keys::deferral_clause(model.deferral)),
    );
    (name, constraint(definition, ConstraintKind::Exclusion, model.comment))
}

fn join_elements(elements: &[Element]) -> String {
    elements.iter().map(|element| element.sql.as_str()).collect::<Vec<_>>().join(", ")
}

/// The indexes of a table, by name.
pub(super) fn indexes(table: &TableModel, taken: &mut Taken) -> BTreeMap<String, Index> {
    table.indexes.iter().map(|model| index(model, table, taken)).collect()
}

fn index(model: &IndexModel, table: &TableModel, taken: &mut Taken) -> (String, Index) {
    let columns = column_names(table);
    let elements: Vec<Element> = model.elements.iter().map(|text| parse_element(text, &columns)).collect();
    let name = model.name.map_or_else(
        || {
            let included = model.include.iter().map(|&column| column.to_owned());
            let names = number_duplicates(
                elements.iter().map(|element| element.name.clone()).chain(included).collect(),
            );
            taken.choose(Purpose::Index, table.name, &join_columns(&names), "idx")
        },
        str::to_owned,
    );
    let definition = format!(
        "{} ({}){}{}{}{}",
        model.using.unwrap_or("btree"),
        join_elements(&elements),
        include_clause(model.include),
        if model.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" },
        model.options.map_or_else(String::new, |options| format!(" WITH ({options})")),
        model.predicate.map_or_else(String::new, |predicate| format!(" WHERE ({predicate})")),
    );
    let index = Index {
        unique: model.unique,
        definition,
        part_of: None,
        is_named: false,
        only: false,
        valid: true,
        uses: Uses::default(),
        comment: model.comment.map(str::to_owned),
    };
    (name, index)
}
