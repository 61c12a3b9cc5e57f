//! Implements `#[derive(SqlType)]`.

use proc_macro2::TokenStream;
use syn::{Data, DataStruct, DeriveInput, Fields, Ident, Type, parse_quote};

use crate::{args::Args, attr::Sqlx, errors::Errors, expand};

/// Expands a newtype, or an enum that is stored as an integer.
pub fn derive(input: &DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let sqlx = Sqlx::parse(&input.attrs, &mut errors);
    let mut args = Args::parse(&input.attrs, "sql_type", &mut errors);
    let named = args.text("type", &mut errors);
    args.finish(&mut errors);
    let inner = match &input.data {
        Data::Struct(data) => errors.take(field(input, data, &sqlx)),
        Data::Enum(_) => errors.take(integer(input)),
        Data::Union(_) => errors.take(Err(syn::Error::new(input.ident.span(), "a union has no SQL type"))),
    };
    errors.finish()?;
    Ok(inner.map(|inner| expand::newtype(input, &inner, named.as_ref(), !sqlx.no_array)).unwrap_or_default())
}

/// The type of the only field of a `transparent` struct.
fn field(input: &DeriveInput, data: &DataStruct, sqlx: &Sqlx) -> syn::Result<Type> {
    let invalid = |message| Err(syn::Error::new(input.ident.span(), message));
    let mut fields = data.fields.iter();
    match (fields.next(), fields.next(), &data.fields) {
        (_, _, Fields::Unit) | (_, Some(_), _) | (None, ..) => {
            invalid("a newtype must have exactly one field")
        }
        _ if !sqlx.transparent => {
            invalid("add `#[sqlx(transparent)]`, so that sqlx encodes this struct as its field")
        }
        (Some(field), ..) => Ok(field.ty.clone()),
    }
}

/// The integer type that sqlx stores an enum as, from its `#[repr(…)]`.
fn integer(input: &DeriveInput) -> syn::Result<Type> {
    let invalid = |span, message| Err(syn::Error::new(span, message));
    let Some(repr) = input.attrs.iter().find(|attribute| attribute.path().is_ident("repr")) else {
        return invalid(
            input.ident.span(),
            "derive `Enum` instead, or add `#[repr(i16)]`, `i32` or `i64` to store an integer",
        );
    };
    let integer: Ident = repr.parse_args()?;
    match integer.to_string().as_str() {
        "i16" | "i32" | "i64" => Ok(parse_quote!(#integer)),
        _ => invalid(integer.span(), "PostgreSQL has no such integer type: use `i16`, `i32` or `i64`"),
    }
}
