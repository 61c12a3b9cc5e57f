//! Worked examples on tables with rows.
//!
//! Each page shows the models before and after, the generated files, the manual edits and the
//! resulting rows. `db` is the program from the [crate's documentation](crate), whose outputs are
//! shortened here. The tests run every page from top to bottom against PostgreSQL and compare the
//! files byte for byte.

#[doc = include_str!("../guide/01_copy_before_drop.md")]
pub mod copy_before_drop {}

#[doc = include_str!("../guide/02_not_null.md")]
pub mod not_null {}

#[doc = include_str!("../guide/03_unique.md")]
pub mod unique {}

#[doc = include_str!("../guide/04_rename.md")]
pub mod rename {}

#[doc = include_str!("../guide/05_types.md")]
pub mod types {}

#[doc = include_str!("../guide/06_split.md")]
pub mod split {}

#[doc = include_str!("../guide/07_index_while_written.md")]
pub mod index_while_written {}

#[doc = include_str!("../guide/08_existing_project.md")]
pub mod existing_project {}

#[doc = include_str!("../guide/09_models_ahead_of_queries.md")]
pub mod models_ahead_of_queries {}
