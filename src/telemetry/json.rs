//! The log as JSON: one object a line.

use std::fmt;

use chrono::Utc;
use serde::ser::{SerializeMap, Serializer as _};
use serde_json::{Value, json};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    span::Record,
};
use tracing_serde::SerdeMapVisitor;
use tracing_subscriber::{
    field::RecordFields,
    fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields, format::Writer},
    registry::LookupSpan,
};

use super::{
    bounded::{MAX_VALUE, bounded_text},
    sink::MAX_LINE,
};
use crate::time::rfc3339;

/// The fields of a span as members of a JSON object, without braces, so that more can be added.
///
/// tracing-subscriber's own format sorts the fields into a map first, and parses them to add more.
pub struct Members;

impl<'w> FormatFields<'w> for Members {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'w>, fields: R) -> fmt::Result {
        writer.write_str(&members(&fields).map_err(|_| fmt::Error)?)
    }

    fn add_fields(&self, current: &'w mut FormattedFields<Self>, fields: &Record<'_>) -> fmt::Result {
        let more = members(fields).map_err(|_| fmt::Error)?;
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
    let mut visitor = Bounded(SerdeMapVisitor::new(serializer.serialize_map(None)?));
    fields.record(&mut visitor);
    visitor.0.finish()?;
    object.pop();
    text(object).map(|mut text| text.split_off(1))
}

/// A line with a JSON object: time, level, the event's fields, and the fields of its span.
///
/// tracing-subscriber's own format parses the span's fields for each event and writes them again: a
/// third of the cost of a line. Here they are copied.
pub struct JsonLine;

impl<S> FormatEvent<S, Members> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, Members>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let line = json_line(context, event).map_err(|_| fmt::Error)?;
        if line.len() < MAX_LINE {
            writer.write_str(&line)
        } else {
            writeln!(writer, "{}", without_values(event, line.len()))
        }
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
    let mut visitor = Bounded(SerdeMapVisitor::new(members));
    event.record(&mut visitor);
    visitor.0.finish()?;
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

/// The replacement for a line that is too long although its values are truncated.
fn without_values(event: &Event<'_>, omitted_bytes: usize) -> Value {
    let metadata = event.metadata();
    json!({
        "timestamp": rfc3339(Utc::now()),
        "level": metadata.level().as_str(),
        "target": metadata.target(),
        "message": metadata.name(),
        "omitted_bytes": omitted_bytes,
    })
}

/// Passes fields on, and truncates long values.
struct Bounded<V>(V);

impl<V: Visit> Visit for Bounded<V> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.record_f64(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.record_i64(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.record_u64(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.record_bool(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if value.len() <= MAX_VALUE {
            self.0.record_str(field, value);
        } else {
            self.record_debug(field, &format_args!("{value}"));
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.record_str(field, &bounded_text(value));
    }
}
