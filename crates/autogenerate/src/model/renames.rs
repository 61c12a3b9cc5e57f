//! Rejects contradictory rename hints.

use std::collections::{BTreeMap, HashMap};

use super::{enumeration::EnumStorage, error::MetadataError, location::Location, metadata::Metadata};
use crate::schema::Name;

/// Rejects a former name that is still in use or is given twice.
pub(super) fn check(metadata: &Metadata) -> Result<(), MetadataError> {
    let tables =
        metadata.tables.iter().map(|table| (metadata.table_name(table), table.renamed_from, table.location));
    check_names(tables)?;
    let mut enums: Vec<_> = metadata.enums().collect();
    enums.sort_by(|(one, _), (other, _)| one.cmp(other));
    enums.dedup_by(|(one, _), (other, _)| one == other);
    check_names(enums.iter().map(|(name, model)| {
        let from = match model.storage {
            EnumStorage::Type { renamed_from, .. } => renamed_from,
            EnumStorage::Text => None,
        };
        (name.clone(), from, model.location)
    }))?;
    let definitions: BTreeMap<_, _> =
        metadata.definitions().map(|model| (metadata.definition_name(model), model)).collect();
    check_names(
        definitions.iter().map(|(name, model)| (name.clone(), model.renamed_from(), model.location())),
    )?;
    for table in &metadata.tables {
        let columns = table.columns.iter().map(|one| (Name::local(one.name), one.renamed_from, one.location));
        check_names(columns)?;
    }
    for (_, model) in enums {
        check_names(
            model.values.iter().map(|value| (Name::local(value.name), value.renamed_from, value.location)),
        )?;
    }
    Ok(())
}

/// Checks a set of unique names, each with its former name.
fn check_names(
    all: impl Iterator<Item = (Name, Option<&'static str>, Location)> + Clone,
) -> Result<(), MetadataError> {
    let current: HashMap<Name, Location> = all.clone().map(|(name, _, location)| (name, location)).collect();
    let mut former: HashMap<Name, Location> = HashMap::new();
    for (name, from, location) in all {
        let Some(from) = from else { continue };
        let old = name.sibling(from);
        let still = current.get(&old).map(|&other| (other, "which still has that name"));
        let twice = former.insert(old, location).map(|other| (other, "which gives the same former name"));
        if let Some((other, why)) = still.or(twice) {
            return Err(MetadataError::Rename { location, from: from.to_owned(), other, why });
        }
    }
    Ok(())
}
