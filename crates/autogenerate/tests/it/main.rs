//! What the crate promises, held against a real PostgreSQL: `DATABASE_URL`, whose user may create databases.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics has failed, which is what it is for"
)]

mod cases;
mod guide;
mod house;
mod judge;
mod migrate;
mod model;
mod project;
mod prove;
mod random;
mod reader;
mod revision;
mod samples;
mod scratch;
mod spellings;
mod support;
