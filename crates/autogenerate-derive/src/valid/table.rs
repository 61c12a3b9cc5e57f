//! Validates tables.

use syn::LitStr;

use super::names::{distinct, name, names, renames};
use crate::{
    ast::{Column, Constraints, ForeignKey, Table},
    errors::Errors,
    text::{Reference, leading_name},
};

/// Reports every error in a table.
pub fn table(item: &Table, errors: &mut Errors) {
    name(&item.name.value, item.name.span, errors);
    names([&item.schema], errors);
    renames(&[(item.name.value.as_str(), &item.renamed_from)].into_iter(), "table", errors);
    distinct(
        item.columns.iter().map(|column| (column.name.value.as_str(), column.name.span)),
        "column",
        errors,
    );
    renames(
        &item.columns.iter().map(|column| (column.name.value.as_str(), &column.renamed_from)),
        "column",
        errors,
    );
    for one in &item.columns {
        column(one, errors);
    }
    let Constraints { foreign_keys, primary_keys, .. } = &item.constraints;
    constraint_names(&item.constraints, errors);
    column_lists(item, errors);
    elements(item, errors);
    for key in foreign_keys {
        foreign_key(key, errors);
    }
    for second in primary_keys.iter().skip(1) {
        errors.at(
            second.span,
            "a table has one primary key; for several columns use `#[table(primary_key(columns = [\"…\", \"…\"]))]`",
        );
    }
    primary_key(item, errors);
    if item.partition_by.is_none() {
        for partition in &item.partitions {
            errors.at(partition.span, "partitions need `partition_by = \"…\"` on the table");
        }
    }
    for partition in &item.partitions {
        name(&partition.name.value(), partition.name.span(), errors);
    }
}

/// Reports contradictions within one column.
fn column(column: &Column, errors: &mut Errors) {
    name(&column.name.value, column.name.span, errors);
    let Column { default, identity, generated, is_virtual, type_source, nullable, .. } = column;
    if let (Some(default), Some(_)) = (default, generated) {
        errors.at(default.span(), "a generated column cannot have a default: its value is always computed");
    }
    if let (Some(default), Some(_)) = (default, identity) {
        errors
            .at(default.span(), "an identity column cannot have a default: its value comes from a sequence");
    }
    if let (Some(identity), Some(_)) = (identity, generated) {
        errors.at(identity.span, "a column cannot be both an identity and generated");
    }
    if let (Some(span), None) = (is_virtual, generated) {
        errors.at(*span, "`virtual` needs `generated = \"…\"`");
    }
    if let (Some(_), Some((true, span))) = (identity, nullable) {
        errors.at(*span, "an identity column cannot be nullable");
    }
    if let (Some(_), Some(named)) = (identity, &type_source.named)
        && !["smallint", "integer", "bigint", "int", "int2", "int4", "int8"]
            .contains(&named.value().to_lowercase().as_str())
    {
        errors.at(named.span(), "an identity column must be smallint, integer or bigint");
    }
}

/// Rejects duplicate constraint names and duplicate index names.
fn constraint_names(all: &Constraints, errors: &mut Errors) {
    let keys = all.primary_keys.iter().chain(&all.uniques).map(|one| &one.name);
    let foreign_keys = all.foreign_keys.iter().map(|one| &one.name);
    let checks = all.checks.iter().map(|one| &one.name);
    let exclusions = all.exclusions.iter().map(|one| &one.name);
    let constraints: Vec<&Option<LitStr>> =
        keys.chain(foreign_keys).chain(checks).chain(exclusions).collect();
    let indexes: Vec<&Option<LitStr>> = all.indexes.iter().map(|one| &one.name).collect();
    for (given, what) in [(constraints, "constraint"), (indexes, "index")] {
        names(given.iter().copied(), errors);
        let given: Vec<_> = given.into_iter().flatten().map(|text| (text.value(), text.span())).collect();
        distinct(given.iter().map(|(name, span)| (name.as_str(), *span)), what, errors);
    }
}

