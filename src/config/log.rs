//! The settings of the log.

use clap::Args;

use crate::telemetry::Format;

/// What is logged, and how.
#[derive(Debug, Clone, Args)]
pub struct LogSettings {
    /// What to log: a level, or directives such as `info,sqlx=debug`
    #[arg(long = "log", env = "CURIO_LOG", value_name = "FILTER", default_value = "info", global = true)]
    pub filter: String,
    /// `json`, `text`, or `auto`: text on a terminal, else JSON
    #[arg(long = "log-format", env = "CURIO_LOG_FORMAT", value_enum, default_value = "auto", global = true)]
    pub format: Format,
}
