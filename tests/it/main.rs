//! What the service promises, asked through the production router, each test on a database of its own.

mod catalog;
mod contract;
mod failure;
mod house;
mod http;
mod migrations;
mod process;
mod support;
mod transaction;
