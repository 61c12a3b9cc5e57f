//! `#[enumeration(…)]`.

use syn::{Data, DeriveInput, Fields, LitStr, Variant, spanned::Spanned};

use super::sqlx::Sqlx;
use crate::{
    args::Args,
    ast::{Enum, Storage, Text, Value},
    errors::Errors,
    text::{given, qualified, summary},
};

/// What sqlx may be told to keep an enum as, without a type of its own.
const TEXTS: [&str; 6] = ["text", "varchar", "character varying", "char", "bpchar", "citext"];

/// The tree of an enum.
pub fn enumeration(input: &DeriveInput, errors: &mut Errors) -> Option<Enum> {
    let Data::Enum(data) = &input.data else {
        errors
            .at(input.ident.span(), "only an enum has values: derive `SqlType` for a struct with one field");
        return None;
    };
    if let Some(repr) = input.attrs.iter().find(|attribute| attribute.path().is_ident("repr")) {
        errors.at(repr.span(), "an enum with a `repr` is a number to sqlx: derive `SqlType` for it");
    }
    if let Some(parameter) = input.generics.params.first() {
        errors.at(parameter.span(), "an enum without fields has no generic parameters");
    }
    let sqlx = Sqlx::of(&input.attrs, errors);
    let mut args = Args::of(&input.attrs, "enumeration", errors);
    let storage = storage(input, &sqlx, args.text("type", errors), errors);
    let renamed_from = args.text("renamed_from", errors);
    let comment = args.text_or_none("comment", errors);
    args.finish(errors);
    let values = data.variants.iter().map(|variant| value(variant, &sqlx, errors)).collect();
    let comment = comment.as_ref().map_or_else(|| summary(&input.attrs), given);
    Some(Enum { ident: input.ident.clone(), storage, renamed_from, values, comment })
}

fn storage(input: &DeriveInput, sqlx: &Sqlx, named: Option<LitStr>, errors: &mut Errors) -> Storage {
    let ident = &input.ident;
    match (named, &sqlx.type_name) {
        (Some(named), _) => Storage::Text(named),
        (None, Some(name)) if TEXTS.contains(&name.value().to_lowercase().as_str()) => {
            Storage::Text(name.clone())
        }
        (None, Some(name)) => {
            let mut path = qualified(&name.value()).unwrap_or_else(|| {
                errors.at(name.span(), "`type_name` has to be the name of a type, or a schema and a name");
                vec![]
            });
            let value = path.pop().unwrap_or_default();
            Storage::Type { schema: path.pop(), name: Text { value, span: name.span() } }
        }
        // sqlx asks PostgreSQL for a type of the enum's name without quotes.
        (None, None) => Storage::Type {
            schema: None,
            name: Text { value: ident.to_string().to_lowercase(), span: ident.span() },
        },
    }
}

fn value(variant: &Variant, container: &Sqlx, errors: &mut Errors) -> Value {
    if !matches!(variant.fields, Fields::Unit) {
        errors.at(variant.fields.span(), "a value of an enum has no fields");
    }
    let sqlx = Sqlx::of(&variant.attrs, errors);
    let mut args = Args::of(&variant.attrs, "enumeration", errors);
    let renamed_from = args.text("renamed_from", errors);
    args.finish(errors);
    let name = Text { value: sqlx.name(&variant.ident.to_string(), container), span: variant.ident.span() };
    Value { ident: variant.ident.clone(), name, renamed_from }
}
