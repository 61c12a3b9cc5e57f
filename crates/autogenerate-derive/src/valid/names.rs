//! Validates names.

use std::collections::HashSet;

use proc_macro2::Span;
use syn::LitStr;

use crate::errors::Errors;

/// The longest name that PostgreSQL does not truncate, in bytes.
const LONGEST: usize = 63;

/// Rejects a name that PostgreSQL would truncate.
pub fn name(name: &str, span: Span, errors: &mut Errors) {
    if name.len() > LONGEST {
        errors.at(
            span,
            format_args!("PostgreSQL truncates names to {LONGEST} bytes; this one has {}", name.len()),
        );
    }
}

/// Checks each name that is given.
pub fn names<'a>(given: impl IntoIterator<Item = &'a Option<LitStr>>, errors: &mut Errors) {
    for text in given.into_iter().flatten() {
        name(&text.value(), text.span(), errors);
    }
}

/// Rejects duplicates; `what` names the kind of object in the message.
pub fn distinct<'a>(all: impl IntoIterator<Item = (&'a str, Span)>, what: &str, errors: &mut Errors) {
    let mut seen = HashSet::new();
    for (name, span) in all {
        if !seen.insert(name.to_owned()) {
            errors.at(span, format_args!("duplicate {what} `{name}`"));
        }
    }
}

/// Rejects a former name that is still in use or is given twice.
pub fn renames<'a>(
    all: &(impl Iterator<Item = (&'a str, &'a Option<LitStr>)> + Clone),
    what: &str,
    errors: &mut Errors,
) {
    let mut seen = HashSet::new();
    for from in all.clone().filter_map(|(_, from)| from.as_ref()) {
        let old = from.value();
        if all.clone().any(|(name, _)| name == old) {
            errors
                .at(from.span(), format_args!("{what} `{old}` still exists, so it cannot be a former name"));
        } else if !seen.insert(old.clone()) {
            errors.at(from.span(), format_args!("`{old}` is already the former name of another {what}"));
        }
    }
}
