//! Validates domains and composite types.

use super::names::{distinct, name, names, renames};
use crate::{
    ast::{Composite, Domain, TypeName},
    errors::Errors,
};

/// Reports every error in a domain.
pub fn domain(item: &Domain, errors: &mut Errors) {
    type_name(&item.name, errors);
    renames(&[(item.name.name.value.as_str(), &item.renamed_from)].into_iter(), "type", errors);
    let given: Vec<_> = item.checks.iter().map(|check| &check.name).collect();
    names(given.iter().copied(), errors);
    let given: Vec<_> = given.into_iter().flatten().map(|text| (text.value(), text.span())).collect();
    distinct(given.iter().map(|(name, span)| (name.as_str(), *span)), "constraint", errors);
    for check in &item.checks {
        if !check.expression.value().to_lowercase().contains("value") {
            errors
                .at(check.expression.span(), "the check of a domain is about `VALUE`, such as `VALUE <> ''`");
        }
        if let Some(comment) = &check.comment {
            errors.at(comment.span(), "the check of a domain cannot have a comment here");
        }
    }
}

/// Reports every error in a composite type.
pub fn composite(item: &Composite, errors: &mut Errors) {
    type_name(&item.name, errors);
    renames(&[(item.name.name.value.as_str(), &item.renamed_from)].into_iter(), "type", errors);
    if item.attributes.is_empty() {
        errors.at(item.ident.span(), "a composite type needs at least one attribute");
    }
    for attribute in &item.attributes {
        name(&attribute.name.value, attribute.name.span, errors);
    }
    distinct(item.attributes.iter().map(|one| (one.name.value.as_str(), one.name.span)), "attribute", errors);
}

fn type_name(item: &TypeName, errors: &mut Errors) {
    name(&item.name.value, item.name.span, errors);
}
