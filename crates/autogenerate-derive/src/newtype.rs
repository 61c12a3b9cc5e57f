//! `#[derive(SqlType)]`, whose tree is but a type.

use proc_macro2::TokenStream;
use syn::{Data, DataStruct, DeriveInput, Fields, Ident, Type, parse_quote};

use crate::{args::Args, attr::Sqlx, errors::Errors, expand};

/// A newtype, or an enum that is a number.
pub fn derive(input: &DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let sqlx = Sqlx::of(&input.attrs, &mut errors);
    let mut args = Args::of(&input.attrs, "sql_type", &mut errors);
    let named = args.text("type", &mut errors);
    args.finish(&mut errors);
    let inner = match &input.data {
        Data::Struct(data) => errors.take(field(input, data, &sqlx)),
        Data::Enum(_) => errors.take(number(input)),
        Data::Union(_) => errors.take(Err(syn::Error::new(input.ident.span(), "a union has no SQL type"))),
    };
    errors.finish()?;
    Ok(inner.map(|inner| expand::newtype(input, &inner, named.as_ref(), !sqlx.no_array)).unwrap_or_default())
}

/// The one field of a struct that sqlx looks through.
fn field(input: &DeriveInput, data: &DataStruct, sqlx: &Sqlx) -> syn::Result<Type> {
    let wrong = |message| Err(syn::Error::new(input.ident.span(), message));
    let mut fields = data.fields.iter();
    match (fields.next(), fields.next(), &data.fields) {
        (_, _, Fields::Unit) | (_, Some(_), _) | (None, ..) => {
            wrong("a newtype has one field: only its SQL type is known, not that of several")
        }
        _ if !sqlx.transparent => {
            wrong("say `#[sqlx(transparent)]`, so that sqlx, too, takes this for its field")
        }
        (Some(field), ..) => Ok(field.ty.clone()),
    }
}

/// The integer that an enum is to sqlx, by its `#[repr(…)]`.
fn number(input: &DeriveInput) -> syn::Result<Type> {
    let wrong = |span, message| Err(syn::Error::new(span, message));
    let Some(repr) = input.attrs.iter().find(|attribute| attribute.path().is_ident("repr")) else {
        return wrong(
            input.ident.span(),
            "derive `Enum` for an enum; only one with `#[repr(i16)]`, `i32` or `i64` is a number",
        );
    };
    let integer: Ident = repr.parse_args()?;
    match integer.to_string().as_str() {
        "i16" | "i32" | "i64" => Ok(parse_quote!(#integer)),
        _ => wrong(
            integer.span(),
            "PostgreSQL has no such number: `i16`, `i32` and `i64` are kept as smallint, integer and bigint",
        ),
    }
}
