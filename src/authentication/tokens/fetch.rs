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

/// How TLS is spoken.
type Tls = Result<Arc<ClientConfig>, rustls::Error>;

/// With the authorities of browsers, which are in the binary.
static PUBLIC: LazyLock<Tls> =
    LazyLock::new(|| trusting(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.into() }));

/// With these authorities.
fn trusting(roots: RootCertStore) -> Tls {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// The document at a URL.
///
/// # Errors
///
/// The URL is neither `https` nor of this machine, or the response is not 200, too large or too
/// slow.
pub async fn fetch(url: &Url) -> Result<Bytes, Source> {
    fetch_over(url, &PUBLIC).await
}

async fn fetch_over(url: &Url, tls: &Tls) -> Result<Bytes, Source> {
    if !is_confidential(url) {
        return Err("it has neither https nor a loopback address".into());
    }
    timeout(TIMEOUT, connect_and_get(url, tls)).await?
}

async fn connect_and_get(url: &Url, tls: &Tls) -> Result<Bytes, Source> {
    let addresses = tokio::net::lookup_host(authority(url)?).await?.collect::<Vec<_>>();
    let stream = TcpStream::connect(&*addresses).await?;
    if url.scheme() == "http" {
        return get(stream, url).await;
    }
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let name = ServerName::try_from(host.to_owned())?;
    let config = tls.as_ref().map(Arc::clone).map_err(Clone::clone)?;
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

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use rustls::{
        ServerConfig,
        pki_types::{CertificateDer, PrivatePkcs8KeyDer},
    };
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
        task::JoinHandle,
    };
    use tokio_rustls::TlsAcceptor;

    use super::*;

    /// Of `localhost`, by itself, from 2020 to 2120.
    const CERTIFICATE: &str = "MIIBXjCCAQSgAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMMCWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABHIvsMN6eSjqrMxrjLSiwTybYQ4SN0nHfZyaKwM78ojRoGlEgnEGNtGJD8VVdFUQGbBiJ1Rb/a0FyIcx1mGYUuSjRTBDMBQGA1UdEQQNMAuCCWxvY2FsaG9zdDAMBgNVHRMBAf8EAjAAMB0GA1UdDgQWBBT2OEnanpmuSQwSdNThq1uk7uaU5DAKBggqhkjOPQQDAgNIADBFAiB0Kro70t0Jh9Qy493Neumpqe6DO+SW7ZbsUS3LYqgOiQIhALwzxC95e2JjRvm3U+15iYuu3bRybCICD8NeJJDceQD2";
    const KEY: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgMb5F8hM4uJ0pZm2Q7j7wEzrsYwhisqga6UuSFz4SRJmhRANCAARyL7DDenko6qzMa4y0osE8m2EOEjdJx32cmisDO/KI0aBpRIJxBjbRiQ/FVXRVEBmwYidUW/2tBciHMdZhmFLk";

    fn certificate() -> CertificateDer<'static> {
        STANDARD.decode(CERTIFICATE).unwrap().into()
    }

    /// A server that sends this response to each request, and closes the connection.
    async fn serve(response: String) -> (u16, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let key = PrivatePkcs8KeyDer::from(STANDARD.decode(KEY).unwrap());
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate()], key.into())
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut request = vec![0; 4096];
                let length = stream.read(&mut request).await.unwrap();
                assert!(request[..length].starts_with(b"GET /keys?x=1 HTTP/1.1\r\n"), "{request:?}");
                let _ = stream.write_all(response.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
        (port, task)
    }

    #[tokio::test]
    async fn a_document_comes_from_whom_the_url_names() {
        let (port, server) = serve("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}".into()).await;
        let mut roots = RootCertStore::empty();
        roots.add(certificate()).unwrap();
        let own = trusting(roots);
        let fetch = async |host: &str, tls: &Tls| {
            let url = format!("https://{host}:{port}/keys?x=1").parse().unwrap();
            fetch_over(&url, tls).await.map_err(|error| error.to_string())
        };
        assert_eq!(fetch("localhost", &own).await.unwrap(), "{}");
        // Another authority, and another name.
        assert!(fetch("localhost", &PUBLIC).await.unwrap_err().contains("UnknownIssuer"));
        assert!(fetch("127.0.0.1", &own).await.unwrap_err().contains("not valid for name"));
        server.abort();
    }

    #[tokio::test]
    async fn a_document_is_fetched_over_tls_only() {
        for url in ["http://192.0.2.1/keys", "http://example.com/keys", "ftp://localhost/", "file:///keys"] {
            let error = fetch(&url.parse().unwrap()).await.unwrap_err().to_string();
            assert!(error.contains("https"), "{url}: {error}");
        }
    }
}
