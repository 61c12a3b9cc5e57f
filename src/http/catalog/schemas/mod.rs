//! What the catalogue's requests and answers look like: one file an entity.

pub mod item;
