//! The spans of requests.

use std::sync::OnceLock;

use http::{HeaderMap, HeaderValue, Method, StatusCode, Version};
use opentelemetry::{
    Context, KeyValue,
    propagation::{Extractor, TextMapPropagator},
    trace::{SpanKind, Status, TraceContextExt, Tracer},
};
use opentelemetry_sdk::{propagation::TraceContextPropagator, trace::SdkTracer};
use tracing::Span;
use tracing_subscriber::{
    Registry,
    registry::{ExtensionsMut, LookupSpan},
};

use crate::{access::redact, actor::Actor};

/// The field that names the trace of a request.
pub const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";

/// Makes spans, once the service traces.
pub static TRACER: OnceLock<SdkTracer> = OnceLock::new();

/// What a request is about.
#[derive(Debug, Clone, Copy)]
pub struct Described<'a> {
    pub method: &'a Method,
    pub route: Option<&'a str>,
    pub path: &'a str,
    pub version: Version,
    pub headers: &'a HeaderMap,
    /// The actor; `None` if it is not authenticated yet.
    pub actor: Option<&'a Actor>,
}

/// The span of a request in its trace.
#[derive(Debug)]
pub struct RequestTrace(Context);

/// What the log's span of a request has of its trace.
#[derive(Clone)]
pub struct Traced {
    pub request: Context,
    pub transaction: Option<Context>,
}

impl RequestTrace {
    /// Begins the span of a request, in the current span of the log. Its parent is named by
    /// `traceparent` (W3C Trace Context). `None` if nothing is traced.
    pub fn begin(request: Described<'_>) -> Option<Self> {
        let tracer = TRACER.get()?;
        let Described { method, route, path, version, headers, actor } = request;
        let parent = TraceContextPropagator::new().extract(&TraceFields::of(headers));
        let is_known = KNOWN.contains(&method.as_str());
        let name = if is_known { method.as_str() } else { "HTTP" };
        let mut attributes = vec![
            KeyValue::new("http.request.method", if is_known { name.to_owned() } else { "_OTHER".into() }),
            KeyValue::new("url.scheme", "http"),
            KeyValue::new("url.path", cut(path)),
            KeyValue::new("network.protocol.version", protocol(version)),
        ];
        let mut span_name = name.to_owned();
        if let Some(route) = route {
            attributes.push(KeyValue::new("http.route", route.to_owned()));
            span_name = format!("{name} {route}");
        }
        attributes.extend(actor.map(named));
        let builder = tracer.span_builder(span_name).with_kind(SpanKind::Server).with_attributes(attributes);
        let span = tracer.build_with_context(builder, &parent);
        let context = parent.with_span(span);
        if !context.span().is_recording() {
            return None;
        }
        if !parent.span().span_context().is_valid() {
            let id = context.span().span_context().trace_id();
            Span::current().record("trace_id", tracing::field::display(id));
        }
        let traced = Traced { request: context.clone(), transaction: None };
        with_extensions(|extensions| extensions.insert(traced));
        Some(Self(context))
    }

    /// Ends the span with the status of the response; `None` if the client left.
    pub fn end(self, status: Option<StatusCode>) {
        let span = self.0.span();
        match status {
            Some(status) => {
                span.set_attribute(KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
                if status.is_server_error() {
                    span.set_attribute(KeyValue::new("error.type", status.as_str().to_owned()));
                    span.set_status(Status::error(""));
                }
            }
            None => span.set_attribute(KeyValue::new("error.type", "abandoned")),
        }
        span.end();
    }
}

/// Records the actor of a request, in its trace and in the current span of the log.
pub fn record_actor(actor: &Actor) {
    Span::current().record("actor", tracing::field::display(actor));
    if TRACER.get().is_none() {
        return;
    }
    let traced = with_extensions(|extensions| extensions.get_mut::<Traced>().cloned()).flatten();
    if let Some(traced) = traced {
        traced.request.span().set_attribute(named(actor));
    }
}

fn named(actor: &Actor) -> KeyValue {
    KeyValue::new("curio.actor", actor.to_string())
}

/// Runs `use_them` on the extensions of the current span of the log, which stay locked meanwhile.
fn with_extensions<T>(use_them: impl FnOnce(&mut ExtensionsMut<'_>) -> T) -> Option<T> {
    let used = Span::current().with_subscriber(|(id, dispatch)| {
        let span = dispatch.downcast_ref::<Registry>()?.span(id)?;
        Some(use_them(&mut span.extensions_mut()))
    });
    used.flatten()
}

/// The methods of HTTP that a name may contain, so that clients do not make up names.
const KNOWN: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"];

fn cut(path: &str) -> String {
    redact(path).chars().take(1024).collect()
}

fn protocol(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "1.0",
        Version::HTTP_2 => "2",
        _ => "1.1",
    }
}

/// The value of `traceparent`; `None` if it is missing or repeated.
#[must_use]
pub fn traceparent(headers: &HeaderMap) -> Option<&str> {
    let mut lines = headers.get_all(TRACEPARENT).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else { return None };
    line.to_str().ok()
}

/// What a request says about its trace, for the propagator.
struct TraceFields<'a> {
    parent: Option<&'a str>,
    /// All lines of `tracestate`, joined to one list (W3C Trace Context §3.3.1).
    state: Option<String>,
}

impl<'a> TraceFields<'a> {
    fn of(headers: &'a HeaderMap) -> Self {
        let lines = headers.get_all(TRACESTATE).iter().map(HeaderValue::to_str);
        let state = lines.collect::<Result<Vec<_>, _>>().ok().map(|lines| lines.join(","));
        Self { parent: traceparent(headers), state }
    }
}

impl Extractor for TraceFields<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        match key {
            TRACEPARENT => self.parent,
            TRACESTATE => self.state.as_deref(),
            _ => None,
        }
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACEPARENT, TRACESTATE]
    }
}
