//! Parses `#[composite(…)]`.

use syn::{Data, DeriveInput, Field, Fields, ext::IdentExt, spanned::Spanned};

use super::{sqlx::Sqlx, type_name::type_name};
use crate::{
    args::Args,
    ast::{Attribute, Composite, Text},
    errors::Errors,
    text::{explicit_comment, summary},
};

/// Parses a struct.
pub fn composite(input: &DeriveInput, errors: &mut Errors) -> Option<Composite> {
    let Data::Struct(syn::DataStruct { fields: Fields::Named(fields), .. }) = &input.data else {
        errors.at(
            input.ident.span(),
            "`Composite` can only be derived for a struct with named fields: they are the attributes",
        );
        return None;
    };
    if let Some(parameter) = input.generics.params.first() {
        errors.at(parameter.span(), "a composite type cannot have generic parameters");
    }
    let sqlx = Sqlx::parse(&input.attrs, errors);
    if sqlx.transparent {
        errors.at(
            input.ident.span(),
            "sqlx encodes a transparent struct as its field: derive `SqlType` or `Domain` instead",
        );
    }
    let mut args = Args::parse(&input.attrs, "composite", errors);
    let renamed_from = args.text("renamed_from", errors);
    let comment = args.maybe_empty_text("comment", errors);
    args.finish(errors);
    Some(Composite {
        ident: input.ident.clone(),
        name: type_name(&input.ident, &sqlx, errors),
        renamed_from,
        attributes: fields.named.iter().filter_map(|field| attribute(field, &sqlx, errors)).collect(),
        array: !sqlx.no_array,
        comment: comment.as_ref().map_or_else(|| summary(&input.attrs), explicit_comment),
    })
}

fn attribute(field: &Field, container: &Sqlx, errors: &mut Errors) -> Option<Attribute> {
    let ident = field.ident.as_ref()?;
    let sqlx = Sqlx::parse(&field.attrs, errors);
    let mut args = Args::parse(&field.attrs, "composite", errors);
    let name = args.text("name", errors);
    let (named, collation) = (args.text("type", errors), args.text("collation", errors));
    let comment = args.maybe_empty_text("comment", errors);
    args.finish(errors);
    Some(Attribute {
        name: Text {
            // sqlx encodes attributes by their order, and has no `rename` for them.
            value: name.map_or_else(|| sqlx.name(&ident.unraw().to_string(), container), |name| name.value()),
            span: ident.span(),
        },
        rust: field.ty.clone(),
        named,
        collation,
        comment: comment.as_ref().map_or_else(|| summary(&field.attrs), explicit_comment),
    })
}
