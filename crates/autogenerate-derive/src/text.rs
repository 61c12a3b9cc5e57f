//! Parses the contents of strings: doc comments, names and the beginning of SQL fragments.

use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, MetaNameValue, Result};

/// The first paragraph of a doc comment, its lines joined with spaces.
pub fn summary(attributes: &[Attribute]) -> Option<String> {
    let mut words: Vec<String> = vec![];
    for text in attributes.iter().filter_map(documentation) {
        for line in text.lines().map(str::trim).chain(text.is_empty().then_some("")) {
            let ends = line.is_empty() || line.starts_with("# ") || line.starts_with("```");
            if ends && words.is_empty() {
                continue;
            }
            if ends {
                return Some(words.join(" "));
            }
            words.push(line.to_owned());
        }
    }
    (!words.is_empty()).then(|| words.join(" "))
}

/// The text of a `///`; `None` for `#[doc = include_str!(…)]` and `#[doc(hidden)]`.
fn documentation(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(MetaNameValue {
        path, value: Expr::Lit(ExprLit { lit: Lit::Str(text), .. }), ..
    }) = &attribute.meta
    else {
        return None;
    };
    path.is_ident("doc").then(|| text.value())
}

/// The column that an index element begins with; `None` if it begins with an expression.
pub fn leading_name(element: &str) -> Option<String> {
    let element = element.trim();
    let (name, rest) = if let Some(quoted) = element.strip_prefix('"') {
        quoted.split_once('"').map(|(name, rest)| (name.to_owned(), rest))?
    } else {
        let end =
            element.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$'))).unwrap_or(element.len());
        (element[..end].to_owned(), &element[end..])
    };
    let expression = name.is_empty() || rest.trim_start().starts_with(['(', '.']);
    (!expression).then_some(name)
}

/// A parsed `table(column, column)`, `schema.table(column)` or `table`; each name may be quoted.
pub struct Reference {
    /// The schema, if it is named.
    pub schema: Option<String>,
    /// The table.
    pub table: String,
    /// The columns, if they are named.
    pub columns: Vec<String>,
}

impl Reference {
    /// Parses a reference.
    pub fn parse(text: &LitStr) -> Result<Self> {
        let value = text.value();
        let invalid = || {
            syn::Error::new(
                text.span(),
                "reference must be `table`, `table(column, …)` or `schema.table(column, …)`",
            )
        };
        let (table, columns) = match value.trim().split_once('(') {
            Some((table, rest)) => (table, Some(rest.strip_suffix(')').ok_or_else(invalid)?)),
            None => (value.trim(), None),
        };
        let mut path = qualified(table).ok_or_else(invalid)?;
        let columns = columns.map_or(Some(vec![]), |columns| columns.split(',').map(identifier).collect());
        let table = path.pop().ok_or_else(invalid)?;
        Ok(Self { schema: path.pop(), table, columns: columns.ok_or_else(invalid)? })
    }
}

/// Splits a name that may be qualified by a schema.
pub fn qualified(text: &str) -> Option<Vec<String>> {
    let names: Vec<String> = text.split('.').map(identifier).collect::<Option<_>>()?;
    (names.len() <= 2).then_some(names)
}

/// Folds a name to lower case as PostgreSQL does, unless it is quoted.
fn identifier(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(quoted) = text.strip_prefix('"') {
        return quoted
            .strip_suffix('"')
            .filter(|name| !name.is_empty())
            .map(|name| name.replace("\"\"", "\""));
    }
    let begins = |c: char| c.is_alphabetic() || c == '_';
    let goes_on = |c: char| begins(c) || c.is_numeric() || c == '$';
    (text.starts_with(begins) && text.chars().all(goes_on)).then(|| text.to_lowercase())
}

/// The value of an explicit `comment = "…"`; `None` if it is empty.
pub fn explicit_comment(comment: &LitStr) -> Option<String> {
    Some(comment.value()).filter(|comment| !comment.is_empty())
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;
    use syn::parse_quote;

    use super::*;

    #[test]
    fn a_comment_is_the_first_paragraph_in_one_line() {
        let item: syn::ItemStruct = parse_quote! {
            ///
            /// A thing worth
            ///   keeping track of.
            ///
            /// And more of it.
            #[doc(hidden)]
            struct Item;
        };
        assert_eq!(summary(&item.attrs).as_deref(), Some("A thing worth keeping track of."));
        let item: syn::ItemStruct = parse_quote! {
            /// One line.
            /// # Examples
            struct Item;
        };
        assert_eq!(summary(&item.attrs).as_deref(), Some("One line."));
        let item: syn::ItemStruct = parse_quote!(
            #[doc(hidden)]
            struct Item;
        );
        assert_eq!(summary(&item.attrs), None);
    }

    #[test]
    fn an_element_begins_with_a_column_or_an_expression() {
        for (element, name) in [
            ("created_at DESC", Some("created_at")),
            (" \"Name\" text_ops", Some("Name")),
            ("lower(name)", None),
            ("pg_catalog.lower(name)", None),
            ("(a || b)", None),
        ] {
            assert_eq!(leading_name(element).as_deref(), name);
        }
    }

    #[test]
    fn a_reference_names_a_table_and_perhaps_columns() {
        let parse = |text: &str| {
            Reference::parse(&LitStr::new(text, Span::call_site()))
                .map(|one| (one.schema, one.table, one.columns))
        };
        assert_eq!(parse("Items").unwrap(), (None, "items".to_owned(), vec![]));
        let columns = vec!["a".to_owned(), "B".to_owned()];
        assert_eq!(
            parse("billing.items(a, \"B\")").unwrap(),
            (Some("billing".to_owned()), "items".to_owned(), columns)
        );
        for text in ["", "items(", "items()", "a.b.c", "items(a) x", "it ems"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
