//! The log: set-up and shutdown.
//!
//! Lines are written by a thread of their own, so that no request waits for the terminal, the pipe or the disk.

mod sink;

use std::io::{self, IsTerminal};

use anyhow::Context;
use chrono::{SecondsFormat, Utc};
use clap::ValueEnum;
use serde::ser::{SerializeMap, Serializer as _};
use serde_json::value::RawValue;
use tracing::{Event, Subscriber};
use tracing_serde::SerdeMapVisitor;
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    fmt::{
        self, FmtContext, FormatEvent, FormattedFields,
        format::{JsonFields, Writer},
    },
    layer::SubscriberExt,
    registry::LookupSpan,
    util::SubscriberInitExt,
};

use self::sink::{Guard, Sink};

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
pub fn init(filter: &str, format: Format) -> anyhow::Result<Guard> {
    let directives =
        EnvFilter::try_new(filter).with_context(|| format!("CURIO_LOG is not a filter: {filter}"))?;
    let (writer, guard) = sink::start(io::stdout()).context("the thread of the log cannot be started")?;
    tracing_subscriber::registry().with(layer(format, writer)).with(directives).init();
    Ok(guard)
}

fn layer(format: Format, writer: Sink) -> Box<dyn Layer<Registry> + Send + Sync> {
    let terminal = io::stdout().is_terminal();
    if format == Format::Text || (format == Format::Auto && terminal) {
        fmt::layer().with_ansi(terminal).with_target(false).with_writer(writer).boxed()
    } else {
        fmt::layer().json().event_format(JsonLine).with_writer(writer).boxed()
    }
}

/// One JSON object a line: time, level, the event's fields, and the fields of the span around it.
///
/// tracing-subscriber's own format parses the span's fields, which it keeps as JSON, for every event, to write them out again: a third
/// of what a line costs. Here they are copied.
struct JsonLine;

impl<S> FormatEvent<S, JsonFields> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, JsonFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> std::fmt::Result {
        let line = json_line(context, event).map_err(|_| std::fmt::Error)?;
        writer.write_str(&line)?;
        writer.write_char('\n')
    }
}

fn json_line<S>(context: &FmtContext<'_, S, JsonFields>, event: &Event<'_>) -> serde_json::Result<String>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let mut line = Vec::with_capacity(512);
    let mut serializer = serde_json::Serializer::new(&mut line);
    let mut members = serializer.serialize_map(None)?;
    members.serialize_entry("timestamp", &Utc::now().to_rfc3339_opts(SecondsFormat::Micros, true))?;
    members.serialize_entry("level", event.metadata().level().as_str())?;
    members.serialize_entry("target", event.metadata().target())?;
    let mut visitor = SerdeMapVisitor::new(members);
    event.record(&mut visitor);
    let mut members = visitor.take_serializer()?;
    if let Some(span) = context.lookup_current()
        && let Some(fields) = span.extensions().get::<FormattedFields<JsonFields>>()
    {
        let fields: &RawValue = serde_json::from_str(&fields.fields)?;
        members.serialize_entry("span", fields)?;
    }
    members.end()?;
    String::from_utf8(line).map_err(serde::ser::Error::custom)
}
