//! Documents of issuers over HTTPS. One request, without redirects: what is said of the URL holds
//! for what was fetched.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use bytes::Bytes;
use http::{
    HeaderValue, Request,
    header::{ACCEPT, HOST, USER_AGENT},
};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;
use url::Url;

use crate::{access::is_confidential, error::Source};

/// The longest time that a document may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The most bytes of a document.
pub const MAX_DOCUMENT: usize = 1024 * 1024;

const PRODUCT: HeaderValue = HeaderValue::from_static(concat!("curio/", env!("CARGO_PKG_VERSION")));
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Trusts the authorities of browsers, which are in the binary.
static PUBLIC_ROOTS: LazyLock<Result<Arc<ClientConfig>, rustls::Error>> = LazyLock::new(|| {
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.into() };
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
});

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
    timeout(TIMEOUT, connect_and_get(url)).await?
}

async fn connect_and_get(url: &Url) -> Result<Bytes, Source> {
    let addresses = tokio::net::lookup_host(authority(url)?).await?.collect::<Vec<_>>();
    let stream = TcpStream::connect(&*addresses).await?;
    if url.scheme() == "http" {
        return get(stream, url).await;
    }
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let name = ServerName::try_from(host.to_owned())?;
    let config = PUBLIC_ROOTS.as_ref().map(Arc::clone).map_err(Clone::clone)?;
    get(TlsConnector::from(config).connect(name, stream).await?, url).await
}

/// The host and the port of a URL.
fn authority(url: &Url) -> Result<String, Source> {
    let (host, port) = url.host_str().zip(url.port_or_known_default()).ok_or("it has no host")?;
    Ok(format!("{host}:{port}"))
}

async fn get<S>(stream: S, url: &Url) -> Result<Bytes, Source>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let path = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let request = Request::get(path)
        .header(HOST, authority(url)?)
        .header(ACCEPT, JSON)
        .header(USER_AGENT, PRODUCT)
        .body(Empty::<Bytes>::new())?;
    let response = async {
        let response = sender.send_request(request).await?;
        if response.status() != http::StatusCode::OK {
            return Err(format!("its response is {}", response.status()).into());
        }
        Ok(Limited::new(response.into_body(), MAX_DOCUMENT).collect().await?.to_bytes())
    };
    tokio::pin!(response);
    tokio::select! {
        biased;
        response = &mut response => return response,
        _ = connection => {}
    }
    // What came before the end of the connection.
    response.await
}
