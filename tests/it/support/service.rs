//! The service in this process: the production router behind the production listener.

use std::{net::TcpListener, sync::Arc, time::Duration};

use curio::{
    http::{App, Options, server},
    postgres::database::{Database, DatabaseOptions},
};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tokio::{sync::oneshot, task::JoinHandle};

use super::{database::TestDatabase, eventually};

/// A service that is stopped when it is dropped.
#[derive(Debug)]
pub struct TestService {
    pub database: TestDatabase,
    pub pool: Database,
    pub address: String,
    pub client: Client,
    stop: Option<oneshot::Sender<()>>,
    served: Option<JoinHandle<std::io::Result<()>>>,
}

/// Options without limits that a test could run into.
pub fn options() -> Options {
    Options {
        request_timeout: Duration::from_secs(15),
        body_timeout: Duration::from_secs(5),
        max_requests: 512,
        rate_limit: None,
        require_if_match: false,
        trusted_proxies: Vec::new(),
        cors_origins: Vec::new(),
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
        let pool = Database::new(pool).unwrap();
        let app = App::new(pool.clone(), b"a key of the tests", options);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let stopped = async {
            let _ = stopped.await;
        };
        let served = tokio::spawn(server::serve(listener, Arc::clone(&app), stopped, Duration::from_secs(5)));
        let client = Client::builder().timeout(Duration::from_secs(30)).build().unwrap();
        Self { database, pool, address, client, stop: Some(stop), served: Some(served) }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.address))
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::PUT, path).json(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        let request = self.request(Method::PATCH, path).json(body);
        Answer::of(request.header("content-type", "application/merge-patch+json")).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::DELETE, path)).await
    }

    /// A request with these header fields; one with a body is JSON where they do not say otherwise.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        fields: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
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
        Answer::of(request).await
    }

    /// A body as it is, with the media type of JSON.
    pub async fn post_text(&self, body: impl Into<reqwest::Body>) -> Answer {
        let request = self.request(Method::POST, "/v1/items").header("content-type", "application/json");
        Answer::of(request.body(body)).await
    }

    /// An item with this name, as it was answered.
    pub async fn create(&self, name: &str) -> Value {
        let answer = self.post("/v1/items", &json!({ "name": name })).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        answer.body
    }

    /// Waits until every connection lies in the pool, and sees that none of them is in a transaction.
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

    /// Stops as on SIGTERM, and waits for the end.
    pub async fn stop(&mut self) {
        let _ = self.stop.take().unwrap().send(());
        self.served.take().unwrap().await.unwrap().unwrap();
    }
}

/// The path of an item that was answered.
pub fn path(item: &Value) -> String {
    format!("/v1/items/{}", item["id"].as_str().unwrap_or_else(|| panic!("{item}")))
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
    /// Null where the body is not JSON.
    pub body: Value,
}

impl Answer {
    pub async fn of(request: RequestBuilder) -> Self {
        Self::read(request.send().await.unwrap()).await
    }

    pub async fn read(response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self { status, headers, text, body }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Sees that this is a problem document of this status and type, in every respect that all of them share.
    #[track_caller]
    pub fn is_problem(&self, status: u16, slug: &str) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        assert_eq!(self.header("cache-control"), Some("no-store"), "{self:?}");
        assert_eq!(self.body["type"], format!("/problems/{slug}"), "{self:?}");
        assert_eq!(self.body["status"], status, "{self:?}");
        assert!(self.body["title"].is_string() && self.body["detail"].is_string(), "{self:?}");
        let id = self.header("x-request-id").unwrap();
        assert_eq!(self.body["instance"], format!("urn:uuid:{id}"), "{self:?}");
        self
    }

    /// The faults of a problem: place and code, sorted.
    #[track_caller]
    pub fn faults(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut faults: Vec<_> = self.body["errors"]
            .as_array()
            .unwrap_or_else(|| panic!("{self:?}"))
            .iter()
            .map(|fault| {
                let places = ["pointer", "parameter", "header"];
                let place = places.iter().find_map(|name| fault.get(name)).unwrap();
                assert!(fault["detail"].is_string(), "{self:?}");
                (text(place), text(&fault["code"]))
            })
            .collect();
        faults.sort();
        faults
    }
}
