//! The integration tests. They need `DATABASE_URL`, with a user that may create databases.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a panic fails the test")]

mod cases;
mod codegen;
mod guards;
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
mod sequences;
mod spellings;
mod support;
