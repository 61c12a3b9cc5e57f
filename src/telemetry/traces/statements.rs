//! The spans of transactions and statements, from what sqlx reports of each statement.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use opentelemetry::{
    Context, KeyValue,
    trace::{SpanKind, TraceContextExt, Tracer},
};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, filter::Targets, layer, registry::LookupSpan};

use super::{
    request::{TRACER, Traced},
    summary::summarize,
};

/// The target of sqlx's events.
pub const STATEMENTS: &str = "sqlx::query";

/// Adds the statements of a request to its trace.
#[must_use]
pub fn layer<S: Subscriber + for<'a> LookupSpan<'a>>() -> impl Layer<S> {
    let targets = [("curio::http", Level::INFO), (STATEMENTS, Level::DEBUG)];
    Statements.with_filter(Targets::new().with_targets(targets))
}

struct Statements;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Statements {
    fn on_event(&self, event: &Event<'_>, context: layer::Context<'_, S>) {
        if event.metadata().target() != STATEMENTS {
            return;
        }
        let Some(mut scope) = context.event_scope(event) else { return };
        let traced = scope.find_map(|span| {
            let traced = span.extensions().get::<Traced>().cloned()?;
            Some((span, traced))
        });
        let Some((span, traced)) = traced else { return };
        let mut statement = Statement::default();
        event.record(&mut statement);
        // If the span of a statement is lost, the SDK logs it, with the fields of the log's span:
        // that must not be locked.
        let transaction = statement.trace(&traced);
        if let Some(stored) = span.extensions_mut().get_mut::<Traced>() {
            stored.transaction = transaction;
        }
    }
}

/// A statement that has ended.
#[derive(Default)]
struct Statement {
    sql: String,
    elapsed: Duration,
}

impl Statement {
    /// Makes its spans, and returns that of the transaction in which the next statement is.
    fn trace(&self, traced: &Traced) -> Option<Context> {
        let tracer = TRACER.get()?;
        let end = SystemTime::now();
        let start = end.checked_sub(self.elapsed).unwrap_or(end);
        let summary = summarize(&self.sql);
        let span = |name: String, kind: SpanKind, parent: &Context| {
            let builder = tracer.span_builder(name).with_kind(kind).with_start_time(start);
            parent.with_span(tracer.build_with_context(builder, parent))
        };
        let transaction = if summary == "BEGIN" {
            Some(span("transaction".into(), SpanKind::Internal, &traced.request))
        } else {
            traced.transaction.clone()
        };
        let parent = transaction.as_ref().unwrap_or(&traced.request);
        let statement = span(summary.clone(), SpanKind::Client, parent);
        statement.span().set_attribute(KeyValue::new("db.system.name", "postgresql"));
        statement.span().set_attribute(KeyValue::new("db.query.summary", summary));
        statement.span().end_with_timestamp(end);
        if !matches!(self.sql.as_str(), "COMMIT" | "ROLLBACK") {
            return transaction;
        }
        if let Some(transaction) = transaction {
            transaction.span().end_with_timestamp(end);
        }
        None
    }
}

impl Visit for Statement {
    fn record_str(&mut self, field: &Field, value: &str) {
        // The summary is the whole of a short statement, and the beginning of a long one, which follows.
        if matches!(field.name(), "summary" | "db.statement") && !value.is_empty() {
            value.trim().clone_into(&mut self.sql);
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        if field.name() == "elapsed_secs" {
            self.elapsed = Duration::try_from_secs_f64(value).unwrap_or_default();
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}
