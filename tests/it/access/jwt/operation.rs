//! Tokens as an operator and a client see them: settings, the log, and where to get a token.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{get, guarded, trusting};
use crate::support::{
    Auth, Options, TokenOptions,
    database::TestDatabase,
    eventually,
    issuer::{AUDIENCE, SigningKey, TestIssuer},
    openapi_text,
    process::{Process, curio, run},
    service::{TestService, options},
};

const METADATA: &str = "/.well-known/oauth-protected-resource";

#[tokio::test]
async fn clients_find_out_where_to_get_a_token() {
    let key = SigningKey::p256("own");
    let (one, other) = (TestIssuer::start(&[&key]).await, TestIssuer::start(&[&key]).await);
    let start = async |public_url: Option<&str>, tokens: TokenOptions| {
        let public_url = public_url.map(|url| url.parse().unwrap());
        let allowed_hosts = public_url.iter().map(|_| "127.0.0.1".parse().unwrap()).collect();
        let tokens = Some(tokens);
        TestService::start_with(Options {
            auth: Auth::Required,
            tokens,
            public_url,
            allowed_hosts,
            ..options()
        })
        .await
    };
    let service = start(Some("https://api.example.com/catalogue/"), trusting(&[&one, &other])).await;
    let metadata = service.get(METADATA).await;
    assert_eq!((metadata.status.as_u16(), metadata.header("content-type")), (200, Some("application/json")));
    let scopes = ["read", "write", "delete", "purge", "manage"].map(|action| format!("curio:{action}:*"));
    assert_eq!(
        metadata.body,
        json!({
            "resource": "https://api.example.com/catalogue",
            "authorization_servers": [one.url, other.url],
            "scopes_supported": scopes,
            "bearer_methods_supported": ["header"],
            "resource_name": "Curio",
        })
    );
    let url = "https://api.example.com/.well-known/oauth-protected-resource/catalogue";
    let declared: Value = serde_json::from_str(openapi_text()).unwrap();
    let declared = &declared["components"]["responses"];
    for (field, error) in [
        (None, ""),
        (Some("Bearer"), ", error=\"invalid_request\""),
        (Some("Bearer a.b.c"), ", error=\"invalid_token\""),
    ] {
        let fields: Vec<_> = field.iter().map(|field| ("authorization", *field)).collect();
        let reply = service.send(Method::GET, "/v1/items", &fields, None).await;
        let challenge = format!("Bearer realm=\"curio\"{error}, resource_metadata=\"{url}\"");
        assert_eq!(reply.header("www-authenticate"), Some(&*challenge), "{field:?}");
        let response = if reply.status.as_u16() == 400 { "MalformedRequest" } else { "Unauthorized" };
        assert!(!declared[response]["headers"]["WWW-Authenticate"].is_null(), "{response}");
    }
    // Without a URL of its own, the audience is the resource if it is one.
    let service = start(None, trusting(&[&one])).await;
    assert_eq!(service.get(METADATA).await.body["resource"], AUDIENCE);
    assert_eq!(service.get("/v1/items").await.header("www-authenticate"), Some("Bearer realm=\"curio\""));
    let service = start(None, TokenOptions { audience: "curio".into(), ..trusting(&[&one]) }).await;
    service.get(METADATA).await.is_problem(404, "not-found");
}

