//! The documents of issuers.

use std::time::Duration;

use bytes::Bytes;
use http::{
    HeaderValue, Request, StatusCode,
    header::{ACCEPT, ACCEPT_ENCODING},
};
use tokio::time::timeout;
use url::Url;

use crate::{access::is_confidential, error::Source, https};

/// The longest time that a document may take.
const TIMEOUT: Duration = Duration::from_secs(5);

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const IDENTITY: HeaderValue = HeaderValue::from_static("identity");

/// The document at a URL.
///
/// # Errors
///
/// The URL is neither `https` nor of this machine, or the response is not 200, too large or too
/// slow.
pub async fn fetch(url: &Url) -> Result<Bytes, Source> {
    if !is_confidential(url) {
        return Err("it has neither https nor a loopback address".into());
    }
    let request = Request::get(url.as_str()).header(ACCEPT, JSON).header(ACCEPT_ENCODING, IDENTITY);
    let request = request.body(Bytes::new())?;
    let response = timeout(TIMEOUT, https::send(request)).await??;
    if response.status() != StatusCode::OK {
        return Err(format!("its response is {}", response.status()).into());
    }
    Ok(response.into_body())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_document_is_fetched_over_tls_only() {
        for url in ["http://192.0.2.1/keys", "http://example.com/keys", "ftp://localhost/", "file:///keys"] {
            let error = fetch(&url.parse().unwrap()).await.unwrap_err().to_string();
            assert!(error.contains("https"), "{url}: {error}");
        }
    }
}
