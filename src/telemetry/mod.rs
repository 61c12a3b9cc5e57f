//! The log: set-up and shutdown.
//!
//! A thread writes the lines, so that no request waits for the terminal, the pipe or the disk.

#[cfg(feature = "service")]
pub mod metrics;
mod sink;

use std::io::{self, IsTerminal};

use anyhow::Context;
use chrono::Utc;
use clap::ValueEnum;
use serde::ser::{SerializeMap, Serializer as _};
use tracing::{Event, Subscriber, span::Record};
use tracing_serde::SerdeMapVisitor;
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    field::RecordFields,
    fmt::{self, FmtContext, FormatEvent, FormatFields, FormattedFields, format::Writer},
    layer::SubscriberExt,
    registry::LookupSpan,
    util::SubscriberInitExt,
};

use self::sink::{Guard, Sink};
use crate::time::rfc3339;

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

/// Starts the log. The guard writes the last lines when it is dropped.
///
/// # Errors
///
/// The filter is malformed.
pub fn init(filter: &str, format: Format, output: Output) -> anyhow::Result<Guard> {
    let directives =
        EnvFilter::try_new(filter).with_context(|| format!("CURIO_LOG is not a filter: {filter}"))?;
    let (started, terminal) = match output {
        Output::Stdout => (sink::start(io::stdout()), io::stdout().is_terminal()),
        Output::Stderr => (sink::start(io::stderr()), io::stderr().is_terminal()),
    };
    let (writer, guard) = started.context("cannot start the log's thread")?;
    tracing_subscriber::registry().with(layer(format, terminal, writer)).with(directives).init();
    Ok(guard)
}

fn layer(format: Format, terminal: bool, writer: Sink) -> Box<dyn Layer<Registry> + Send + Sync> {
    if format == Format::Text || (format == Format::Auto && terminal) {
        fmt::layer().with_ansi(terminal).with_target(false).with_writer(writer).boxed()
    } else {
        fmt::layer().fmt_fields(Members).event_format(JsonLine).with_writer(writer).boxed()
    }
}

/// The fields of a span as members of a JSON object, without braces, so that more can be added.
///
/// tracing-subscriber's own format sorts the fields into a map first, and parses them to add more.
struct Members;

impl<'w> FormatFields<'w> for Members {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'w>, fields: R) -> std::fmt::Result {
        writer.write_str(&members(&fields).map_err(|_| std::fmt::Error)?)
    }

    fn add_fields(&self, current: &'w mut FormattedFields<Self>, fields: &Record<'_>) -> std::fmt::Result {
        let more = members(fields).map_err(|_| std::fmt::Error)?;
        if !current.fields.is_empty() && !more.is_empty() {
            current.fields.push(',');
        }
        current.fields.push_str(&more);
        Ok(())
    }
}

fn members(fields: &impl RecordFields) -> serde_json::Result<String> {
    let mut object = Vec::with_capacity(256);
    let mut serializer = serde_json::Serializer::new(&mut object);
    let mut visitor = SerdeMapVisitor::new(serializer.serialize_map(None)?);
    fields.record(&mut visitor);
    visitor.finish()?;
    object.pop();
    text(object).map(|mut text| text.split_off(1))
}

/// A line with a JSON object: time, level, the event's fields, and the fields of its span.
///
/// tracing-subscriber's own format parses the span's fields for each event and writes them again: a
/// third of the cost of a line. Here they are copied.
struct JsonLine;

impl<S> FormatEvent<S, Members> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, Members>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> std::fmt::Result {
        let line = json_line(context, event).map_err(|_| std::fmt::Error)?;
        writer.write_str(&line)
    }
}

fn json_line<S>(context: &FmtContext<'_, S, Members>, event: &Event<'_>) -> serde_json::Result<String>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let mut line = Vec::with_capacity(512);
    let mut serializer = serde_json::Serializer::new(&mut line);
    let mut members = serializer.serialize_map(None)?;
    members.serialize_entry("timestamp", &rfc3339(Utc::now()))?;
    members.serialize_entry("level", event.metadata().level().as_str())?;
    members.serialize_entry("target", event.metadata().target())?;
    let mut visitor = SerdeMapVisitor::new(members);
    event.record(&mut visitor);
    visitor.finish()?;
    if let Some(span) = context.lookup_current()
        && let Some(fields) = span.extensions().get::<FormattedFields<Members>>()
    {
        line.pop();
        line.extend_from_slice(b",\"span\":{");
        line.extend_from_slice(fields.fields.as_bytes());
        line.extend_from_slice(b"}}");
    }
    line.push(b'\n');
    text(line)
}

fn text(bytes: Vec<u8>) -> serde_json::Result<String> {
    String::from_utf8(bytes).map_err(serde::ser::Error::custom)
}
