//! The resources of the catalogue, and what only one of them does.

mod collections;
mod items;

use crate::support::resource::Resource;

/// Every resource of the catalogue.
pub const RESOURCES: [&Resource; 2] = [&collections::COLLECTIONS, &items::ITEMS];