/// Rejects column lists that name an unknown column or repeat one.
fn column_lists(item: &Table, errors: &mut Errors) {
    let all = &item.constraints;
    let keys = all.primary_keys.iter().chain(&all.uniques);
    let lists = keys.flat_map(|key| [&key.columns, &key.include]);
    let lists = lists.chain(all.foreign_keys.iter().map(|key| &key.columns));
    for list in lists.chain(all.indexes.iter().map(|index| &index.include)) {
        let values: Vec<_> = list.iter().map(|text| (text.value(), text.span())).collect();
        for (value, span) in &values {
            if !item.columns.iter().any(|column| column.name.value == *value) {
                errors.at(*span, unknown_column(item, value));
            }
        }
        distinct(values.iter().map(|(value, span)| (value.as_str(), *span)), "entry", errors);
    }
}

/// Rejects index and exclusion elements that begin with an unknown column, and exclusion elements
/// without an operator.
fn elements(item: &Table, errors: &mut Errors) {
    let of_indexes = item.constraints.indexes.iter().flat_map(|index| &index.elements);
    for text in of_indexes.chain(item.constraints.exclusions.iter().flat_map(|one| &one.elements)) {
        let Some(name) = leading_name(&text.value()) else { continue };
        let known = item
            .columns
            .iter()
            .any(|column| column.name.value == name || column.name.value == name.to_lowercase());
        if !known {
            errors.at(text.span(), unknown_column(item, &name));
        }
    }
    for text in item.constraints.exclusions.iter().flat_map(|one| &one.elements) {
        if !text.value().to_lowercase().contains(" with ") {
            errors.at(
                text.span(),
                "an exclusion constraint element needs an operator, such as `column WITH =`",
            );
        }
    }
}

fn unknown_column(item: &Table, name: &str) -> String {
    let known: Vec<String> = item.columns.iter().map(|column| format!("`{}`", column.name.value)).collect();
    format!("`{}` has no column `{name}`; its columns are {}", item.name.value, known.join(", "))
}

/// Rejects primary key columns that are visibly nullable; `assertions` checks the rest by type.
fn primary_key(item: &Table, errors: &mut Errors) {
    for key in &item.constraints.primary_keys {
        for text in &key.columns {
            let Some(column) = item.columns.iter().find(|column| column.name.value == text.value()) else {
                continue;
            };
            if column.nullable.map_or(column.type_source.optional, |(nullable, _)| nullable) {
                let message =
                    format_args!("`{}` cannot be part of a primary key: it is nullable", column.name.value);
                errors.at(text.span(), message);
            }
        }
    }
}

/// Rejects a foreign key with mismatched column counts or an unknown action.
fn foreign_key(key: &ForeignKey, errors: &mut Errors) {
    if let Some(Reference { columns, table, .. }) = errors.take(Reference::parse(&key.references)) {
        let (from, to) = (key.columns.len(), columns.len());
        if columns.is_empty() && key.external {
            errors.at(
                key.references.span(),
                format_args!(
                    "name the referenced columns, as in `{table}(id)`: an external table has no model"
                ),
            );
        } else if !columns.is_empty() && from != to {
            errors.at(
                key.references.span(),
                format_args!("foreign key columns do not match: {from} here, {to} referenced"),
            );
        }
    }
    for action in [&key.actions.on_delete, &key.actions.on_update].into_iter().flatten() {
        let value = action.value().to_lowercase();
        let of_columns = value.starts_with("set null (") || value.starts_with("set default (");
        if !of_columns
            && !["no action", "restrict", "cascade", "set null", "set default"].contains(&value.as_str())
        {
            errors.at(
                action.span(),
                "action must be \"no action\", \"restrict\", \"cascade\", \"set null\" or \"set default\"",
            );
        }
    }
}
