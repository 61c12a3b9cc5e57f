//! Parses `#[table(…)]`.

use heck::ToSnakeCase;
use syn::{Data, DeriveInput, Fields, GenericParam, spanned::Spanned};

use super::{column, constraints::constraints, sqlx::Sqlx};
use crate::{
    args::Args,
    ast::{Partition, Table, Text},
    errors::Errors,
    text::{explicit_comment, summary},
};

/// Parses a struct.
pub fn table(input: &DeriveInput, errors: &mut Errors) -> Option<Table> {
    let mut table = container(input, errors);
    let Data::Struct(data) = &input.data else {
        errors.at(input.ident.span(), "`Table` can only be derived for a struct: its fields are the columns");
        return None;
    };
    let Fields::Named(fields) = &data.fields else {
        errors.at(input.ident.span(), "`Table` needs named fields: they name the columns");
        return None;
    };
    for parameter in &input.generics.params {
        if !matches!(parameter, GenericParam::Lifetime(_)) {
            errors.at(
                parameter.span(),
                "a table can only have lifetime parameters: its column types must be known",
            );
        }
    }
    let sqlx = Sqlx::parse(&input.attrs, errors);
    let table_constraints = std::mem::take(&mut table.constraints);
    let unread = std::mem::take(&mut table.columns);
    for field in &fields.named {
        column::column(field, &sqlx, &mut table, errors);
    }
    table.columns.extend(unread);
    table.constraints.append(table_constraints);
    Some(table)
}

/// Parses the attributes of the struct itself.
fn container(input: &DeriveInput, errors: &mut Errors) -> Table {
    let mut args = Args::parse(&input.attrs, "table", errors);
    let name = match args.text("name", errors) {
        Some(name) => Text { value: name.value(), span: name.span() },
        None => Text { value: input.ident.to_string().to_snake_case(), span: input.ident.span() },
    };
    let comment = args.maybe_empty_text("comment", errors);
    let table = Table {
        ident: input.ident.clone(),
        generics: input.generics.clone(),
        name,
        schema: args.text("schema", errors),
        renamed_from: args.text("renamed_from", errors),
        columns: args.lists("column").into_iter().filter_map(|args| column::unread(args, errors)).collect(),
        constraints: constraints(&mut args, errors),
        partition_by: args.text("partition_by", errors),
        partitions: args.lists("partition").into_iter().filter_map(|args| partition(args, errors)).collect(),
        unlogged: args.flag("unlogged", errors).is_some(),
        options: args.text("with", errors),
        comment: comment.as_ref().map_or_else(|| summary(&input.attrs), explicit_comment),
    };
    args.finish(errors);
    table
}

fn partition(mut args: Args, errors: &mut Errors) -> Option<Partition> {
    let name = args.required("name", errors);
    let values = args.text("values", errors);
    let default = args.flag("default", errors);
    let (comment, span) = (args.text("comment", errors), args.span);
    if values.is_some() == default.is_some() {
        errors.at(span, "`partition` needs either `values = \"…\"` or `default`");
    }
    args.finish(errors);
    Some(Partition { name: name?, values, comment, span })
}
