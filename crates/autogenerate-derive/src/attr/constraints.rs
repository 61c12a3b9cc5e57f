//! Parses constraints and indexes.

use proc_macro2::Span;
use syn::LitStr;

use crate::{
    args::Args,
    ast::{Actions, Check, Constraints, Deferral, Exclusion, ForeignKey, Index, Key},
    errors::Errors,
};

pub fn constraints(args: &mut Args, errors: &mut Errors) -> Constraints {
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

/// Parses a unique constraint, on `column` if it belongs to a field.
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
    let external = args.flag("external", errors).is_some();
    let actions = actions(&mut args, errors);
    let match_full = args.flag("match_full", errors).is_some();
    let (deferral, _) = deferral(&mut args, errors);
    let (comment, span) = (args.text("comment", errors), args.span);
    args.finish(errors);
    let references = references?;
    Some(ForeignKey { name, columns, references, external, match_full, actions, deferral, comment, span })
}

/// Parses `on_delete` and `on_update`.
pub fn actions(args: &mut Args, errors: &mut Errors) -> Actions {
    Actions { on_delete: args.text("on_delete", errors), on_update: args.text("on_update", errors) }
}

/// Parses a check constraint of a table or a field.
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

/// Parses an index, on `column` if it belongs to a field.
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

/// Parses `deferrable` and `initially_deferred`, which implies the former.
pub fn deferral(args: &mut Args, errors: &mut Errors) -> (Deferral, Option<Span>) {
    let deferrable = args.flag("deferrable", errors);
    match args.flag("initially_deferred", errors) {
        Some(span) => (Deferral::Deferred, Some(span)),
        None => (deferrable.map_or(Deferral::No, |_| Deferral::Deferrable), deferrable),
    }
}
