//! Parses the `#[sqlx(…)]` attributes that decide names and types. sqlx's own derive validates the
//! others.

use heck::{ToKebabCase, ToLowerCamelCase, ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Span, TokenStream};
use syn::{Attribute, Expr, Ident, LitStr, Token, Type, meta::ParseNestedMeta, parenthesized, token};

use crate::errors::Errors;

/// The `#[sqlx(…)]` attributes of a struct, an enum, a field or a variant.
#[derive(Default)]
pub struct Sqlx {
    /// `transparent`.
    pub transparent: bool,
    /// `no_pg_array`.
    pub no_array: bool,
    /// `type_name = "…"`.
    pub type_name: Option<LitStr>,
    /// `rename = "…"`.
    rename: Option<LitStr>,
    /// `rename_all = "…"`.
    rename_all: Option<LitStr>,
    /// `skip`.
    pub skip: bool,
    /// `flatten`.
    pub flatten: Option<Span>,
    /// `json`; `true` for `json(nullable)`.
    pub json: Option<bool>,
    /// `try_from = "…"`.
    pub try_from: Option<Type>,
}

impl Sqlx {
    /// Parses and merges all `#[sqlx(…)]` attributes.
    pub fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut this = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("sqlx")) {
            errors.take(attribute.parse_nested_meta(|meta| this.parse_argument(&meta)));
        }
        this
    }

    fn parse_argument(&mut self, meta: &ParseNestedMeta) -> syn::Result<()> {
        let name = meta.path.get_ident().map(Ident::to_string).unwrap_or_default();
        match name.as_str() {
            "transparent" => self.transparent = true,
            "no_pg_array" => self.no_array = true,
            "type_name" => self.type_name = Some(meta.value()?.parse()?),
            "rename" => self.rename = Some(meta.value()?.parse()?),
            "rename_all" => self.rename_all = Some(meta.value()?.parse()?),
            "skip" => self.skip = true,
            "flatten" => self.flatten = Some(meta.path.get_ident().map_or_else(Span::call_site, Ident::span)),
            "try_from" => self.try_from = Some(meta.value()?.parse::<LitStr>()?.parse()?),
            "json" => {
                self.json = Some(meta.input.peek(token::Paren));
                skip(meta)?;
            }
            _ => skip(meta)?,
        }
        Ok(())
    }

    /// Applies `rename`, or the container's `rename_all`, to a field or variant name.
    pub fn name(&self, ident: &str, container: &Sqlx) -> String {
        match (&self.rename, &container.rename_all) {
            (Some(name), _) => name.value(),
            (None, Some(rule)) => rename(ident, &rule.value()),
            (None, None) => ident.to_owned(),
        }
    }
}

/// Skips a value.
fn skip(meta: &ParseNestedMeta) -> syn::Result<()> {
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<Expr>()?;
    } else if meta.input.peek(token::Paren) {
        let content;
        parenthesized!(content in meta.input);
        content.parse::<TokenStream>()?;
    }
    Ok(())
}

/// Applies a `rename_all` rule. sqlx's derive reports unknown rules.
fn rename(name: &str, rule: &str) -> String {
    match rule {
        "lowercase" => name.to_lowercase(),
        "snake_case" => name.to_snake_case(),
        "UPPERCASE" => name.to_uppercase(),
        "SCREAMING_SNAKE_CASE" => name.to_shouty_snake_case(),
        "kebab-case" => name.to_kebab_case(),
        "camelCase" => name.to_lower_camel_case(),
        "PascalCase" => name.to_upper_camel_case(),
        _ => name.to_owned(),
    }
}
