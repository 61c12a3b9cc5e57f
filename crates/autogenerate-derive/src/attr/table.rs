//! `#[table(…)]`.

use heck::ToSnakeCase;
use syn::{Data, DeriveInput, Fields, GenericParam, LitStr, spanned::Spanned};

use super::{Sqlx, column, deferral};
use crate::{
    args::Args,
    ast::{Actions, Check, Constraints, Exclusion, ForeignKey, Index, Key, Partition, Table, Text},
    errors::Errors,
    text::summary,
};

/// The tree of a struct.
pub fn table(input: &DeriveInput, errors: &mut Errors) -> Option<Table> {
    let mut table = container(input, errors);
    let Data::Struct(data) = &input.data else {
        errors.at(input.ident.span(), "a table is a struct: its fields are the columns");
        return None;
    };
    let Fields::Named(fields) = &data.fields else {
        errors.at(input.ident.span(), "the fields of a table need names: they are those of the columns");
        return None;
    };
    for parameter in &input.generics.params {
        if !matches!(parameter, GenericParam::Lifetime(_)) {
            errors.at(
                parameter.span(),
                "a table has no generic parameters but lifetimes: its columns have to be known",
            );
        }
    }
    let sqlx = Sqlx::of(&input.attrs, errors);
    let of_the_table = std::mem::take(&mut table.constraints);
    for field in &fields.named {
        column::column(field, &sqlx, &mut table, errors);
    }
    table.constraints.append(of_the_table);
    Some(table)
}

/// What is said of all of it.
fn container(input: &DeriveInput, errors: &mut Errors) -> Table {
    let mut args = Args::of(&input.attrs, "table", errors);
    let name = match args.text("name", errors) {
        Some(name) => Text { value: name.value(), span: name.span() },
        None => Text { value: input.ident.to_string().to_snake_case(), span: input.ident.span() },
    };
    let comment = args.text_or_none("comment", errors);
    let table = Table {
        ident: input.ident.clone(),
        generics: input.generics.clone(),
        name,
        schema: args.text("schema", errors),
        renamed_from: args.text("renamed_from", errors),
        columns: vec![],
        constraints: constraints(&mut args, errors),
        partition_by: args.text("partition_by", errors),
        partitions: args.lists("partition").into_iter().filter_map(|args| partition(args, errors)).collect(),
        unlogged: args.flag("unlogged", errors).is_some(),
        options: args.text("with", errors),
        comment: comment.as_ref().map_or_else(|| summary(&input.attrs), given),
    };
    args.finish(errors);
    table
}

fn constraints(args: &mut Args, errors: &mut Errors) -> Constraints {
    Constraints {
        primary_keys: args.lists("primary_key").into_iter().map(|args| primary_key(args, errors)).collect(),
        uniques: args.lists("unique").into_iter().map(|args| unique(args, None, errors)).collect(),
        foreign_keys: args
            .lists("foreign_key")
            .into_iter()
            .filter_map(|args| foreign_key(args, errors))
            .collect(),
        checks: args.lists("check").into_iter().filter_map(|args| check(args, errors)).collect(),
        exclusions: args.lists("exclude").into_iter().map(|args| exclusion(args, errors)).collect(),
        indexes: args.lists("index").into_iter().map(|args| index(args, None, errors)).collect(),
    }
}

/// A comment that was written instead of a documentation; an empty one is none.
pub fn given(comment: &LitStr) -> Option<String> {
    Some(comment.value()).filter(|comment| !comment.is_empty())
}

fn primary_key(mut args: Args, errors: &mut Errors) -> Key {
    let key = Key {
        name: args.text("name", errors),
        columns: args.required_list("columns", errors),
        include: args.texts("include", errors),
        nulls_not_distinct: false,
        deferral: deferral(&mut args, errors).0,
        comment: args.text("comment", errors),
        span: args.span,
    };
    args.finish(errors);
    key
}

/// A unique constraint, of that column where it is a field's.
pub fn unique(mut args: Args, column: Option<LitStr>, errors: &mut Errors) -> Key {
    let name = args.text("name", errors);
    let key = Key {
        name,
        columns: column.map_or_else(|| args.required_list("columns", errors), |column| vec![column]),
        include: args.texts("include", errors),
        nulls_not_distinct: args.flag("nulls_not_distinct", errors).is_some(),
        deferral: deferral(&mut args, errors).0,
        comment: args.text("comment", errors),
        span: args.span,
    };
    args.finish(errors);
    key
}

fn foreign_key(mut args: Args, errors: &mut Errors) -> Option<ForeignKey> {
    let name = args.text("name", errors);
    let columns = args.required_list("columns", errors);
    let references = args.required("references", errors);
    let actions = actions(&mut args, errors);
    let match_full = args.flag("match_full", errors).is_some();
    let (deferral, _) = deferral(&mut args, errors);
    let (comment, span) = (args.text("comment", errors), args.span);
    args.finish(errors);
    Some(ForeignKey { name, columns, references: references?, match_full, actions, deferral, comment, span })
}

/// `on_delete` and `on_update`.
pub fn actions(args: &mut Args, errors: &mut Errors) -> Actions {
    Actions { on_delete: args.text("on_delete", errors), on_update: args.text("on_update", errors) }
}

/// A check, of a table or a field.
pub fn check(mut args: Args, errors: &mut Errors) -> Option<Check> {
    let name = args.text("name", errors);
    let comment = args.text("comment", errors);
    let (expression, span) = (args.unnamed("an expression: `\"…\"`", errors), args.span);
    args.finish(errors);
    Some(Check { name, expression: expression?, comment, span })
}

fn exclusion(mut args: Args, errors: &mut Errors) -> Exclusion {
    let exclusion = Exclusion {
        name: args.text("name", errors),
        using: args.text("using", errors),
        elements: args.required_list("elements", errors),
        predicate: args.text("where", errors),
        deferral: deferral(&mut args, errors).0,
        comment: args.text("comment", errors),
        span: args.span,
    };
    args.finish(errors);
    exclusion
}

/// An index, on that column where it is a field's.
pub fn index(mut args: Args, column: Option<LitStr>, errors: &mut Errors) -> Index {
    let name = args.text("name", errors);
    let index = Index {
        name,
        elements: column.map_or_else(|| args.required_list("columns", errors), |column| vec![column]),
        using: args.text("using", errors),
        unique: args.flag("unique", errors).is_some(),
        include: args.texts("include", errors),
        predicate: args.text("where", errors),
        options: args.text("with", errors),
        nulls_not_distinct: args.flag("nulls_not_distinct", errors).is_some(),
        comment: args.text("comment", errors),
        span: args.span,
    };
    args.finish(errors);
    index
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
