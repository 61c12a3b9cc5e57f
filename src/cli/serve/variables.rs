//! Mistyped variables.

use std::{collections::BTreeSet, env};

use clap::Command;

use crate::cli::settings::arguments;

/// Prefixes of variables that are no settings: those of the scripts of this repository, and those
/// that Kubernetes sets for a service called curio, together with `CURIO_PORT=tcp://…`.
const OTHERS: [&str; 3] = ["CURIO_POSTGRES_", "CURIO_PORT_", "CURIO_SERVICE_"];

/// Logs the names of variables that look like settings but are not.
pub fn warn_about_unknown(command: &Command) {
    let variables = unknown_variables(command);
    if !variables.is_empty() {
        tracing::warn!(?variables, "serve.unknown_variables");
    }
}

/// The names of variables that look like settings but are not.
fn unknown_variables(command: &Command) -> Vec<String> {
    let known: BTreeSet<_> =
        arguments(command).into_iter().filter_map(|argument| argument.get_env()?.to_str()).collect();
    let unknown = env::vars_os().filter_map(|(name, value)| {
        let name = name.to_string_lossy().into_owned();
        let is_link = name == "CURIO_PORT" && value.to_string_lossy().contains("://");
        let is_other = is_link || OTHERS.iter().any(|prefix| name.starts_with(prefix));
        (name.starts_with("CURIO_") && !known.contains(&*name) && !is_other).then_some(name)
    });
    unknown.collect()
}
