//! The resources of the catalogue: what only one of them does.

pub mod collections;
pub mod items;
