//! The log as JSON: one object a line.

use std::fmt::{self, Write as _};

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

use super::sink::MAX_LINE;
use crate::time::rfc3339;

/// The longest value, in bytes; a longer one is truncated.
const MAX_VALUE: usize = 1024;

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
        let mut text = BoundedText(String::with_capacity(128));
        // The only error is that the text is full.
        let _ = write!(text, "{value:?}");
        self.0.record_str(field, &text.0);
    }
}

/// A text that stops formatting when it is full.
struct BoundedText(String);

impl fmt::Write for BoundedText {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        let room = MAX_VALUE - self.0.len();
        if piece.len() <= room {
            self.0.push_str(piece);
            return Ok(());
        }
        self.0.push_str(&piece[..piece.floor_char_boundary(room)]);
        self.0.push('…');
        Err(fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::{Layer as _, fmt::layer, layer::SubscriberExt as _};

    use super::*;

    /// The lines that are logged meanwhile.
    fn logged(log: impl FnOnce()) -> String {
        let buffer = Arc::new(Mutex::new(Vec::new()));
        let writer = Arc::clone(&buffer);
        let writer = move || Sink(Arc::clone(&writer));
        let layer = layer().fmt_fields(Members).event_format(JsonLine).with_writer(writer);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer.boxed()), log);
        String::from_utf8(buffer.lock().unwrap().clone()).unwrap()
    }

    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_of_many_long_values_is_replaced_by_one_without_them() {
        let long = "x".repeat(MAX_VALUE);
        let log = logged(|| {
            let l = &*long;
            let span = tracing::info_span!("http", a = l, b = l, c = l, d = l, e = l, f = l, g = l, h = l);
            span.in_scope(|| tracing::info!(i = l, j = l, k = l, m = l, n = l, o = l, p = l, q = l, "long"));
        });
        assert!(log.len() < MAX_LINE && log.ends_with("}\n"), "{log}");
        let line: Value = serde_json::from_str(&log).unwrap();
        assert!(line["omitted_bytes"].as_u64().unwrap() > 16 * 1024, "{line}");
        assert_eq!(line["level"], "INFO");
    }
}
