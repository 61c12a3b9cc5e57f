//! The log: set-up and shutdown.
//!
//! Lines are written by a thread of their own, so that no request waits for the terminal, the pipe or the disk. When that thread
//! is behind by `BUFFERED_LINES`, requests do wait: a line about something that was created is not dropped.

use std::io::{self, BufWriter, IsTerminal};

use anyhow::Context;
use clap::ValueEnum;
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, layer::SubscriberExt, util::SubscriberInitExt};

const BUFFERED_LINES: usize = 8_192;

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text on a terminal, else JSON.
    Auto,
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// Starts the log; what is returned writes the last lines when it is dropped.
///
/// # Errors
///
/// Where the filter cannot be read.
pub fn init(filter: &str, format: Format) -> anyhow::Result<WorkerGuard> {
    let directives =
        EnvFilter::try_new(filter).with_context(|| format!("CURIO_LOG is not a filter: {filter}"))?;
    let (writer, guard) = NonBlockingBuilder::default()
        .lossy(false)
        .buffered_lines_limit(BUFFERED_LINES)
        // The thread flushes when it has caught up: under load many lines go out in one write.
        .finish(BufWriter::with_capacity(64 * 1024, io::stdout()));
    tracing_subscriber::registry().with(layer(format, writer)).with(directives).init();
    Ok(guard)
}

fn layer(format: Format, writer: NonBlocking) -> Box<dyn Layer<Registry> + Send + Sync> {
    let terminal = io::stdout().is_terminal();
    if format == Format::Text || (format == Format::Auto && terminal) {
        fmt::layer().with_ansi(terminal).with_target(false).with_writer(writer).boxed()
    } else {
        fmt::layer().json().flatten_event(true).with_span_list(false).with_writer(writer).boxed()
    }
}
