//! Operations on the catalogue: a file for each entity.

pub mod collection;
pub mod index;
pub mod item;
pub mod schema;
