//! Metrics in the text format of Prometheus.

use std::{
    fmt,
    hash::{Hash, Hasher},
    time::Duration,
};

use axum::extract::MatchedPath;
use http::{Method, StatusCode};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, EncodeLabelValue, EncodeMetric, LabelValueEncoder, text},
    metrics::{
        counter::{ConstCounter, Counter},
        family::Family,
        gauge::ConstGauge,
        histogram::Histogram,
        info::Info,
    },
    registry::{Registry, Unit},
};

use super::sink::lost_lines;
use crate::postgres::pool::Database;

/// The media type of [`Metrics::encode`].
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper bounds in seconds; the last exceeds every time-out.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 15.0];

/// The metrics of the service.
pub struct Metrics {
    registry: Registry,
    requests: Family<Labels, Histogram, fn() -> Histogram>,
    retries: Counter,
    authentications: Family<Authentication, Counter>,
}

impl Metrics {
    /// Metrics of a service on this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        let mut registry = Registry::with_prefix("curio");
        let requests =
            Family::<Labels, Histogram, fn() -> Histogram>::new_with_constructor(|| Histogram::new(BUCKETS));
        let retries = Counter::default();
        registry.register_with_unit(
            "http_request_duration",
            "From the head of a request to the head of its response",
            Unit::Seconds,
            requests.clone(),
        );
        registry.register(
            "transactions_rerun",
            "Requests that were retried because their transaction lost against a concurrent one",
            retries.clone(),
        );
        let authentications = Family::<Authentication, Counter>::default();
        registry.register(
            "authentications",
            "Requests whose client was asked for an API key or an access token, by what became of it",
            authentications.clone(),
        );
        let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The build that is running", build);
        registry.register_collector(Box::new(PoolCollector(database)));
        registry.register_collector(Box::new(LogCollector));
        Self { registry, requests, retries, authentications }
    }

    /// Records a request, its status and the time until its response.
    pub fn record_request(
        &self,
        method: &Method,
        route: Option<MatchedPath>,
        status: StatusCode,
        time: Duration,
    ) {
        let labels = Labels { method: method_name(method), route: Route(route), status: status.as_u16() };
        self.requests.get_or_create(&labels).observe(time.as_secs_f64());
    }

    /// Counts a rejection of bytes that are not a request.
    pub fn record_rejection(&self, status: StatusCode) {
        let labels = Labels { method: "other", route: Route(None), status: status.as_u16() };
        self.requests.get_or_create(&labels).observe(0.0);
    }

    /// Counts a request that is retried.
    pub fn record_retry(&self) {
        self.retries.inc();
    }

    /// Counts what became of the API key or access token of a request.
    pub fn record_authentication(&self, result: &'static str) {
        self.authentications.get_or_create(&Authentication { result }).inc();
    }

    /// All metrics as text.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut page = String::new();
        // Writing into a String cannot fail.
        let _ = text::encode(&mut page, &self.registry);
        page
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

/// A client can send any method and any path; neither may create a time series.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ if method.as_str() == "QUERY" => "QUERY",
        _ => "other",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    method: &'static str,
    route: Route,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Authentication {
    result: &'static str,
}

/// The route as it is declared, such as `/v1/items/{id}`.
#[derive(Debug, Clone)]
struct Route(Option<MatchedPath>);

impl Route {
    fn as_str(&self) -> &str {
        self.0.as_ref().map_or("none", MatchedPath::as_str)
    }
}

impl PartialEq for Route {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Route {}

impl Hash for Route {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl EncodeLabelValue for Route {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> fmt::Result {
        self.as_str().encode(encoder)
    }
}

/// The pool of connections, read when the metrics are.
#[derive(Debug)]
struct PoolCollector(Database);

impl Collector for PoolCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let status = self.0.status();
        let mut gauge = |name: &str, help: &str, value: usize| {
            let metric = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
            metric.encode(encoder.encode_descriptor(name, help, None, metric.metric_type())?)
        };
        gauge("database_connections", "Open connections to the database", status.size)?;
        gauge("database_connections_idle", "Idle connections to the database", status.available)?;
        gauge("database_connections_waiting", "Requests that wait for a connection", status.waiting)
    }
}

/// The lost lines of the log, for the whole process.
#[derive(Debug)]
struct LogCollector;

impl Collector for LogCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let metric = ConstCounter::new(lost_lines());
        let help = "Lines of the log that were lost because it was not read";
        metric.encode(encoder.encode_descriptor("log_lines_lost", help, None, metric.metric_type())?)
    }
}
