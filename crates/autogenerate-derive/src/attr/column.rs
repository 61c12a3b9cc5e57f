//! `#[column(…)]`.

use proc_macro2::Span;
use syn::{Field, GenericArgument, LitStr, PathArguments, Type, ext::IdentExt};

use super::{
    constraints::{actions, check, deferral, index, unique},
    sqlx::Sqlx,
};
use crate::{
    args::Args,
    ast::{Column, Constraints, Deferral, ForeignKey, Identity, KeptAs, Key, Table, Text},
    errors::Errors,
    text::{given, summary},
};

/// Adds a field to the table: its column, and the constraints and indexes that are said of it.
pub fn column(field: &Field, container: &Sqlx, table: &mut Table, errors: &mut Errors) {
    let Some(ident) = &field.ident else { return };
    let sqlx = Sqlx::of(&field.attrs, errors);
    let mut args = Args::of(&field.attrs, "column", errors);
    let skip = args.flag("skip", errors);
    if skip.is_some() || sqlx.skip {
        if !args.is_empty() {
            errors.at(args.span, "a field that is skipped has no column to say anything of");
        }
        return;
    }
    if let Some(span) = sqlx.flatten {
        errors.at(span, "the fields of another struct cannot be columns of this table: write them here, or say `#[column(skip)]`");
        return;
    }
    let name = sqlx.name(&ident.unraw().to_string(), container);
    let literal = LitStr::new(&name, ident.span());
    constraints(&literal, &mut args, &mut table.constraints, errors);
    let (comment, generated) = (args.text_or_none("comment", errors), args.text("generated", errors));
    let column = Column {
        field: ident.clone(),
        name: Text { value: name, span: ident.span() },
        kept_as: kept_as(field, sqlx, args.text("type", errors)),
        nullable: args.switch("nullable", errors),
        collation: args.text("collation", errors),
        default: args.text("default", errors),
        identity: identity(&mut args, errors),
        is_virtual: args.flag("virtual", errors),
        generated,
        renamed_from: args.text("renamed_from", errors),
        comment: comment.as_ref().map_or_else(|| summary(&field.attrs), given),
    };
    args.finish(errors);
    table.columns.push(column);
}

/// The constraints and indexes of one column.
fn constraints(column: &LitStr, args: &mut Args, own: &mut Constraints, errors: &mut Errors) {
    if let Some(span) = args.flag("primary_key", errors) {
        own.primary_keys.push(single(column, span));
    }
    own.uniques
        .extend(args.lists("unique").into_iter().map(|args| unique(args, Some(column.clone()), errors)));
    let element = element(column);
    own.indexes
        .extend(args.lists("index").into_iter().map(|args| index(args, Some(element.clone()), errors)));
    own.checks.extend(args.lists("check").into_iter().filter_map(|args| check(args, errors)));
    foreign_key(column, args, own, errors);
}

/// The column as SQL wants it, because an element of an index is SQL; a key word is quoted later, where these are known.
fn element(column: &LitStr) -> LitStr {
    let name = column.value();
    if name.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return column.clone();
    }
    LitStr::new(&format!("\"{}\"", name.replace('"', "\"\"")), column.span())
}

fn single(column: &LitStr, span: Span) -> Key {
    Key {
        name: None,
        columns: vec![LitStr::new(&column.value(), span)],
        include: vec![],
        nulls_not_distinct: false,
        deferral: Deferral::No,
        comment: None,
        span,
    }
}

/// `references`, and what may only be said with it.
fn foreign_key(column: &LitStr, args: &mut Args, own: &mut Constraints, errors: &mut Errors) {
    let references = args.text("references", errors);
    let actions = actions(args, errors);
    let (deferral, deferrable) = deferral(args, errors);
    if let Some(references) = references {
        own.foreign_keys.push(ForeignKey {
            name: None,
            columns: vec![column.clone()],
            span: references.span(),
            references,
            match_full: false,
            actions,
            deferral,
            comment: None,
        });
        return;
    }
    let span = |text: Option<LitStr>| text.map(|text| text.span());
    let (on_delete, on_update) = (span(actions.on_delete), span(actions.on_update));
    for (name, span) in [("on_delete", on_delete), ("on_update", on_update), ("deferrable", deferrable)] {
        if let Some(span) = span {
            errors
                .at(span, format_args!("`{name}` is about a foreign key, which needs `references = \"…\"`"));
        }
    }
}

fn identity(args: &mut Args, errors: &mut Errors) -> Option<Identity> {
    let (span, kind) = args.flag_or_text("identity", errors)?;
    let always = match kind.map(|kind| (kind.value().to_lowercase(), kind.span())) {
        None => true,
        Some((kind, _)) if kind == "always" => true,
        Some((kind, _)) if kind == "by default" => false,
        Some((_, span)) => {
            errors.at(span, "an identity is \"always\" or \"by default\"");
            true
        }
    };
    Some(Identity { always, span })
}

fn kept_as(field: &Field, sqlx: Sqlx, named: Option<LitStr>) -> KeptAs {
    match (sqlx.json, sqlx.try_from) {
        (Some(nullable), _) => KeptAs { rust: None, optional: nullable, named },
        (None, Some(rust)) => KeptAs { optional: is_option(&rust), rust: Some(rust), named },
        (None, None) => KeptAs { optional: is_option(&field.ty), rust: Some(field.ty.clone()), named },
    }
}

/// Whether the type is written as an `Option`.
fn is_option(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| {
        let one = matches!(&last.arguments, PathArguments::AngleBracketed(arguments)
            if matches!(arguments.args.first(), Some(GenericArgument::Type(_))));
        one && last.ident == "Option"
    })
}
