//! Compares two schemas, renames included.

use super::{
    inherit::inherited,
    rename::{Renamed, apply_renames},
};
use crate::{
    change::{Change, Difference},
    kinds::{Changes, KINDS, Rename},
    plan::Renames,
    schema::{Object, Schema},
};

/// Lists the changes that turn `from` into `to`. Both must be in canonical form.
#[must_use]
pub fn diff(from: &Schema, to: &Schema, renames: &Renames) -> Vec<Change> {
    let Renamed { schema, renames } = apply_renames(from, to, renames);
    let mut changes: Vec<_> =
        renames.iter().filter(|rename| !rename.hidden).map(|it| rename_change(&schema, it)).collect();
    changes.extend(compare(&schema, to));
    changes
}

/// Lists the changes other than renames.
pub(crate) fn compare(from: &Schema, to: &Schema) -> Vec<Change> {
    let inherited = inherited(from, to);
    let (from, to) = inherited.as_ref().map_or((from, to), |(from, to)| (from, to));
    let mut changes = Changes::new(from, to);
    for kind in KINDS {
        (kind.compare)(from, to, &mut changes);
    }
    changes.into_list()
}

fn rename_change(schema: &Schema, rename: &Rename) -> Change {
    let difference = Difference::Rename { to: rename.to_sql() };
    let location = match &rename.object {
        Object::Table(_) => (Some(rename.to.clone()), None),
        Object::Column(table, _) => (Some(table.clone()), Some(rename.to.name.clone())),
        Object::Sequence(_) => {
            schema.sequences.get(&rename.to).and_then(|sequence| sequence.owned_by.clone()).unzip()
        }
        object => (object.table().cloned(), None),
    };
    Change { object: rename.object.clone(), difference, location }
}
