//! Parses `#[column(…)]`.

use proc_macro2::Span;
use syn::{Field, GenericArgument, Ident, LitStr, PathArguments, Type, ext::IdentExt};

use super::{
    constraints::{actions, check, deferral, index, unique},
    sqlx::Sqlx,
};
use crate::{
    args::Args,
    ast::{Column, Constraints, Deferral, ForeignKey, Identity, Key, Table, Text, TypeSource},
    errors::Errors,
    text::{explicit_comment, summary},
};

/// Adds a field's column, constraints and indexes to the table.
pub fn column(field: &Field, container: &Sqlx, table: &mut Table, errors: &mut Errors) {
    let Some(ident) = &field.ident else { return };
    let sqlx = Sqlx::parse(&field.attrs, errors);
    let mut args = Args::parse(&field.attrs, "column", errors);
    let skip = args.flag("skip", errors);
    if skip.is_some() || sqlx.skip {
        if !args.is_empty() {
            errors.at(args.span, "a skipped field has no column, so it takes no other arguments");
        }
        return;
    }
    if let Some(span) = sqlx.flatten {
        errors.at(
            span,
            "the fields of a flattened struct cannot be columns: declare them here, or add `#[column(skip)]`",
        );
        return;
    }
    let name = sqlx.name(&ident.unraw().to_string(), container);
    let literal = LitStr::new(&name, ident.span());
    constraints(&literal, &mut args, &mut table.constraints, errors);
    let (comment, generated) = (args.maybe_empty_text("comment", errors), args.text("generated", errors));
    let column = Column {
        field: ident.clone(),
        name: Text { value: name, span: ident.span() },
        type_source: type_source(field, sqlx, args.text("type", errors)),
        nullable: args.switch("nullable", errors),
        collation: args.text("collation", errors),
        default: args.text("default", errors),
        identity: identity(&mut args, errors),
        is_virtual: args.flag("virtual", errors),
        generated,
        renamed_from: args.text("renamed_from", errors),
        comment: comment.as_ref().map_or_else(|| summary(&field.attrs), explicit_comment),
    };
    args.finish(errors);
    table.columns.push(column);
}

/// Parses a column that PostgreSQL computes and no query reads, so that the struct has no field for
/// it.
pub fn unread(mut args: Args, errors: &mut Errors) -> Option<Column> {
    let (name, named) = (args.required("name", errors), args.required("type", errors));
    let generated = args.required("generated", errors);
    let nullable = args.switch("nullable", errors);
    let (is_virtual, collation) = (args.flag("virtual", errors), args.text("collation", errors));
    let renamed_from = args.text("renamed_from", errors);
    let comment = args.maybe_empty_text("comment", errors);
    args.finish(errors);
    let name = name?;
    let field = syn::parse_str(&name.value()).unwrap_or_else(|_| Ident::new("unread", name.span()));
    Some(Column {
        field,
        name: Text { value: name.value(), span: name.span() },
        type_source: TypeSource { rust: None, optional: true, named: Some(named?) },
        nullable,
        collation,
        default: None,
        identity: None,
        generated: Some(generated?),
        is_virtual,
        renamed_from,
        comment: comment.as_ref().and_then(explicit_comment),
    })
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

/// Quotes a column that is not a plain identifier, because index elements are SQL. Key words are
/// quoted later, where they are known.
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

/// Parses `references` and the arguments that need it.
fn foreign_key(column: &LitStr, args: &mut Args, own: &mut Constraints, errors: &mut Errors) {
    let references = args.text("references", errors);
    let external = args.flag("external", errors);
    let actions = actions(args, errors);
    let (deferral, deferrable) = deferral(args, errors);
    if let Some(references) = references {
        own.foreign_keys.push(ForeignKey {
            name: None,
            columns: vec![column.clone()],
            span: references.span(),
            references,
            external: external.is_some(),
            match_full: false,
            actions,
            deferral,
            comment: None,
        });
        return;
    }
    let span = |text: Option<LitStr>| text.map(|text| text.span());
    let (on_delete, on_update) = (span(actions.on_delete), span(actions.on_update));
    for (name, span) in [
        ("external", external),
        ("on_delete", on_delete),
        ("on_update", on_update),
        ("deferrable", deferrable),
    ] {
        if let Some(span) = span {
            errors.at(span, format_args!("`{name}` needs `references = \"…\"`"));
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
            errors.at(span, "`identity` must be \"always\" or \"by default\"");
            true
        }
    };
    Some(Identity { always, span })
}

fn type_source(field: &Field, sqlx: Sqlx, named: Option<LitStr>) -> TypeSource {
    match (sqlx.json, sqlx.try_from) {
        (Some(nullable), _) => TypeSource { rust: None, optional: nullable, named },
        (None, Some(rust)) => TypeSource { optional: is_option(&rust), rust: Some(rust), named },
        (None, None) => TypeSource { optional: is_option(&field.ty), rust: Some(field.ty.clone()), named },
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
