//! The service in this process: the production router behind the production listener.

use std::{
    io,
    net::TcpListener,
    sync::atomic::{AtomicU8, Ordering::Relaxed},
    time::Duration,
};

use bytes::Bytes;
use futures_util::stream;
use http_body_util::Empty;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use reqwest::{Body, Client, Method, RequestBuilder, Response, StatusCode, Url};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::Handle,
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use super::{
    App, Auth, ConnectionOptions, Database, DatabaseOptions, Docs, Options, database::TestDatabase,
    eventually, listener, router,
};

/// A service that is stopped when it is dropped.
#[derive(Debug)]
pub struct TestService {
    pub database: TestDatabase,
    pub pool: Database,
    pub address: String,
    pub client: Client,
    /// How many clients there were, if each request comes from another one.
    pub clients: Option<AtomicU8>,
    stop: Option<oneshot::Sender<()>>,
    served: Option<JoinHandle<std::io::Result<()>>>,
}

/// Options without limits that a test could reach.
pub fn options() -> Options {
    Options {
        request_timeout: Duration::from_secs(15),
        export_timeout: Duration::from_mins(1),
        progress_interval: Duration::from_secs(10),
        import_timeout: Duration::from_mins(1),
        import_limit: 8 * 1024 * 1024,
        import_space: 32,
        body_timeout: Duration::from_secs(5),
        max_requests: 512,
        rate_limit: None,
        failures: "60/60s".parse().unwrap(),
        auth: Auth::None,
        tokens: None,
        require_if_match: false,
        public_url: None,
        allowed_hosts: Vec::new(),
        is_on_loopback: false,
        trusted_proxies: Vec::new(),
        cors_origins: Vec::new(),
        admin_bind: None,
        docs: Docs::Public,
        connections: ConnectionOptions {
            check_every: Duration::from_millis(50),
            idle_timeout: Duration::from_mins(1),
            write_timeout: Duration::from_secs(20),
            max: 1000,
            surplus: 256,
            shutdown_timeout: Duration::from_secs(5),
        },
    }
}

impl TestService {
    pub async fn start() -> Self {
        Self::start_with(options()).await
    }

    pub async fn start_with(options: Options) -> Self {
        let database = TestDatabase::new().await;
        let pool = database.options();
        Self::on(database, pool, options)
    }

    pub fn on(database: TestDatabase, pool: DatabaseOptions, options: Options) -> Self {
        Self::on_runtime(&Handle::current(), database, pool, options)
    }

    /// Serves the connections up to the limit on `runtime`.
    pub fn on_runtime(
        runtime: &Handle,
        database: TestDatabase,
        pool: DatabaseOptions,
        options: Options,
    ) -> Self {
        let pool = Database::new(pool).unwrap();
        let connections = options.connections;
        let app = App::new(pool.clone(), b"a key of the tests", options);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let stopped = async {
            let _ = stopped.await;
        };
        let router = router(&app);
        let listener = listener::Listener { socket: listener, runtime: runtime.clone() };
        let served = tokio::spawn(listener::serve(listener, router, app, connections, stopped));
        let client = Client::builder().timeout(Duration::from_secs(30)).build().unwrap();
        let (stop, served) = (Some(stop), Some(served));
        Self { database, pool, address, client, clients: None, stop, served }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.address));
        match self.clients.as_ref().map(|clients| clients.fetch_add(1, Relaxed)) {
            Some(client) => request.header("x-forwarded-for", format!("203.0.113.{client}")),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        Reply::of(self.request(Method::POST, path).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Reply {
        Reply::of(self.request(Method::PUT, path).json(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Reply {
        let request =
            self.request(Method::PATCH, path).header("content-type", "application/merge-patch+json");
        Reply::of(request.body(body.to_string())).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        Reply::of(self.request(Method::DELETE, path)).await
    }

    /// Sends a request with these header fields; a body is JSON unless they say otherwise.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        fields: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Reply {
        let mut request = self.request(method, path);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let typed = fields.iter().any(|(name, _)| *name == "content-type");
        if let Some(body) = body {
            request = request.body(body.to_string());
            if !typed {
                request = request.header("content-type", "application/json");
            }
        }
        Reply::of(request).await
    }

    /// Sends a body as it is, with the media type of JSON.
    pub async fn post_text(&self, body: impl Into<reqwest::Body>) -> Reply {
        let request = self.request(Method::POST, "/v1/items").header("content-type", "application/json");
        Reply::of(request.body(body)).await
    }

    /// A connection on which a test sends bytes.
    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address.strip_prefix("http://").unwrap()).await.unwrap()
    }

    /// Sends these bytes, and reads until the service closes the connection.
    pub async fn exchange(&self, request: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect().await;
        stream.write_all(request.as_ref()).await.unwrap();
        let mut bytes = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut bytes)).await;
        read.expect("still open").unwrap();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Sends a request without a body over HTTP/2, on a connection of its own.
    pub async fn exchange_http2(&self, request: http::Request<()>) -> http::Response<()> {
        let handshake = http2::handshake(TokioExecutor::new(), TokioIo::new(self.connect().await));
        let (mut client, connection) = handshake.await.unwrap();
        let connection = tokio::spawn(connection);
        let response = client.send_request(request.map(|()| Empty::<Bytes>::new())).await.unwrap();
        connection.abort();
        response.map(|_| ())
    }

    /// Creates an item with this name, and returns its representation.
    pub async fn create(&self, name: &str) -> Value {
        let reply = self.post("/v1/items", &json!({ "name": name })).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{reply:?}");
        reply.body
    }

    /// Opens this many connections to the database, and leaves them idle in the pool.
    pub async fn open_all_connections(&self, count: usize) {
        let all = (0..count).map(|_| self.pool.connection());
        for connection in futures_util::future::try_join_all(all).await.unwrap() {
            connection.release();
        }
    }

    /// Waits until every connection is idle in the pool and outside of a transaction.
    pub async fn pool_is_clean(&self) {
        eventually("all connections are back", async || {
            let status = self.pool.status();
            status.available == status.size && status.waiting == 0
        })
        .await;
        let busy = "SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND application_name = 'curio' AND state <> 'idle'";
        eventually("no transaction is open", async || self.database.number(busy).await == 0).await;
    }

    /// Stops as on SIGTERM, and waits for the shutdown to end.
    pub async fn stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
        self.served.take().unwrap().await.unwrap().unwrap();
    }
}

