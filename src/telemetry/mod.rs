//! The log, and what metrics and traces need: set-up and shutdown.
//!
//! A thread writes the lines, so that no request waits for the terminal, the pipe or the disk.

mod json;
#[cfg(feature = "service")]
pub mod metrics;
mod sink;
#[cfg(feature = "service")]
pub mod traces;

use std::{
    any::Any,
    io::{self, IsTerminal},
    panic::{self, PanicHookInfo},
};

use anyhow::{Context, ensure};
use clap::ValueEnum;
use tracing_subscriber::{
    EnvFilter, Layer, Registry, filter::LevelFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt,
};

use self::{
    json::{JsonLine, Members},
    sink::{Guard, Sink},
};

/// The format of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text on a terminal, else JSON.
    Auto,
    /// One JSON object a line.
    Json,
    /// Text for people.
    Text,
}

/// Where the log goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Standard output, as containers expect it.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A filter of the log: directives, each with a level.
///
/// # Errors
///
/// It is empty or malformed, or a directive has no level. A word alone would be a target, so that a
/// misspelled level would silence the rest.
fn parse_filter(filter: &str) -> anyhow::Result<EnvFilter> {
    for directive in filter.split(',') {
        let level = directive.rsplit('=').next().unwrap_or_default().trim();
        let is_level = !level.is_empty() && level.parse::<LevelFilter>().is_ok();
        ensure!(is_level, "{directive:?} has no level");
    }
    // h2 warns of frames of clients, with their content. A filter may say otherwise.
    Ok(EnvFilter::try_new(format!("h2=error,{filter}"))?)
}

/// Starts the log. The guard writes the last lines when it is dropped.
///
/// # Errors
///
/// The filter is malformed.
pub fn init(filter: &str, format: Format, output: Output) -> anyhow::Result<Guard> {
    let directives =
        parse_filter(filter).with_context(|| format!("CURIO_LOG is not a filter: {filter:?}"))?;
    let (started, terminal) = match output {
        Output::Stdout => (sink::start(io::stdout()), io::stdout().is_terminal()),
        Output::Stderr => (sink::start(io::stderr()), io::stderr().is_terminal()),
    };
    let (writer, guard) = started.context("cannot start the log's thread")?;
    let lines = layer(format, terminal, writer);
    #[cfg(feature = "service")]
    if output == Output::Stdout && traces::is_enabled() {
        // What is traced is not logged.
        let off = format!("{}=off", traces::STATEMENTS).parse().context("a directive")?;
        let lines = lines.with_filter(directives.add_directive(off));
        tracing_subscriber::registry().with(lines).with(traces::layer()).init();
        panic::set_hook(Box::new(log_panic));
        return Ok(guard);
    }
    tracing_subscriber::registry().with(lines).with(directives).init();
    if output == Output::Stdout {
        panic::set_hook(Box::new(log_panic));
    }
    Ok(guard)
}

/// Logs a panic in the span of its request.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let location = panic.location().map(tracing::field::display);
    tracing::error!(location, cause = constant_message(panic.payload()), "panic");
}

/// The message of a panic if it is constant: a formatted one may quote what a client sent.
fn constant_message(payload: &dyn Any) -> Option<&'static str> {
    payload.downcast_ref().copied()
}

fn layer(format: Format, terminal: bool, writer: Sink) -> Box<dyn Layer<Registry> + Send + Sync> {
    if format == Format::Text || (format == Format::Auto && terminal) {
        fmt::layer().with_ansi(terminal).with_target(false).with_writer(writer).boxed()
    } else {
        fmt::layer().fmt_fields(Members).event_format(JsonLine).with_writer(writer).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_with_a_formatted_message_is_logged_without_it() {
        assert_eq!(constant_message(&"not reachable"), Some("not reachable"));
        assert_eq!(constant_message(&String::from("byte index 1 is inside of 'secret'")), None);
    }
}
