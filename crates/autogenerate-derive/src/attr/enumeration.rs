//! Parses `#[enumeration(…)]`.

use syn::{Data, DeriveInput, Fields, LitStr, Variant, spanned::Spanned};

use super::{sqlx::Sqlx, type_name::type_name};
use crate::{
    args::Args,
    ast::{Enum, Storage, Text, Value},
    errors::Errors,
    text::{explicit_comment, summary},
};

/// The `type_name`s that make sqlx store an enum as text.
const TEXTS: [&str; 6] = ["text", "varchar", "character varying", "char", "bpchar", "citext"];

/// Parses an enum.
pub fn enumeration(input: &DeriveInput, errors: &mut Errors) -> Option<Enum> {
    let Data::Enum(data) = &input.data else {
        errors.at(
            input.ident.span(),
            "`Enum` can only be derived for an enum; a newtype struct derives `SqlType`",
        );
        return None;
    };
    if let Some(repr) = input.attrs.iter().find(|attribute| attribute.path().is_ident("repr")) {
        errors.at(repr.span(), "sqlx stores an enum with a `repr` as an integer: derive `SqlType` instead");
    }
    if let Some(parameter) = input.generics.params.first() {
        errors.at(parameter.span(), "an enum cannot have generic parameters");
    }
    let sqlx = Sqlx::parse(&input.attrs, errors);
    let mut args = Args::parse(&input.attrs, "enumeration", errors);
    let storage = storage(input, &sqlx, args.text("type", errors), errors);
    let renamed_from = args.text("renamed_from", errors);
    let comment = args.maybe_empty_text("comment", errors);
    args.finish(errors);
    let values = data.variants.iter().map(|variant| value(variant, &sqlx, errors)).collect();
    let comment = comment.as_ref().map_or_else(|| summary(&input.attrs), explicit_comment);
    Some(Enum { ident: input.ident.clone(), storage, renamed_from, values, comment })
}

fn storage(input: &DeriveInput, sqlx: &Sqlx, named: Option<LitStr>, errors: &mut Errors) -> Storage {
    match (named, &sqlx.type_name) {
        (Some(named), _) => Storage::Text(named),
        (None, Some(name)) if TEXTS.contains(&name.value().to_lowercase().as_str()) => {
            Storage::Text(name.clone())
        }
        (None, _) => Storage::Type(type_name(&input.ident, sqlx, errors)),
    }
}

fn value(variant: &Variant, container: &Sqlx, errors: &mut Errors) -> Value {
    if !matches!(variant.fields, Fields::Unit) {
        errors.at(variant.fields.span(), "variants cannot have fields");
    }
    let sqlx = Sqlx::parse(&variant.attrs, errors);
    let mut args = Args::parse(&variant.attrs, "enumeration", errors);
    let renamed_from = args.text("renamed_from", errors);
    args.finish(errors);
    let name = Text { value: sqlx.name(&variant.ident.to_string(), container), span: variant.ident.span() };
    Value { ident: variant.ident.clone(), name, renamed_from }
}