/// The final responses on a connection, until the service closes it. A half-closed client that waits
/// gets interim ones, too.
pub async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset ends it as well.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).replace("HTTP/1.1 100 Continue\r\n\r\n", "")
}

/// The path of an item, by its representation.
pub fn path(item: &Value) -> String {
    format!("/v1/items/{}", item["id"].as_str().unwrap_or_else(|| panic!("{item}")))
}

/// A response, read whole.
#[derive(Debug, Clone)]
pub struct Reply {
    url: Url,
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
    /// Null if the body is not JSON.
    pub body: Value,
}

impl Reply {
    pub async fn of(request: RequestBuilder) -> Self {
        Self::read(request.send().await.unwrap()).await
    }

    pub async fn read(response: Response) -> Self {
        let (url, status, headers) = (response.url().clone(), response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self { url, status, headers, text, body }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The target of the link with this relation (RFC 8288), as a path on the service.
    #[track_caller]
    pub fn link(&self, rel: &str) -> Option<String> {
        let mark = format!("; rel=\"{rel}\"");
        let entry = self.header("link")?.split(", ").find(|entry| entry.ends_with(&mark))?;
        let target = entry.strip_prefix('<').unwrap().split('>').next().unwrap();
        assert!(target.starts_with("/v1/"), "{target} is not relative");
        let url = self.url.join(target).unwrap();
        assert_eq!(url.origin(), self.url.origin(), "{target} leaves the service");
        let query = url.query().map_or_else(String::new, |query| format!("?{query}"));
        Some(format!("{}{query}", url.path()))
    }

    /// Checks everything that problem documents share, and that this one has this status and type.
    #[track_caller]
    pub fn is_problem(&self, status: u16, slug: &str) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        assert_eq!(self.header("cache-control"), Some("no-store"), "{self:?}");
        assert_eq!(self.body["type"], format!("/problems/{slug}"), "{self:?}");
        assert_eq!(self.body["status"], status, "{self:?}");
        let detail = self.body["detail"].as_str().unwrap_or_default();
        let is_declared = (1..=256).contains(&detail.len()) && detail.chars().all(|c| matches!(c, ' '..='~'));
        assert!(self.body["title"].is_string() && is_declared, "{self:?}");
        let id = self.header("x-request-id").unwrap();
        assert_eq!(self.body["instance"], format!("urn:uuid:{id}"), "{self:?}");
        self
    }

    /// The faults of a problem: location and code, sorted.
    #[track_caller]
    pub fn faults(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut faults: Vec<_> = self.body["errors"]
            .as_array()
            .unwrap_or_else(|| panic!("{self:?}"))
            .iter()
            .map(|fault| {
                let kinds = ["pointer", "parameter", "header"];
                let location = kinds.iter().find_map(|name| fault.get(name)).unwrap();
                assert!(fault["detail"].is_string(), "{self:?}");
                (text(location), text(&fault["code"]))
            })
            .collect();
        faults.sort();
        faults
    }
}

/// A body whose pieces the test sends.
pub fn streamed_body() -> (mpsc::Sender<io::Result<Vec<u8>>>, Body) {
    let (sender, receiver) = mpsc::channel(1);
    let pieces = stream::unfold(receiver, async |mut receiver: mpsc::Receiver<_>| {
        receiver.recv().await.map(|piece| (piece, receiver))
    });
    (sender, Body::wrap_stream(pieces))
}
