//! How spans reach the collector.

use std::{collections::HashMap, env, path::Path, time::Duration};

use anyhow::{Context as _, ensure};
use async_trait::async_trait;
use http::{HeaderName, HeaderValue, Request, Response, Uri};
use opentelemetry::{Key, KeyValue};
use opentelemetry_http::{Bytes, HttpClient, HttpError};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use percent_encoding::percent_decode_str;
use tokio::{runtime::Handle, time::timeout};

use crate::{files, https};

/// The longest time that sending some spans may take, unless the environment has another.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The most bytes of the file with header fields.
const MAX_FIELDS: u64 = 64 * 1024;

/// Numbers, and the most that they may be. Queues are allocated at the start.
const NUMBERS: [(&str, u32); 4] = [
    ("OTEL_BSP_MAX_QUEUE_SIZE", 65_536),
    ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 65_536),
    ("OTEL_BSP_SCHEDULE_DELAY", u32::MAX),
    ("OTEL_BSP_EXPORT_TIMEOUT", u32::MAX),
];

/// How requests are chosen to be traced.
const SAMPLERS: [&str; 6] = [
    "always_on",
    "always_off",
    "traceidratio",
    "parentbased_always_on",
    "parentbased_always_off",
    "parentbased_traceidratio",
];

/// Whether the environment names a collector (OpenTelemetry's variables).
#[must_use]
pub fn is_enabled() -> bool {
    let has_endpoint = of_traces("ENDPOINT").is_some();
    let is_disabled = value("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
        || value("OTEL_TRACES_EXPORTER").is_some_and(|value| value != "otlp");
    has_endpoint && !is_disabled
}

/// Makes spans, and sends them to the collector in the background.
///
/// # Errors
///
/// The environment is malformed.
pub fn provider() -> anyhow::Result<SdkTracerProvider> {
    check_environment()?;
    let timeout = match of_traces("TIMEOUT") {
        Some(text) => text
            .parse()
            .map(Duration::from_millis)
            .context("OTEL_EXPORTER_OTLP_TIMEOUT is not a number of milliseconds")?,
        None => TIMEOUT,
    };
    let client = Client { runtime: Handle::current(), timeout };
    let exporter = SpanExporter::builder().with_http().with_http_client(client);
    let exporter = match env::var_os("OTEL_EXPORTER_OTLP_HEADERS_FILE") {
        Some(file) => {
            let fields = files::read(Path::new(&file), MAX_FIELDS)
                .with_context(|| format!("cannot read {}", file.display()))?;
            exporter
                .with_headers(parse_fields(&fields).context("OTEL_EXPORTER_OTLP_HEADERS_FILE is malformed")?)
        }
        None => exporter,
    };
    let exporter = exporter.build().context("cannot send traces")?;
    Ok(SdkTracerProvider::builder().with_resource(resource()).with_batch_exporter(exporter).build())
}

/// Rejects what the SDK would ignore.
fn check_environment() -> anyhow::Result<()> {
    let protocol = of_traces("PROTOCOL").unwrap_or_else(|| "http/protobuf".into());
    ensure!(
        protocol == "http/protobuf",
        "OTEL_EXPORTER_OTLP_PROTOCOL is {protocol:?}: only http/protobuf is supported, mostly on port 4318"
    );
    if let Some(endpoint) = of_traces("ENDPOINT") {
        // It may have a password, which would be sent in `Host`.
        let is_http = endpoint.parse().is_ok_and(|uri: Uri| {
            let has_user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
            matches!(uri.scheme_str(), Some("http" | "https")) && !has_user
        });
        ensure!(
            is_http,
            "OTEL_EXPORTER_OTLP_ENDPOINT must be a URL of http or https without a user: credentials are for \
             OTEL_EXPORTER_OTLP_HEADERS"
        );
    }
    if let Some(fields) = of_traces("HEADERS") {
        parse_fields(&fields).context("OTEL_EXPORTER_OTLP_HEADERS is malformed")?;
    }
    if let Some(sampler) = value("OTEL_TRACES_SAMPLER") {
        let is_known = SAMPLERS.contains(&&*sampler);
        ensure!(is_known, "OTEL_TRACES_SAMPLER is {sampler:?}: it must be one of {}", SAMPLERS.join(", "));
    }
    if let Some(ratio) = value("OTEL_TRACES_SAMPLER_ARG") {
        let is_ratio = ratio.parse().is_ok_and(|ratio: f64| (0.0..=1.0).contains(&ratio));
        ensure!(is_ratio, "OTEL_TRACES_SAMPLER_ARG is {ratio:?}: it must be a ratio from 0 to 1");
    }
    for (name, max) in NUMBERS {
        let Some(number) = value(name) else { continue };
        let is_number = number.parse().is_ok_and(|number: u32| (1..=max).contains(&number));
        ensure!(is_number, "{name} is {number:?}: it must be a number from 1 to {max}");
    }
    Ok(())
}

/// The service, by the name that the environment gives it, or else its own.
fn resource() -> Resource {
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let named = Resource::builder().with_attribute(version.clone()).build();
    let name = named.get(&Key::new("service.name"));
    if name.is_some_and(|name| !name.as_str().starts_with("unknown_service")) {
        return named;
    }
    Resource::builder().with_attribute(version).with_service_name("curio").build()
}

/// A variable about traces, or else about all signals.
fn of_traces(name: &str) -> Option<String> {
    value(&format!("OTEL_EXPORTER_OTLP_TRACES_{name}"))
        .or_else(|| value(&format!("OTEL_EXPORTER_OTLP_{name}")))
}

fn value(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Fields as in `OTEL_EXPORTER_OTLP_HEADERS`: `name=value` pairs, separated by commas.
fn parse_fields(text: &str) -> anyhow::Result<HashMap<String, String>> {
    let parse = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        let name: HeaderName = name.trim().parse().ok()?;
        let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
        HeaderValue::from_str(&value).ok()?;
        Some((name.to_string(), value.into_owned()))
    };
    let fields: Option<_> = text.trim().split(',').map(parse).collect();
    fields.context("it must have name=value pairs, separated by commas")
}

/// Sends on the runtime of the service. The spans are collected by a thread without one.
#[derive(Debug)]
struct Client {
    runtime: Handle,
    timeout: Duration,
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let limit = self.timeout;
        self.runtime.spawn(async move { timeout(limit, https::send(request)).await? }).await?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_pairs() {
        let fields = parse_fields("authorization=Bearer%20a=b, x = y\n").unwrap();
        assert_eq!((&*fields["authorization"], &*fields["x"]), ("Bearer a=b", "y"));
        for malformed in ["secret", "=secret", "a secret=b", "a=b,secret", "a=secret%0A"] {
            let error = parse_fields(malformed).unwrap_err();
            assert!(!format!("{error:#}").contains("secret"), "{malformed}");
        }
    }
}
