//! Hints of renames that cannot be true.

use std::collections::HashMap;

use super::{enumeration::EnumStorage, error::MetadataError, metadata::Metadata, location::Place};
use crate::schema::Name;

/// Whether every former name is out of use, and said once.
pub(super) fn check(metadata: &Metadata) -> Result<(), MetadataError> {
    let tables =
        metadata.tables.iter().map(|table| (metadata.table_name(table), table.renamed_from, table.place));
    names(tables)?;
    let mut enums: Vec<_> = metadata.enums().collect();
    enums.sort_by(|(one, _), (other, _)| one.cmp(other));
    enums.dedup_by(|(one, _), (other, _)| one == other);
    names(enums.iter().map(|(name, model)| {
        let from = match model.storage {
            EnumStorage::Type { renamed_from, .. } => renamed_from,
            EnumStorage::Text => None,
        };
        (name.clone(), from, model.place)
    }))?;
    for table in &metadata.tables {
        let columns = table.columns.iter().map(|one| (Name::local(one.name), one.renamed_from, one.place));
        names(columns)?;
    }
    for (_, model) in enums {
        names(model.values.iter().map(|value| (Name::local(value.name), value.renamed_from, value.place)))?;
    }
    Ok(())
}

/// Names that have to be different from one another, each with its former name.
fn names(
    all: impl Iterator<Item = (Name, Option<&'static str>, Place)> + Clone,
) -> Result<(), MetadataError> {
    let current: HashMap<Name, Place> = all.clone().map(|(name, _, place)| (name, place)).collect();
    let mut former: HashMap<Name, Place> = HashMap::new();
    for (name, from, place) in all {
        let Some(from) = from else { continue };
        let old = name.sibling(from);
        let still = current.get(&old).map(|&other| (other, "which has that name now"));
        let twice = former.insert(old, place).map(|other| (other, "which says the same"));
        if let Some((other, why)) = still.or(twice) {
            return Err(MetadataError::Rename { place, from: from.to_owned(), other, why });
        }
    }
    Ok(())
}
