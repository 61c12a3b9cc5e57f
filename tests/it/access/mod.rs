//! Who may do what.

mod command_line;
mod cost;
mod inference;
mod jwt;
mod keys;
mod locks;
mod matrix;
mod secrecy;
mod slow;
mod tokens;
mod writers;

use curio::{
    access::{ApiKey, Grants},
    postgres::access::{models::ApiKeyContent, operations::key},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    Auth, Options,
    resource::{
        Deleted,
        Feature::{Secret, Update},
        Field, Identity, Resource, Rule,
    },
    service::{Reply, TestService, options},
};

pub const KEYS: Resource = Resource {
    name: "key",
    plural: "keys",
    table: "api_keys",
    path: "/v1/keys",
    identity: Identity::Code,
    derived: &["last_used_at"],
    actors: &[],
    deleted: Some(Deleted { parameter: "include_revoked", member: "revoked_at" }),
    setup: "",
    fields: &[
        Field { name: "name", rule: Rule::Text { max: 200 }, default: None },
        Field { name: "grants", rule: Rule::Grants, default: None },
        Field { name: "expires_at", rule: Rule::Time, default: Some("null") },
    ],
    logged: &[],
    columns: &[
        ("key_id", "lpad(n::text, 8, '0')"),
        ("hash", "sha256(n::text::bytea)"),
        ("name", "'key ' || n"),
        ("grants", "ARRAY['read:*']"),
    ],
    features: &[Update, Secret],
};

/// A service that requires a key.
async fn guarded() -> TestService {
    TestService::start_with(Options { auth: Auth::Required, ..options() }).await
}

/// A client with a key.
struct Client<'a> {
    service: &'a TestService,
    key: ApiKey,
    field: String,
}

impl<'a> Client<'a> {
    /// A client with a new key that has these grants.
    async fn new(service: &'a TestService, grants: &str) -> Self {
        Self::with(service, ApiKey::generate(), grants).await
    }

    async fn with(service: &'a TestService, key: ApiKey, grants: &str) -> Self {
        let grants = Grants::new(grants.split_whitespace().map(|grant| grant.parse().unwrap()).collect());
        let grants = grants.iter().map(ToString::to_string).collect();
        let content = ApiKeyContent { name: "A test".into(), grants, expires_at: None };
        let mut tx = service.pool.begin().await.unwrap();
        key::create(&mut tx, &key, &content).await.unwrap();
        tx.commit().await.unwrap();
        Self { service, field: format!("Bearer {}", key.expose()), key }
    }

    async fn send(&self, method: Method, path: &str, fields: &[(&str, &str)], body: Option<&Value>) -> Reply {
        let fields: Vec<_> =
            [("authorization", &*self.field)].into_iter().chain(fields.iter().copied()).collect();
        self.service.send(method, path, &fields, body).await
    }

    async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], None).await
    }

    async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, &[], Some(body)).await
    }

    /// Creates a collection, and returns nothing.
    async fn create_collection(&self, key: &str) {
        let reply = self.post("/v1/collections", &json!({ "key": key, "title": "X" })).await;
        assert_eq!(reply.status, 201, "{reply:?}");
    }

    /// Creates an item, and returns it.
    async fn create(&self, collection: &str, name: &str) -> Value {
        let reply = self.post("/v1/items", &json!({ "collection": collection, "name": name })).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        reply.body
    }
}
