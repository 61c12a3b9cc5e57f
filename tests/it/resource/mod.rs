//! What every resource promises, written once and run for each.

mod batches;
mod conditions;
mod crud;
mod deletion;
mod dry_runs;
mod keys;
mod list;
mod model;
mod patches;
mod races;
mod writes;

use crate::{
    access::KEYS,
    catalog::{collections::COLLECTIONS, items::ITEMS},
    support::resource::{Feature, Resource},
};

/// Every resource.
pub const RESOURCES: [&Resource; 3] = [&COLLECTIONS, &ITEMS, &KEYS];

/// The resources that offer all of this.
fn resources_with(features: &[Feature]) -> impl Iterator<Item = &'static Resource> {
    RESOURCES.into_iter().filter(|resource| features.iter().all(|feature| resource.has(*feature)))
}
