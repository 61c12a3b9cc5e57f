//! What a token allows, and whose it is.

use reqwest::Method;
use serde_json::{Value, json};

use super::{guarded, trusting};
use crate::{
    access::Client,
    support::{
        Auth, Options,
        issuer::{SigningKey, TestIssuer},
        service::{Reply, TestService, options},
    },
};

/// A client with a token.
struct Bearer<'a> {
    service: &'a TestService,
    field: String,
}

impl<'a> Bearer<'a> {
    fn new(service: &'a TestService, token: &str) -> Self {
        Self { service, field: format!("Bearer {token}") }
    }

    async fn send(&self, method: Method, path: &str, fields: &[(&str, &str)], body: Option<&Value>) -> Reply {
        let fields: Vec<_> =
            [("authorization", &*self.field)].into_iter().chain(fields.iter().copied()).collect();
        self.service.send(method, path, &fields, body).await
    }

    async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, &[], Some(body)).await
    }
}

#[tokio::test]
async fn scopes_are_grants() {
    let key = SigningKey::p256("own");
    let issuer = TestIssuer::start(&[&key]).await;
    let service = guarded(trusting(&[&issuer])).await;
    let admin = Client::new(&service, "read:* write:* manage:*").await;
    for name in ["acme.lamps", "other"] {
        admin.create_collection(name).await;
        admin.create(name, "Lamp").await;
    }
    let bearer = |scope: &str| Bearer::new(&service, &issuer.token(&key, scope));
    let client = bearer("openid curio:write:acme.* curio:fly:* email");
    let list = client.send(Method::GET, "/v1/items", &[], None).await;
    assert_eq!(list.body["data"].as_array().unwrap().len(), 1, "{list:?}");
    let item = json!({ "name": "Lamp", "collection": "acme.lamps" });
    let created = client.post("/v1/items", &item).await;
    let subject = format!("{}#zoe", issuer.url);
    assert_eq!((created.status.as_u16(), &created.body["created_by"]), (201, &json!(subject)));
    let readonly = bearer("curio:read:acme.lamps").post("/v1/items", &item).await;
    readonly.is_problem(403, "insufficient-scope");
    let challenge = "Bearer realm=\"curio\", error=\"insufficient_scope\", scope=\"curio:write:acme.lamps\"";
    assert_eq!(readonly.header("www-authenticate"), Some(challenge));
    // A token for somebody that allows nothing here is valid, and shows nothing.
    let nothing = bearer("openid").send(Method::GET, "/v1/items", &[], None).await;
    assert_eq!((nothing.status.as_u16(), &nothing.body["data"]), (200, &json!([])), "{nothing:?}");
    bearer("openid").post("/v1/items", &item).await.is_problem(422, "validation-error");
}

#[tokio::test]
async fn a_token_manages_keys_as_a_key_does() {
    let key = SigningKey::p256("own");
    let issuer = TestIssuer::start(&[&key]).await;
    let service = guarded(trusting(&[&issuer])).await;
    let manager = Bearer::new(&service, &issuer.token(&key, "curio:manage:acme.* curio:write:acme.*"));
    let body = |grant: &str| json!({ "name": "X", "grants": [grant] });
    let made = manager.post("/v1/keys", &body("write:acme.lamps")).await;
    assert_eq!(made.status, 201, "{made:?}");
    manager.post("/v1/keys", &body("read:other")).await.is_problem(403, "insufficient-scope");
    let by_key = Bearer::new(&service, made.body["secret"].as_str().unwrap());
    assert_eq!(by_key.send(Method::GET, "/v1/items", &[], None).await.status, 200);
    let reader = Bearer::new(&service, &issuer.token(&key, "curio:read:*"));
    reader.post("/v1/keys", &body("read:acme.lamps")).await.is_problem(403, "insufficient-scope");
}

#[tokio::test]
async fn one_name_at_two_issuers_is_two_actors() {
    let key = SigningKey::p256("same");
    let (one, other) = (TestIssuer::start(&[&key]).await, TestIssuer::start(&[&key]).await);
    let options = Options {
        auth: Auth::Required,
        tokens: Some(trusting(&[&one, &other])),
        rate_limit: Some("3/60s".parse().unwrap()),
        ..options()
    };
    let service = TestService::start_with(options).await;
    let fields = [("idempotency-key", "k")];
    let body = json!({ "name": "Lamp" });
    let create = async |token: &str| {
        Bearer::new(&service, token).send(Method::POST, "/v1/items", &fields, Some(&body)).await
    };
    let first = create(&one.token(&key, "curio:write:*")).await;
    assert_eq!(first.status, 201, "{first:?}");
    let foreign = create(&other.token(&key, "curio:write:*")).await;
    assert_eq!((foreign.status.as_u16(), foreign.header("idempotent-replayed")), (201, None));
    assert_ne!(foreign.body["id"], first.body["id"]);
    // The next token of the same subject: the key is still that of the actor, and so is the quota.
    let mut claims = one.claims("curio:write:*");
    claims["jti"] = json!("next");
    let again = create(&key.sign(&claims)).await;
    assert_eq!((again.header("idempotent-replayed"), &again.body), (Some("true"), &first.body));
    create(&one.token(&key, "curio:write:default")).await.is_problem(422, "validation-error");
    create(&one.token(&key, "curio:write:*")).await.is_problem(429, "quota-exceeded");
    assert_eq!(create(&other.token(&key, "curio:write:*")).await.status, 201);
    let token = one.token(&key, "curio:write:*");
    let signature = token.rsplit('.').next().unwrap();
    let stored = format!(
        "SELECT count(*) FROM idempotency_keys WHERE strpos(encode(response, 'escape'), '{signature}') > 0"
    );
    assert_eq!(service.database.number(&stored).await, 0);
}
