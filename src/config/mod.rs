//! Everything that is read from the environment, checked once.
//!
//! Each setting is a flag and an environment variable; `.env.example` lists them all, and a test
//! compares it with the flags. Durations have a unit (`500ms`, `5s`, `10m`).

mod database;
mod duration;
#[cfg(feature = "service")]
pub mod hosts;
#[cfg(feature = "service")]
pub mod http;
mod log;
mod secret;
#[cfg(feature = "service")]
mod serve;
#[cfg(feature = "service")]
mod size;
#[cfg(feature = "service")]
mod tokens;

pub use self::{
    database::{DatabaseUrl, MigrationSettings, parse_database_url},
    log::LogSettings,
    secret::{Secret, read_secret},
};
#[cfg(feature = "service")]
pub use self::{duration::parse_timeout, http::HttpOptions, serve::ServeSettings};
