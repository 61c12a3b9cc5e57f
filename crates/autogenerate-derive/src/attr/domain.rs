//! Parses `#[domain(…)]`.

use heck::ToSnakeCase;
use syn::{Data, DeriveInput, Field, Fields};

use super::{constraints::check, sqlx::Sqlx, type_name::type_name};
use crate::{
    args::Args,
    ast::{Domain, Text, TypeName},
    errors::Errors,
    text::{explicit_comment, summary},
};

/// Parses a newtype.
pub fn domain(input: &DeriveInput, errors: &mut Errors) -> Option<Domain> {
    let field = only_field(input, errors);
    if let Some(parameter) = input.generics.params.first() {
        errors.at(syn::spanned::Spanned::span(parameter), "a domain cannot have generic parameters");
    }
    let sqlx = Sqlx::parse(&input.attrs, errors);
    if field.is_some() && !sqlx.transparent && sqlx.type_name.is_none() {
        errors.at(
            input.ident.span(),
            "add `#[sqlx(transparent)]`: PostgreSQL returns the values of a domain as those of its base type",
        );
    }
    let mut args = Args::parse(&input.attrs, "domain", errors);
    let (given, schema) = (args.text("name", errors), args.text("schema", errors));
    let name = match (given, &sqlx.type_name) {
        (None, Some(_)) => type_name(&input.ident, &sqlx, errors),
        (Some(name), None) => {
            TypeName { schema: None, name: Text { value: name.value(), span: name.span() } }
        }
        (Some(name), Some(_)) => {
            errors.at(name.span(), "`type_name` of sqlx already names the domain");
            return None;
        }
        (None, None) => {
            let value = input.ident.to_string().to_snake_case();
            TypeName { schema: None, name: Text { value, span: input.ident.span() } }
        }
    };
    let name = TypeName { schema: schema.map(|schema| schema.value()).or(name.schema), ..name };
    let comment = args.maybe_empty_text("comment", errors);
    let domain = |field: &Field| Domain {
        ident: input.ident.clone(),
        name,
        renamed_from: args.text("renamed_from", errors),
        inner: field.ty.clone(),
        named: args.text("type", errors),
        collation: args.text("collation", errors),
        default: args.text("default", errors),
        not_null: args.flag("not_null", errors).is_some(),
        checks: args.lists("check").into_iter().filter_map(|args| check(args, errors)).collect(),
        array: !sqlx.no_array,
        comment: comment.as_ref().map_or_else(|| summary(&input.attrs), explicit_comment),
    };
    let domain = field.map(domain);
    if domain.is_some() {
        args.finish(errors);
    }
    domain
}

/// The field of a newtype.
fn only_field<'i>(input: &'i DeriveInput, errors: &mut Errors) -> Option<&'i Field> {
    let fields = match &input.data {
        Data::Struct(data) => &data.fields,
        Data::Enum(_) | Data::Union(_) => &Fields::Unit,
    };
    let mut all = fields.iter();
    if let (Some(field), None) = (all.next(), all.next()) {
        return Some(field);
    }
    errors.at(input.ident.span(), "`Domain` can only be derived for a newtype: its field is the base type");
    None
}
