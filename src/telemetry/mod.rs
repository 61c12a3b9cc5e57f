//! The log, and what metrics and traces need: set-up and shutdown.
//!
//! A thread writes the lines, so that no request waits for the terminal, the pipe or the disk.

mod bounded;
mod json;
#[cfg(feature = "service")]
pub mod metrics;
mod sink;
#[cfg(feature = "service")]
pub mod traces;

use std::{
    any::Any,
    fmt::Debug,
    io::{self, IsTerminal},
    panic::{self, PanicHookInfo},
};

use anyhow::{Context, ensure};
use clap::ValueEnum;
use tracing::field::Field;
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    field::MakeExt,
    filter::LevelFilter,
    fmt::{
        self, MakeWriter,
        format::{Writer, debug_fn},
    },
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use self::{
    bounded::bounded_text,
    json::{JsonLine, Members},
    sink::Guard,
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
    // h2 logs frames of clients verbatim, and sqlx malformed lines of password files, and their path,
    // for which the password may have been taken. A filter may say otherwise.
    let verbatim = "h2=error,sqlx_postgres::options::pgpass=warn,sqlx_postgres::options::pgpass[{line}]=off";
    Ok(EnvFilter::try_new(format!("{verbatim},{filter}"))?)
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

fn layer(
    format: Format,
    terminal: bool,
    writer: impl for<'w> MakeWriter<'w> + Send + Sync + 'static,
) -> Box<dyn Layer<Registry> + Send + Sync> {
    if format == Format::Text || (format == Format::Auto && terminal) {
        let fields = debug_fn(text_field).delimited(" ");
        fmt::layer().with_ansi(terminal).with_target(false).fmt_fields(fields).with_writer(writer).boxed()
    } else {
        fmt::layer().fmt_fields(Members).event_format(JsonLine).with_writer(writer).boxed()
    }
}

/// A field as text. Values are truncated, and have no line ends or other controls.
fn text_field(writer: &mut Writer<'_>, field: &Field, value: &dyn Debug) -> std::fmt::Result {
    if field.name() != "message" {
        write!(writer, "{}=", field.name())?;
    }
    bounded_text(value).chars().try_for_each(|c| match c {
        c if c.is_control() => write!(writer, "{}", c.escape_default()),
        c => writer.write_char(c),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::Value;

    use super::{bounded::MAX_VALUE, sink::MAX_LINE, *};

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is logged meanwhile.
    fn logged(format: Format, log: impl FnOnce()) -> String {
        let buffer = Buffer::default();
        let writer = buffer.clone();
        let layer = layer(format, false, move || writer.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), log);
        String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn values_are_truncated_and_stay_on_their_line() {
        let long = "x".repeat(20 * MAX_VALUE);
        for format in [Format::Json, Format::Text] {
            let log = logged(format, || {
                let span = tracing::info_span!("http", path = long, method = %"a\nb\u{1b}[31m");
                span.in_scope(|| tracing::info!(status = 200, "request"));
            });
            assert!(log.len() < 2 * MAX_VALUE && log.contains("x…") && log.contains("200"), "{log}");
            assert!(log.ends_with('\n') && log.trim_end().chars().all(|c| !c.is_control()), "{log}");
        }
    }

    #[test]
    fn a_line_of_many_long_values_is_replaced_by_one_without_them() {
        let long = "x".repeat(MAX_VALUE);
        let log = logged(Format::Json, || {
            let l = &*long;
            let span = tracing::info_span!("http", a = l, b = l, c = l, d = l, e = l, f = l, g = l, h = l);
            span.in_scope(|| tracing::info!(i = l, j = l, k = l, m = l, n = l, o = l, p = l, q = l, "long"));
        });
        assert!(log.len() < MAX_LINE && log.ends_with("}\n"), "{log}");
        let line: Value = serde_json::from_str(&log).unwrap();
        assert!(line["omitted_bytes"].as_u64().unwrap() > 16 * 1024, "{line}");
        assert_eq!(line["level"], "INFO");
    }

    #[test]
    fn a_panic_with_a_formatted_message_is_logged_without_it() {
        assert_eq!(constant_message(&"not reachable"), Some("not reachable"));
        assert_eq!(constant_message(&String::from("byte index 1 is inside of 'secret'")), None);
    }
}
