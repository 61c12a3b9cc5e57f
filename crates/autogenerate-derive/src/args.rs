//! The arguments of an attribute: `flag`, `name = value`, `name(arguments)` and unnamed strings.
//!
//! The parser takes arguments by name. Whatever is left at the end is unknown; the names asked for
//! until then are the ones that the message suggests.

use proc_macro2::Span;
use syn::{
    Attribute, Expr, ExprLit, Ident, Lit, LitBool, LitStr, Result, Token,
    ext::IdentExt,
    parenthesized,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
    spanned::Spanned,
    token,
};

use crate::errors::Errors;

/// The arguments that have not been taken yet.
pub struct Args {
    /// What these are the arguments of, for messages.
    owner: String,
    /// The span of the owner.
    pub span: Span,
    entries: Vec<Entry>,
    known: Vec<&'static str>,
}

/// An argument.
struct Entry {
    name: Option<Ident>,
    value: Value,
}

enum Value {
    Flag,
    Expr(Expr),
    List(Vec<Entry>),
}

impl Parse for Entry {
    fn parse(input: ParseStream) -> Result<Self> {
        if !input.peek(Ident::peek_any) {
            return Ok(Self { name: None, value: Value::Expr(input.parse()?) });
        }
        let name = Some(input.call(Ident::parse_any)?);
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Value::Expr(input.parse()?)
        } else if input.peek(token::Paren) {
            let content;
            parenthesized!(content in input);
            Value::List(entries(&content)?)
        } else {
            Value::Flag
        };
        Ok(Self { name, value })
    }
}

fn entries(input: ParseStream) -> Result<Vec<Entry>> {
    Ok(Punctuated::<Entry, Token![,]>::parse_terminated(input)?.into_iter().collect())
}

