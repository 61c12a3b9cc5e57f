//! Settings in the errors of clap, without their secrets.

use clap::{
    Arg, Command, Error,
    error::{ContextKind, ContextValue},
};

/// The arguments of a command and its subcommands.
pub(super) fn arguments(command: &Command) -> Vec<&Arg> {
    let inner = command.get_subcommands().flat_map(arguments);
    command.get_arguments().chain(inner).collect()
}

/// Hides a value in an error if it may contain a password: if the help hides it, or it is a URL.
pub fn hide_secrets(mut error: Error, mut command: Command) -> Error {
    // `build` gives the arguments the names that errors show.
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
