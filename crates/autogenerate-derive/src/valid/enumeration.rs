//! Validates enums.

use super::names::{distinct, name, renames};
use crate::{
    ast::{Enum, Storage, TypeName},
    errors::Errors,
};

/// Reports every error in an enum.
pub fn enumeration(item: &Enum, errors: &mut Errors) {
    if item.values.is_empty() {
        errors.at(item.ident.span(), "an enum needs at least one variant");
    }
    distinct(item.values.iter().map(|value| (value.name.value.as_str(), value.name.span)), "value", errors);
    match &item.storage {
        Storage::Type(TypeName { name: kind, .. }) => {
            name(&kind.value, kind.span, errors);
            for value in &item.values {
                name(&value.name.value, value.name.span, errors);
            }
            renames(
                &item.values.iter().map(|value| (value.name.value.as_str(), &value.renamed_from)),
                "value",
                errors,
            );
            renames(&[(kind.value.as_str(), &item.renamed_from)].into_iter(), "type", errors);
        }
        Storage::Text(_) => {
            let hints = item.values.iter().filter_map(|value| value.renamed_from.as_ref());
            for hint in hints.chain(&item.renamed_from) {
                errors.at(
                    hint.span(),
                    "values stored as text are data: rename them with an UPDATE in a hand-written revision",
                );
            }
        }
    }
}
