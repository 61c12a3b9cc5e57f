//! Worked examples, each on a table with rows: the models before and after, what is written, what a person adds, and what the rows are then.
//!
//! `db` is the program of the [crate's first page](crate). Every page is run from its top to its end by the tests, against a real PostgreSQL:
//! the files are what is written, byte for byte, and the rows are what is found.

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