#[tokio::test]
async fn without_an_issuer_there_is_nowhere_to_get_a_token() {
    for auth in [Auth::Required, Auth::None] {
        let allowed_hosts = vec!["127.0.0.1".parse().unwrap()];
        let public_url = Some("https://a.example".parse().unwrap());
        let options = Options { auth, public_url, allowed_hosts, ..options() };
        let service = TestService::start_with(options).await;
        service.get(METADATA).await.is_problem(404, "not-found");
        let challenge = service.get("/v1/items").await.header("www-authenticate").map(str::to_owned);
        assert_eq!(challenge.as_deref(), (auth == Auth::Required).then_some("Bearer realm=\"curio\""));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_the_actor_and_the_reason_but_no_token() {
    let database = TestDatabase::new().await;
    let (key, rotated) = (SigningKey::ed25519("own"), SigningKey::ed25519("rotated"));
    let issuer = TestIssuer::start(&[&key]).await;
    let environment =
        [("CURIO_AUTH", "required"), ("CURIO_JWT_ISSUER", &*issuer.url), ("CURIO_JWT_AUDIENCE", AUDIENCE)];
    let process = Process::serve(&database.url(), &environment).await;
    let send = async |token: &str| {
        let url = format!("{}/v1/items", process.address);
        let request = reqwest::Client::new().post(url).bearer_auth(token).json(&json!({ "name": "Lamp" }));
        request.send().await.unwrap().status()
    };
    let valid = issuer.token(&key, "curio:write:*");
    assert_eq!(send(&valid).await, StatusCode::CREATED);
    let mut claims = issuer.claims("curio:write:*");
    claims["exp"] = json!(1);
    let expired = key.sign(&claims);
    assert_eq!(send(&expired).await, StatusCode::UNAUTHORIZED);
    assert_eq!(send(&format!("{valid}x")).await, StatusCode::UNAUTHORIZED);
    issuer.publish(&[&key, &rotated]);
    assert_eq!(send(&issuer.token(&rotated, "curio:write:*")).await, StatusCode::CREATED);
    eventually("everything is logged", async || process.lines("request").len() >= 4).await;
    let actor = format!("{}#zoe", issuer.url);
    let created = process.lines("item.created");
    assert!(created.len() == 2 && created.iter().all(|line| line["span"]["actor"] == actor), "{created:?}");
    let failed = process.lines("authentication.failed");
    assert_eq!((&failed[0]["reason"], &failed[0]["issuer"]), (&json!("expired"), &json!(issuer.url)));
    assert!(failed[0]["span"]["actor"].is_null() && failed.len() == 2, "{failed:?}");
    let loaded = process.lines("issuer.keys_changed");
    assert_eq!((loaded.len(), &loaded[1]["keys"]), (2, &json!(2)), "{loaded:?}");
    let log = format!("{:?}", process.log());
    for token in [&valid, &expired] {
        for part in token.split('.') {
            assert!(!log.contains(part), "{log}");
        }
    }
}

#[tokio::test]
async fn settings_that_contradict_each_other_stop_the_start() {
    for (variables, words) in [
        (&[("CURIO_JWT_ISSUER", "http://login.example.com")][..], "https URL"),
        (&[("CURIO_JWT_ISSUER", "https://a.example")], "CURIO_AUTH"),
        (&[("CURIO_JWT_ISSUER", "https://a.example"), ("CURIO_AUTH", "none")], "CURIO_AUTH"),
        (
            &[("CURIO_JWT_ISSUER", "https://a.example"), ("CURIO_AUTH", "required")],
            "needs CURIO_JWT_AUDIENCE",
        ),
        (&[("CURIO_JWT_JWKS", "keys.json"), ("CURIO_AUTH", "required")], "unknown issuer"),
        (
            &[
                ("CURIO_JWT_ISSUER", "https://a.example,https://b.example"),
                ("CURIO_JWT_AUDIENCE", "x"),
                ("CURIO_JWT_JWKS", "keys.json"),
                ("CURIO_AUTH", "required"),
            ],
            "lists 2",
        ),
        (
            &[
                ("CURIO_JWT_ISSUER", "https://a.example"),
                ("CURIO_JWT_AUDIENCE", "x"),
                ("CURIO_JWT_JWKS", "/nowhere/keys.json"),
                ("CURIO_AUTH", "required"),
            ],
            "/nowhere/keys.json: ",
        ),
    ] {
        let mut command = curio(&["serve"]);
        command.env("DATABASE_URL", "postgres://127.0.0.1:1/none").envs(variables.iter().copied());
        let (code, _, error) = run(command).await;
        assert!(code.is_some_and(|code| code != 0) && error.contains(words), "{words}: {error}");
    }
}

#[tokio::test]
async fn tokens_mean_nothing_to_a_service_that_trusts_no_issuer() {
    let key = SigningKey::p256("own");
    let issuer = TestIssuer::start(&[&key]).await;
    let service = TestService::start_with(Options { auth: Auth::Required, ..options() }).await;
    get(&service, &issuer.token(&key, "curio:read:*")).await.is_problem(401, "unauthorized");
    let trusting_another = guarded(trusting(&[&TestIssuer::start(&[&key]).await])).await;
    get(&trusting_another, &issuer.token(&key, "curio:read:*")).await.is_problem(401, "unauthorized");
    assert_eq!(issuer.fetches(), 0);
}
