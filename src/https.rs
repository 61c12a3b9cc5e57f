//! Requests to other services over HTTPS. Each has a connection of its own, and no redirect is
//! followed: what is said of the URL holds for what responded.

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use http::{
    HeaderValue, Request, Response, Uri,
    header::{HOST, USER_AGENT},
};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

use crate::error::Source;

/// The most bytes of a response.
pub const MAX_RESPONSE: usize = 1024 * 1024;

const PRODUCT: HeaderValue = HeaderValue::from_static(concat!("curio/", env!("CARGO_PKG_VERSION")));

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

/// The response to a request, whose URI is absolute.
///
/// # Errors
///
/// The server is not reachable, has no valid certificate for its name, or its response is too
/// large.
pub async fn send(request: Request<Bytes>) -> Result<Response<Bytes>, Source> {
    send_over(request, &PUBLIC).await
}

async fn send_over(mut request: Request<Bytes>, tls: &Tls) -> Result<Response<Bytes>, Source> {
    let uri = request.uri().clone();
    let authority = uri.authority().ok_or("it has no host")?;
    let is_plain = uri.scheme_str() == Some("http");
    let port = authority.port_u16().unwrap_or(if is_plain { 80 } else { 443 });
    let host = authority.host().trim_matches(['[', ']']);
    request.headers_mut().insert(HOST, HeaderValue::from_str(authority.as_str())?);
    request.headers_mut().insert(USER_AGENT, PRODUCT);
    *request.uri_mut() = Uri::from(uri.path_and_query().cloned().ok_or("it has no path")?);
    let stream = TcpStream::connect((host, port)).await?;
    if is_plain {
        return exchange(stream, request).await;
    }
    let name = ServerName::try_from(host.to_owned())?;
    let config = tls.as_ref().map(Arc::clone).map_err(Clone::clone)?;
    exchange(TlsConnector::from(config).connect(name, stream).await?, request).await
}

async fn exchange<S>(stream: S, request: Request<Bytes>) -> Result<Response<Bytes>, Source>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let response = async {
        let (head, body) = sender.send_request(request.map(Full::new)).await?.into_parts();
        let body = Limited::new(body, MAX_RESPONSE).collect().await?.to_bytes();
        Ok(Response::from_parts(head, body))
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
    async fn a_response_comes_from_whom_the_url_names() {
        let (port, server) = serve("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}".into()).await;
        let mut roots = RootCertStore::empty();
        roots.add(certificate()).unwrap();
        let own = trusting(roots);
        let fetch = async |host: &str, tls: &Tls| {
            let request = Request::get(format!("https://{host}:{port}/keys?x=1")).body(Bytes::new()).unwrap();
            send_over(request, tls).await.map(Response::into_body).map_err(|error| error.to_string())
        };
        assert_eq!(fetch("localhost", &own).await.unwrap(), "{}");
        // Another authority, and another name.
        assert!(fetch("localhost", &PUBLIC).await.unwrap_err().contains("UnknownIssuer"));
        assert!(fetch("127.0.0.1", &own).await.unwrap_err().contains("not valid for name"));
        server.abort();
    }
}
