//! Writes a whole list of items in one transaction.

mod columns;
mod csv;
pub mod handlers;
pub mod importer;
pub mod lines;
mod ndjson;
mod portion;
pub mod report;
mod rows;
pub mod schemas;
