//! Every operation with every kind of actor.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicU16, Ordering},
};

use curio::access::ApiKey;
use reqwest::Method;
use serde_json::{Value, json};

use super::{Client, guarded, jwt};
use crate::support::{
    Auth, Options,
    issuer::{SigningKey, TestIssuer},
    openapi_text,
    service::{Reply, TestService, options},
};

/// An operation on the collection `acme.lamps`, an item of it, or a key for it.
struct Case {
    operation: &'static str,
    method: Method,
    path: &'static str,
    body: &'static str,
    /// The statuses for actors that may read, write, delete, purge and manage the collection.
    of_grants: [u16; 5],
    /// The status for actors that may do all that to another collection.
    of_foreign: u16,
}

/// The table: what each actor gets. Nothing is changed, since every write is a dry run.
#[rustfmt::skip]
fn table() -> Vec<Case> {
    let case = |operation, method, path, body, of_grants, of_foreign| Case { operation, method, path, body, of_grants, of_foreign };
    let (get, post, put, patch, delete) = (Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE);
    vec![
        //    operation                                                                        read write delete purge manage foreign
        case("list_items", get.clone(), "/v1/items?collection=acme.lamps", "",                 [200, 200, 200, 200, 200], 200),
        case("list_items", get.clone(), "/v1/items", "",                                       [200, 200, 200, 200, 200], 200),
        case("get_item", get.clone(), "/v1/items/{item}", "",                                  [200, 200, 200, 200, 200], 404),
        case("create_item", post.clone(), "/v1/items", ITEM,                                   [403, 201, 403, 403, 403], 422),
        case("replace_item", put.clone(), "/v1/items/{item}", ITEM,                            [403, 200, 403, 403, 403], 422),
        case("replace_item", put.clone(), "/v1/items/{free}", ITEM,                            [403, 201, 403, 403, 403], 422),
        case("update_item", patch.clone(), "/v1/items/{item}", r#"{"name": "X"}"#,             [403, 200, 403, 403, 403], 404),
        case("delete_item", delete.clone(), "/v1/items/{item}", "",                            [403, 403, 204, 403, 403], 404),
        case("delete_item", delete.clone(), "/v1/items/{item}?purge=true", "",                 [403, 403, 403, 204, 403], 404),
        case("restore_item", post.clone(), "/v1/items/{deleted}/restore", "",                  [403, 403, 200, 403, 403], 404),
        case("batch_items", post.clone(), "/v1/items/batch", BATCH_CREATE,                     [403, 200, 403, 403, 403], 422),
        case("batch_items", post.clone(), "/v1/items/batch", BATCH_UPDATE,                     [403, 200, 403, 403, 403], 404),
        case("batch_items", post.clone(), "/v1/items/batch", BATCH_DELETE,                     [403, 403, 200, 403, 403], 404),
        case("import_items", post.clone(), "/v1/items/import", ITEM,                           [403, 200, 403, 403, 403], 422),
        case("list_collections", get.clone(), "/v1/collections", "",                           [200, 200, 200, 200, 200], 200),
        case("create_collection", post.clone(), "/v1/collections", COLLECTION,                 [403, 403, 403, 403, 409], 403),
        case("get_collection", get.clone(), "/v1/collections/acme.lamps", "",                  [200, 200, 200, 200, 200], 404),
        case("replace_collection", put, "/v1/collections/acme.lamps", r#"{"title": "X"}"#,     [403, 403, 403, 403, 200], 403),
        case("update_collection", patch.clone(), "/v1/collections/acme.lamps", "{}",           [403, 403, 403, 403, 200], 404),
        case("delete_collection", delete.clone(), "/v1/collections/acme.lamps", "",            [403, 403, 403, 403, 409], 404),
        case("check_schema", post.clone(), "/v1/collections/acme.lamps/schema-check", CHECK,   [200, 200, 200, 200, 200], 404),
        case("list_schemas", get.clone(), "/v1/collections/acme.lamps/schemas", "",            [200, 200, 200, 200, 200], 404),
        case("get_schema", get.clone(), "/v1/collections/acme.lamps/schemas/1", "",            [200, 200, 200, 200, 200], 404),
        case("list_keys", get.clone(), "/v1/keys", "",                                         [200, 200, 200, 200, 200], 200),
        case("create_key", post.clone(), "/v1/keys", KEY,                                      [403, 403, 403, 403, 201], 403),
        case("get_key", get, "/v1/keys/{key}", "",                                             [404, 404, 404, 404, 200], 404),
        case("update_key", patch, "/v1/keys/{key}", r#"{"name": "X"}"#,                        [404, 404, 404, 404, 200], 404),
        case("rotate_key", post, "/v1/keys/{key}/rotate", r#"{"grace_seconds": 0}"#,           [404, 404, 404, 404, 200], 404),
        case("revoke_key", delete, "/v1/keys/{key}", "",                                       [404, 404, 404, 404, 204], 404),
    ]
}

const ITEM: &str = r#"{"name": "Lamp", "collection": "acme.lamps"}"#;
const BATCH_CREATE: &str =
    r#"{"operations": [{"op": "create", "item": {"name": "X", "collection": "acme.lamps"}}]}"#;
const BATCH_UPDATE: &str = r#"{"operations": [{"op": "update", "id": "{item}", "patch": {"name": "X"}}]}"#;
const BATCH_DELETE: &str = r#"{"operations": [{"op": "delete", "id": "{item}"}]}"#;
const COLLECTION: &str = r#"{"key": "acme.lamps", "title": "Lamps"}"#;
const CHECK: &str = r#"{"schema": false}"#;
const KEY: &str = r#"{"name": "X", "grants": ["read:acme.lamps"]}"#;

const ACTIONS: [&str; 5] = ["read", "write", "delete", "purge", "manage"];

/// What the table is about.
struct Fixture {
    item: String,
    deleted: String,
    key: String,
}

impl Fixture {
    async fn new(service: &TestService) -> Self {
        let admin = Client::new(service, "read:* write:* delete:* purge:* manage:*").await;
        let body = json!({ "key": "acme.lamps", "title": "Lamps", "schema": true });
        assert_eq!(admin.post("/v1/collections", &body).await.status, 201);
        admin.create_collection("other").await;
        let id = |item: &Value| item["id"].as_str().unwrap().to_owned();
        let (item, deleted) =
            (admin.create("acme.lamps", "Lamp").await, admin.create("acme.lamps", "Old").await);
        let path = format!("/v1/items/{}", id(&deleted));
        assert_eq!(admin.send(Method::DELETE, &path, &[], None).await.status, 204);
        let key = Client::new(service, "read:acme.lamps").await.key.id().to_string();
        Self { item: id(&item), deleted: id(&deleted), key }
    }

    fn fill(&self, text: &str) -> String {
        let free = "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55";
        [("{item}", &*self.item), ("{deleted}", &self.deleted), ("{key}", &self.key), ("{free}", free)]
            .iter()
            .fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    }

    async fn send(&self, service: &TestService, case: &Case, field: Option<&str>) -> Reply {
        // The quota of invalid keys is that of an address.
        static REQUESTS: AtomicU16 = AtomicU16::new(0);
        let path = self.fill(case.path);
        let is_write = case.method != Method::GET && case.operation != "check_schema";
        let and = if path.contains('?') { '&' } else { '?' };
        let path = if is_write { format!("{path}{and}validate_only=true") } else { path };
        let [high, low] = REQUESTS.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let mut request = service.request(case.method.clone(), &path);
        request = request.header("x-forwarded-for", format!("10.0.{high}.{low}"));
        if let Some(field) = field {
            request = request.header("authorization", field);
        }
        if !case.body.is_empty() {
            let media_type = match (case.operation, &case.method) {
                ("import_items", _) => "application/x-ndjson",
                (_, &Method::PATCH) => "application/merge-patch+json",
                _ => "application/json",
            };
            request = request.header("content-type", media_type).body(self.fill(case.body));
        }
        Reply::of(request).await
    }
}

#[test]
fn the_table_has_every_operation_of_the_document() {
    let document: Value = serde_json::from_str(openapi_text()).unwrap();
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|path| path.as_object().unwrap().values());
    let ids: BTreeSet<String> =
        operations.map(|operation| operation["operationId"].as_str().unwrap().to_owned()).collect();
    let table = table();
    assert_eq!(ids, table.iter().map(|case| case.operation.to_owned()).collect());
}

#[tokio::test]
async fn every_key_gets_what_the_table_says() {
    let service = guarded().await;
    let credential = async |grant: &str| Client::new(&service, grant).await.field;
    compare_with_table(&service, credential).await;
}

#[tokio::test]
async fn every_token_gets_what_the_table_says() {
    let key = SigningKey::p256("own");
    let issuer = TestIssuer::start(&[&key]).await;
    let service = jwt::guarded(jwt::trusting(&[&issuer])).await;
    let credential =
        async |grant: &str| format!("Bearer {}", issuer.token(&key, &format!("openid curio:{grant}")));
    compare_with_table(&service, credential).await;
}

/// Sends every request of the table with every grant, of which `credential` makes a credential.
async fn compare_with_table(service: &TestService, credential: impl AsyncFn(&str) -> String) {
    let fixture = Fixture::new(service).await;
    for (collections, is_foreign) in
        [("acme.lamps", false), ("acme.*", false), ("*", false), ("other", true), ("acme.lamps.*", true)]
    {
        for (index, action) in ACTIONS.iter().enumerate() {
            let field = credential(&format!("{action}:{collections}")).await;
            for case in table() {
                let reply = fixture.send(service, &case, Some(&field)).await;
                let expected = if is_foreign { case.of_foreign } else { case.of_grants[index] };
                let context = format!("{action}:{collections} {} {} → {reply:?}", case.operation, case.path);
                assert_eq!(reply.status.as_u16(), expected, "{context}");
                if expected == 403 {
                    let challenge = reply.header("www-authenticate").unwrap();
                    assert!(challenge.contains("error=\"insufficient_scope\", scope=\""), "{context}");
                    reply.is_problem(403, "insufficient-scope");
                }
                if is_foreign {
                    assert!(!reply.text.contains(&fixture.item), "{context}");
                    let is_own = |entity: &Value| {
                        let grant = entity["grants"][0].as_str().unwrap_or_default();
                        entity["key"] == "other" || grant.ends_with(&format!(":{collections}"))
                    };
                    assert!(
                        reply.body["data"].as_array().is_none_or(|data| data.iter().all(is_own)),
                        "{context}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn nobody_without_a_valid_key_gets_anything() {
    let trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    let options = Options { auth: Auth::Required, trusted_proxies, ..options() };
    let service = TestService::start_with(options).await;
    let fixture = Fixture::new(&service).await;
    let all = "read:* write:* delete:* purge:* manage:*";
    let expired = Client::new(&service, all).await;
    let revoked = Client::new(&service, all).await;
    let wrong = ApiKey::with_new_secret(Client::new(&service, all).await.key.id());
    let expire = format!("UPDATE api_keys SET expires_at = now() WHERE key_id = '{}'", expired.key.id());
    service.database.execute(&expire).await;
    let revoke = format!("UPDATE api_keys SET revoked_at = now() WHERE key_id = '{}'", revoked.key.id());
    service.database.execute(&revoke).await;
    let bearer = |key: &ApiKey| format!("Bearer {}", key.expose());
    let invalid = Some("Bearer realm=\"curio\", error=\"invalid_token\"");
    let actors = [
        ("none", None, Some("Bearer realm=\"curio\"")),
        ("basic", Some("Basic YTpi".to_owned()), Some("Bearer realm=\"curio\"")),
        ("no key", Some("Bearer abc".to_owned()), invalid),
        ("unknown", Some(bearer(&ApiKey::generate())), invalid),
        ("wrong secret", Some(bearer(&wrong)), invalid),
        ("expired", Some(expired.field.clone()), invalid),
        ("revoked", Some(revoked.field.clone()), invalid),
    ];
    let mut bodies = BTreeSet::new();
    for (actor, field, challenge) in actors {
        let cases = table();
        let others = ["/v1/nothing", "/metrics", "/nothing"];
        for case in &cases {
            let reply = fixture.send(&service, case, field.as_deref()).await;
            reply.is_problem(401, "unauthorized");
            assert_eq!(reply.header("www-authenticate"), challenge, "{actor} {}", case.operation);
            if challenge == invalid {
                bodies.insert(reply.body["detail"].to_string());
            }
        }
        for path in others.into_iter().filter(|_| field.is_none()) {
            service.get(path).await.is_problem(401, "unauthorized");
        }
    }
    // Which of them it is, is not told.
    assert_eq!(bodies.len(), 1, "{bodies:?}");
}

#[tokio::test]
async fn probes_the_document_and_its_pages_need_no_key() {
    let service = guarded().await;
    let pages = [
        "/",
        "/docs/",
        "/openapi.json",
        "/problems/unauthorized",
        "/livez",
        "/readyz",
        "/.well-known/api-catalog",
    ];
    for page in pages {
        let status = service.get(page).await.status.as_u16();
        assert!(status == 200, "{page}: {status}");
    }
}

#[tokio::test]
async fn what_a_client_may_not_do_is_told_before_preconditions_are_evaluated() {
    let service = guarded().await;
    let admin = Client::new(&service, "read:* write:* manage:*").await;
    let item = admin.create("default", "Lamp").await;
    let reader = Client::new(&service, "read:*").await;
    let [item, free] = [item["id"].as_str().unwrap(), "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55"];
    for path in [item, free].map(|id| format!("/v1/items/{id}")) {
        for field in [("if-match", "*"), ("if-match", "\"7\""), ("if-none-match", "*")] {
            let replaced = reader.send(Method::PUT, &path, &[field], Some(&json!({ "name": "X" }))).await;
            replaced.is_problem(403, "insufficient-scope");
        }
    }
    for path in ["default", "free"].map(|key| format!("/v1/collections/{key}")) {
        let fields = [("if-match", "\"7\"")];
        let replaced = reader.send(Method::PUT, &path, &fields, Some(&json!({ "title": "X" }))).await;
        replaced.is_problem(403, "insufficient-scope");
    }
}
