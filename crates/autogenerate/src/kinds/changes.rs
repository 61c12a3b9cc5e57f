//! Collects the differences between objects of the same name.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    change::{Change, Difference, Property},
    schema::{Name, Object, Schema, quote_literal},
};

/// An object, or a part of one, that can be compared with its counterpart.
pub(crate) trait Compare {
    /// A short description, which is shown when the object is added.
    fn definition(&self) -> String {
        String::new()
    }

    /// Whether statements create and drop it by itself, rather than with the object that it is
    /// inherited from.
    fn is_own(&self) -> bool {
        true
    }

    /// Records the changes that turn `self`, which is `object`, into `to`.
    fn compare(&self, to: &Self, object: &Object, changes: &mut Changes<'_>);
}

/// The differences found so far.
pub(crate) struct Changes<'a> {
    from: &'a Schema,
    to: &'a Schema,
    list: Vec<Change>,
}

impl<'a> Changes<'a> {
    pub(crate) fn new(from: &'a Schema, to: &'a Schema) -> Self {
        Self { from, to, list: Vec::new() }
    }

    pub(crate) fn into_list(self) -> Vec<Change> {
        self.list
    }

    /// Compares objects that exist on both sides, and records those that exist on one side only.
    pub(super) fn compare<K: Ord, V: Compare>(
        &mut self,
        from: &BTreeMap<K, V>,
        to: &BTreeMap<K, V>,
        object: impl Fn(&K) -> Object,
    ) {
        for (name, it) in to {
            match from.get(name) {
                Some(was) => was.compare(it, &object(name), self),
                None if it.is_own() => {
                    self.push(object(name), Difference::Add { definition: it.definition() });
                }
                None => {}
            }
        }
        for (name, _) in from.iter().filter(|(name, it)| !to.contains_key(*name) && it.is_own()) {
            self.push(object(name), Difference::Drop);
        }
    }

    pub(super) fn push(&mut self, object: Object, difference: Difference) {
        let location = locate(&object, self.from, self.to);
        self.list.push(Change { object, difference, location });
    }

    /// Records a change if the texts differ.
    pub(super) fn compare_text(
        &mut self,
        object: &Object,
        property: Property,
        from: Option<&str>,
        to: Option<&str>,
    ) {
        if from != to {
            let (from, to) = (from.unwrap_or_default().to_owned(), to.unwrap_or_default().to_owned());
            self.push(object.clone(), Difference::Alter { property, from, to });
        }
    }

    pub(super) fn compare_comment(&mut self, object: &Object, from: Option<&String>, to: Option<&String>) {
        let (from, to) = (from.map(|text| quote_literal(text)), to.map(|text| quote_literal(text)));
        self.compare_text(object, Property::Comment, from.as_deref(), to.as_deref());
    }
}

fn locate(object: &Object, from: &Schema, to: &Schema) -> (Option<Name>, Option<String>) {
    let table = |name| to.tables.get(name).or_else(|| from.tables.get(name));
    let one = |columns: &BTreeSet<String>| match columns.first() {
        Some(column) if columns.len() == 1 => Some(column.clone()),
        _ => None,
    };
    match object {
        Object::Sequence(name) => {
            let sequence = to.sequences.get(name).or_else(|| from.sequences.get(name));
            sequence.and_then(|sequence| sequence.owned_by.clone()).unzip()
        }
        Object::Column(table, column) => (Some(table.clone()), Some(column.clone())),
        Object::Constraint(name, constraint) => {
            let it = table(name).and_then(|table| table.constraints.get(constraint));
            (Some(name.clone()), it.and_then(|it| one(&it.uses.columns)))
        }
        Object::Index(name, index) => {
            let it = table(name).and_then(|table| table.indexes.get(index));
            (Some(name.clone()), it.and_then(|it| one(&it.uses.columns)))
        }
        _ => (object.table().cloned(), None),
    }
}
