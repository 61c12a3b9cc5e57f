//! What is wrong with names.

use std::collections::HashSet;

use proc_macro2::Span;
use syn::LitStr;

use crate::errors::Errors;

/// The longest name that PostgreSQL keeps whole, in octets.
const LONGEST: usize = 63;

/// A name is kept as it is.
pub fn name(name: &str, span: Span, errors: &mut Errors) {
    if name.len() > LONGEST {
        errors
            .at(span, format_args!("PostgreSQL cuts a name after {LONGEST} octets; this has {}", name.len()));
    }
}

/// The names that were given.
pub fn names<'a>(given: impl IntoIterator<Item = &'a Option<LitStr>>, errors: &mut Errors) {
    for text in given.into_iter().flatten() {
        name(&text.value(), text.span(), errors);
    }
}

/// No two of them are the same; tells which is.
pub fn distinct<'a>(all: impl IntoIterator<Item = (&'a str, Span)>, what: &str, errors: &mut Errors) {
    let mut seen = HashSet::new();
    for (name, span) in all {
        if !seen.insert(name.to_owned()) {
            errors.at(span, format_args!("a second {what} `{name}`"));
        }
    }
}

/// A former name is neither the name now, nor another's, nor said twice.
pub fn renames<'a>(
    all: &(impl Iterator<Item = (&'a str, &'a Option<LitStr>)> + Clone),
    what: &str,
    errors: &mut Errors,
) {
    let mut seen = HashSet::new();
    for from in all.clone().filter_map(|(_, from)| from.as_ref()) {
        let old = from.value();
        if all.clone().any(|(name, _)| name == old) {
            errors.at(
                from.span(),
                format_args!("there still is a {what} `{old}`, so nothing was renamed from it"),
            );
        } else if !seen.insert(old.clone()) {
            errors.at(from.span(), format_args!("`{old}` was renamed to one {what} only"));
        }
    }
}