impl Args {
    /// Parses the arguments of all attributes with this name.
    pub fn parse(attributes: &[Attribute], name: &'static str, errors: &mut Errors) -> Self {
        let mut args =
            Self {
                owner: format!("#[{name}(…)]"), span: Span::call_site(), entries: vec![], known: vec![]
            };
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(name)) {
            args.span = attribute.path().span();
            args.entries.extend(errors.take(attribute.parse_args_with(entries)).into_iter().flatten());
        }
        args
    }

    /// Whether all arguments have been taken.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Takes `name`, and returns its span.
    pub fn flag(&mut self, name: &'static str, errors: &mut Errors) -> Option<Span> {
        let entry = self.take_once(name, errors)?;
        let span = entry.span();
        if !matches!(entry.value, Value::Flag) {
            errors.at(span, format_args!("`{name}` takes no value"));
        }
        Some(span)
    }

    /// Takes `name`, `name = true` or `name = false`.
    pub fn switch(&mut self, name: &'static str, errors: &mut Errors) -> Option<(bool, Span)> {
        let entry = self.take_once(name, errors)?;
        let span = entry.span();
        match entry.value {
            Value::Flag => Some((true, span)),
            Value::Expr(Expr::Lit(ExprLit { lit: Lit::Bool(LitBool { value, .. }), .. })) => {
                Some((value, span))
            }
            _ => {
                errors.at(span, format_args!("`{name}` takes `true`, `false` or no value"));
                None
            }
        }
    }

    /// Takes `name = "text"`.
    pub fn text(&mut self, name: &'static str, errors: &mut Errors) -> Option<LitStr> {
        let entry = self.take_once(name, errors)?;
        errors.take(entry.text()).filter(|text| check_not_empty(&format!("`{name}`"), text, errors))
    }

    /// Takes `name = "text"`, which may be empty.
    pub fn maybe_empty_text(&mut self, name: &'static str, errors: &mut Errors) -> Option<LitStr> {
        let entry = self.take_once(name, errors)?;
        errors.take(entry.text())
    }

    /// Takes `name` or `name = "text"`, and returns its span and the text.
    pub fn flag_or_text(
        &mut self,
        name: &'static str,
        errors: &mut Errors,
    ) -> Option<(Span, Option<LitStr>)> {
        let entry = self.take_once(name, errors)?;
        let span = entry.span();
        match entry.value {
            Value::Flag => Some((span, None)),
            _ => errors.take(entry.text()).map(|text| (span, Some(text))),
        }
    }

    /// Takes `name = ["text", "text"]`, or one string without brackets.
    pub fn texts(&mut self, name: &'static str, errors: &mut Errors) -> Vec<LitStr> {
        let Some(entry) = self.take_once(name, errors) else { return vec![] };
        let texts = match entry.value {
            Value::Expr(Expr::Array(array)) => {
                array.elems.into_iter().map(|element| literal(name, element)).collect()
            }
            _ => vec![entry.text()],
        };
        let texts: Vec<LitStr> = texts.into_iter().filter_map(|text| errors.take(text)).collect();
        texts.into_iter().filter(|text| check_not_empty(&format!("`{name}`"), text, errors)).collect()
    }

    /// Takes every `name(arguments)`; `name` has no arguments, and `name = "text"` has one unnamed
    /// string.
    pub fn lists(&mut self, name: &'static str) -> Vec<Args> {
        let mut lists = vec![];
        while let Some(entry) = self.take(name) {
            let span = entry.span();
            let entries = match entry.value {
                Value::Flag => vec![],
                Value::List(entries) => entries,
                value @ Value::Expr(_) => vec![Entry { name: None, value }],
            };
            lists.push(Args { owner: format!("`{name}`"), span, entries, known: vec![] });
        }
        lists
    }

    /// Takes a required unnamed string.
    pub fn unnamed(&mut self, what: &'static str, errors: &mut Errors) -> Option<LitStr> {
        let at = self.entries.iter().position(|entry| entry.name.is_none());
        let Some(at) = at else {
            errors.at(self.span, format_args!("{} needs {what}", self.owner));
            return None;
        };
        let entry = self.entries.remove(at);
        errors.take(entry.text()).filter(|text| check_not_empty(&self.owner, text, errors))
    }

    /// Takes a required `name = "text"`.
    pub fn required(&mut self, name: &'static str, errors: &mut Errors) -> Option<LitStr> {
        if !self.has(name) {
            errors.at(self.span, format_args!("{} needs `{name} = \"…\"`", self.owner));
        }
        self.text(name, errors)
    }

    /// Takes a required `name = ["text", "text"]`.
    pub fn required_list(&mut self, name: &'static str, errors: &mut Errors) -> Vec<LitStr> {
        let given = self.has(name);
        let texts = self.texts(name, errors);
        if !given {
            errors.at(self.span, format_args!("{} needs `{name} = [\"…\"]`", self.owner));
        }
        texts
    }

    /// Rejects the arguments that are left.
    pub fn finish(self, errors: &mut Errors) {
        let known: Vec<String> = self.known.iter().map(|name| format!("`{name}`")).collect();
        for entry in &self.entries {
            let message = match &entry.name {
                Some(name) => {
                    format!("unknown argument `{name}` in {}; expected {}", self.owner, known.join(", "))
                }
                None => format!("unexpected unnamed string in {}; expected {}", self.owner, known.join(", ")),
            };
            errors.at(entry.span(), message);
        }
    }

    fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.is(name))
    }

    fn take(&mut self, name: &'static str) -> Option<Entry> {
        if !self.known.contains(&name) {
            self.known.push(name);
        }
        self.entries.iter().position(|entry| entry.is(name)).map(|at| self.entries.remove(at))
    }

    fn take_once(&mut self, name: &'static str, errors: &mut Errors) -> Option<Entry> {
        let first = self.take(name)?;
        while let Some(again) = self.take(name) {
            errors.at(again.span(), format_args!("`{name}` is given twice"));
        }
        Some(first)
    }
}

impl Entry {
    fn is(&self, name: &str) -> bool {
        self.name.as_ref().is_some_and(|own| own == name)
    }

    fn span(&self) -> Span {
        match (&self.name, &self.value) {
            (Some(name), _) => name.span(),
            (None, Value::Expr(expr)) => expr.span(),
            (None, _) => Span::call_site(),
        }
    }

    /// Returns the string literal after `=`.
    fn text(self) -> Result<LitStr> {
        let span = self.span();
        let name = self.name.map_or_else(|| "this".to_owned(), |name| format!("`{name}`"));
        match self.value {
            Value::Expr(expr) => literal(&name, expr),
            _ => Err(syn::Error::new(span, format_args!("{name} needs a string: `= \"…\"`"))),
        }
    }
}

fn literal(name: &str, expr: Expr) -> Result<LitStr> {
    match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Ok(text),
        other => Err(syn::Error::new(other.span(), format_args!("{name} must be a string literal"))),
    }
}

/// Rejects an empty string.
fn check_not_empty(name: &str, text: &LitStr, errors: &mut Errors) -> bool {
    let filled = !text.value().trim().is_empty();
    if !filled {
        errors.at(text.span(), format_args!("{name} cannot be empty"));
    }
    filled
}
