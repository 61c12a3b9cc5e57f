//! The trait that every kind of object implements, and the list of kinds.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    changes::{Changes, Compare},
    planner::Planner,
};
use crate::schema::{Enum, Extension, Namespace, Object, Schema, Sequence, SqlObject, Table};

/// A kind of object that is not part of another object.
pub(crate) trait Kind: Compare + PartialEq + Sized {
    /// The name that identifies an object of this kind.
    type Name: Ord;

    /// The objects of this kind in a schema.
    fn all(schema: &Schema) -> &BTreeMap<Self::Name, Self>;

    fn object(name: &Self::Name) -> Object;

    /// The object, or those of its parts that differ.
    fn differences(&self, _: &Self, name: &Self::Name) -> BTreeSet<Object> {
        [Self::object(name)].into()
    }

    /// Whether a reading of one is a reading of the other.
    fn is_equal(&self, other: &Self) -> bool {
        self == other
    }

    /// Plans what has to exist before anything is renamed.
    fn prepare(_: &mut Planner<'_>) {}

    /// Plans everything else.
    fn plan(planner: &mut Planner<'_>);
}

/// The functions of a kind.
pub(crate) struct Operations {
    /// Compares two schemas after renames.
    pub(crate) compare: fn(&Schema, &Schema, &mut Changes<'_>),
    /// Lists the objects that differ between two schemas.
    pub(crate) differences: fn(&Schema, &Schema) -> BTreeSet<Object>,
    /// See [`Kind::prepare`].
    pub(crate) prepare: fn(&mut Planner<'_>),
    /// See [`Kind::plan`].
    pub(crate) plan: fn(&mut Planner<'_>),
}

/// All kinds, in the order in which changes are listed.
pub(crate) const KINDS: [Operations; 6] = [
    Operations::of::<Namespace>(),
    Operations::of::<Extension>(),
    Operations::of::<Enum>(),
    Operations::of::<Sequence>(),
    Operations::of::<Table>(),
    Operations::of::<SqlObject>(),
];

impl Operations {
    const fn of<K: Kind>() -> Self {
        Self { compare: compare::<K>, differences: differences::<K>, prepare: K::prepare, plan: K::plan }
    }
}

fn compare<K: Kind>(from: &Schema, to: &Schema, changes: &mut Changes<'_>) {
    changes.compare(K::all(from), K::all(to), K::object);
}

fn differences<K: Kind>(left: &Schema, right: &Schema) -> BTreeSet<Object> {
    let (left, right) = (K::all(left), K::all(right));
    let differences = |name: &K::Name| match (left.get(name), right.get(name)) {
        (Some(left), Some(right)) if left.is_equal(right) => BTreeSet::new(),
        (Some(left), Some(right)) => left.differences(right, name),
        _ => [K::object(name)].into(),
    };
    differing_names(left, right).flat_map(differences).collect()
}

/// The names of the entries that exist on one side only or differ.
pub(super) fn differing_names<'a, K: Ord, V: PartialEq>(
    left: &'a BTreeMap<K, V>,
    right: &'a BTreeMap<K, V>,
) -> impl Iterator<Item = &'a K> {
    let keys: BTreeSet<&K> = left.keys().chain(right.keys()).collect();
    keys.into_iter().filter(|key| left.get(*key) != right.get(*key))
}
