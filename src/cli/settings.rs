//! What clap does not do for settings: hide secrets in its errors, and notice mistyped variables.

use std::{collections::BTreeSet, env};

use clap::{
    Arg, Command, Error,
    error::{ContextKind, ContextValue},
};

/// Prefixes of variables that are no settings: those of the scripts of this repository, and those
/// that Kubernetes sets for a service called curio, together with `CURIO_PORT=tcp://…`.
const OTHERS: [&str; 3] = ["CURIO_POSTGRES_", "CURIO_PORT_", "CURIO_SERVICE_"];

/// The arguments of a command and its subcommands.
fn arguments(command: &Command) -> Vec<&Arg> {
    let inner = command.get_subcommands().flat_map(arguments);
    command.get_arguments().chain(inner).collect()
}

/// Hides a value in an error if it may contain a password: if the help hides it, or it is a URL.
pub fn hide_secrets(mut error: Error, mut command: Command) -> Error {
    // Else its arguments have no names.
    command.build();
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.as_str(),
        _ => "",
    };
    let (argument, value) = (text(ContextKind::InvalidArg), text(ContextKind::InvalidValue));
    let is_hidden = arguments(&command)
        .into_iter()
        .any(|known| known.is_hide_env_values_set() && known.to_string() == argument);
    let hides_value = is_hidden || value.contains("://");
    let hides_argument = argument.contains("://");
    let hidden = || ContextValue::String("[hidden]".into());
    if hides_value {
        error.insert(ContextKind::InvalidValue, hidden());
    }
    if hides_argument {
        error.insert(ContextKind::InvalidArg, hidden());
    }
    error
}

/// The names of variables that look like settings and are none.
pub fn unknown_variables(command: &Command) -> Vec<String> {
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
