//! What the service promises, tested through the production router, each test on its own database.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that panics has failed, which is what it is for"
)]

mod access;
mod catalog;
mod contract;
mod failure;
mod house;
mod http;
mod life;
mod locks;
mod migrations;
mod plans;
mod pool;
mod pooler;
mod process;
mod resource;
mod settings;
mod silence;
mod sqlstate;
mod support;
mod telemetry;
mod traces;
mod transaction;
