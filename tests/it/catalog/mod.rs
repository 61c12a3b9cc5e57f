//! The resources of the catalogue, and what only one of them does.

mod items;

use crate::support::resource::Resource;

/// Every resource of the catalogue.
pub const RESOURCES: [&Resource; 1] = [&items::ITEMS];
