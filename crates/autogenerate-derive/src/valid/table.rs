//! Tables that PostgreSQL could not make.

use syn::LitStr;

use super::names::{distinct, name, names, renames};
use crate::{
    ast::{Column, Constraints, ForeignKey, Table},
    errors::Errors,
    text::{Reference, leading_name},
};

/// Tells everything that is wrong with a table.
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
            "a second primary key; one of several columns is `#[table(primary_key(columns = [\"…\", \"…\"]))]`",
        );
    }
    primary_key(item, errors);
    if item.partition_by.is_none() {
        for partition in &item.partitions {
            errors.at(partition.span, "a table has partitions where it says `partition_by = \"…\"`");
        }
    }
    for partition in &item.partitions {
        name(&partition.name.value(), partition.name.span(), errors);
    }
}

/// What contradicts itself in one column.
fn column(column: &Column, errors: &mut Errors) {
    name(&column.name.value, column.name.span, errors);
    let Column { default, identity, generated, is_virtual, kept_as, nullable, .. } = column;
    if let (Some(default), Some(_)) = (default, generated) {
        errors.at(default.span(), "a generated column has no default: it is always computed");
    }
    if let (Some(default), Some(_)) = (default, identity) {
        errors.at(default.span(), "an identity column has no default: it has its sequence");
    }
    if let (Some(identity), Some(_)) = (identity, generated) {
        errors.at(identity.span, "a column is either an identity or generated");
    }
    if let (Some(span), None) = (is_virtual, generated) {
        errors.at(*span, "`virtual` is about a generated column, which needs `generated = \"…\"`");
    }
    if let (Some(_), Some((true, span))) = (identity, nullable) {
        errors.at(*span, "an identity column takes no NULL");
    }
    if let (Some(_), Some(named)) = (identity, &kept_as.named)
        && !["smallint", "integer", "bigint", "int", "int2", "int4", "int8"]
            .contains(&named.value().to_lowercase().as_str())
    {
        errors.at(named.span(), "an identity column has to be a smallint, integer or bigint");
    }
}

/// No two constraints, and no two indexes, of one name.
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

/// Lists name columns of the table, each once.
fn column_lists(item: &Table, errors: &mut Errors) {
    let all = &item.constraints;
    let keys = all.primary_keys.iter().chain(&all.uniques);
    let lists = keys.flat_map(|key| [&key.columns, &key.include]);
    let lists = lists.chain(all.foreign_keys.iter().map(|key| &key.columns));
    for list in lists.chain(all.indexes.iter().map(|index| &index.include)) {
        let values: Vec<_> = list.iter().map(|text| (text.value(), text.span())).collect();
        for (value, span) in &values {
            if !item.columns.iter().any(|column| column.name.value == *value) {
                errors.at(*span, no_column(item, value));
            }
        }
        distinct(values.iter().map(|(value, span)| (value.as_str(), *span)), "mention of", errors);
    }
}

/// Elements of indexes and exclusion constraints begin with a column of the table, if not with an expression.
fn elements(item: &Table, errors: &mut Errors) {
    let of_indexes = item.constraints.indexes.iter().flat_map(|index| &index.elements);
    for text in of_indexes.chain(item.constraints.exclusions.iter().flat_map(|one| &one.elements)) {
        let Some(name) = leading_name(&text.value()) else { continue };
        let known = item
            .columns
            .iter()
            .any(|column| column.name.value == name || column.name.value == name.to_lowercase());
        if !known {
            errors.at(text.span(), no_column(item, &name));
        }
    }
    for text in item.constraints.exclusions.iter().flat_map(|one| &one.elements) {
        if !text.value().to_lowercase().contains(" with ") {
            errors
                .at(text.span(), "an element of an exclusion constraint needs its operator: `column WITH =`");
        }
    }
}

fn no_column(item: &Table, name: &str) -> String {
    let known: Vec<String> = item.columns.iter().map(|column| format!("`{}`", column.name.value)).collect();
    format!("`{}` has no column `{name}`, but {}", item.name.value, known.join(", "))
}

/// The columns of a primary key take no `NULL`, as far as their types can be read.
fn primary_key(item: &Table, errors: &mut Errors) {
    for key in &item.constraints.primary_keys {
        for text in &key.columns {
            let Some(column) = item.columns.iter().find(|column| column.name.value == text.value()) else {
                continue;
            };
            if column.nullable.map_or(column.kept_as.optional, |(nullable, _)| nullable) {
                let message =
                    format_args!("`{}` cannot be in a primary key: it takes NULL", column.name.value);
                errors.at(text.span(), message);
            }
        }
    }
}

/// The other side has as many columns, and the actions are some.
fn foreign_key(key: &ForeignKey, errors: &mut Errors) {
    if let Some(Reference { columns, .. }) = errors.take(Reference::parse(&key.references))
        && !columns.is_empty()
        && columns.len() != key.columns.len()
    {
        let (from, to) = (key.columns.len(), columns.len());
        errors.at(key.references.span(), format_args!("a foreign key from {from} to {to} columns"));
    }
    for action in [&key.actions.on_delete, &key.actions.on_update].into_iter().flatten() {
        let value = action.value().to_lowercase();
        let of_columns = value.starts_with("set null (") || value.starts_with("set default (");
        if !of_columns
            && !["no action", "restrict", "cascade", "set null", "set default"].contains(&value.as_str())
        {
            errors.at(
                action.span(),
                "an action has to be \"no action\", \"restrict\", \"cascade\", \"set null\" or \"set default\"",
            );
        }
    }
}
