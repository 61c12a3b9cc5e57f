//! What can be done with the catalogue: one file an entity.

pub mod item;
