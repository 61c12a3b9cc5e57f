//! Operations on the catalogue: a file for each entity.

pub mod item;
