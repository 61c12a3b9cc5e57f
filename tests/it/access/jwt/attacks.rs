//! Tokens that are not valid (RFC 8725).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{get_from, guarded, trusting};
use crate::support::issuer::{SigningKey, TestIssuer};

fn with(mut value: Value, more: &Value) -> Value {
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    value
}

fn without(mut value: Value, name: &str) -> Value {
    value.as_object_mut().unwrap().remove(name);
    value
}

fn encode(text: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// Signed by HMAC, with a secret that everybody knows.
fn hmac(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let message = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
    let mac = Hmac::<Sha256>::new_from_slice(secret).unwrap().chain_update(&message);
    format!("{message}.{}", encode(mac.finalize().into_bytes()))
}

/// Makes tokens that are not valid, each with the reason.
struct Forger<'a> {
    issuer: &'a TestIssuer,
    foreign: &'a TestIssuer,
    /// The key of the issuer, the one of the foreign one, and one more of the issuer.
    keys: [&'a SigningKey; 3],
    claims: Value,
}

type Forged = Vec<(&'static str, String)>;

impl Forger<'_> {
    fn header_with(&self, more: &Value) -> String {
        let [own, ..] = self.keys;
        own.sign_text(&with(own.header(), more).to_string(), &self.claims.to_string())
    }

    fn claims_with(&self, more: &Value) -> String {
        self.keys[0].sign(&with(self.claims.clone(), more))
    }

    fn claims_without(&self, name: &str) -> String {
        self.keys[0].sign(&without(self.claims.clone(), name))
    }

    /// None, another one, and a public key as a secret.
    fn algorithms(&self) -> Forged {
        let payload = encode(self.claims.to_string());
        let signature = self.claims_with(&json!({})).rsplit_once('.').unwrap().1.to_owned();
        let public = self.keys[2].jwk()["n"].as_str().unwrap().to_owned();
        let tokens = [
            format!("{}.{payload}.", encode(r#"{"alg": "none"}"#)),
            format!("{}.{payload}.{signature}", encode(r#"{"alg": "nOnE"}"#)),
            hmac(&json!({ "alg": "HS256", "kid": "rsa" }), &self.claims, public.as_bytes()),
            hmac(&json!({ "alg": "HS256" }), &self.claims, b"secret"),
            self.header_with(&json!({ "kid": "rsa" })),
            self.header_with(&json!({ "alg": "ES384" })),
        ];
        tokens.map(|token| ("other_algorithm", token)).into()
    }

    /// Of something else, missing, zero, and by keys that are unknown, foreign or brought along.
    fn signatures(&self) -> Forged {
        let [own, other, _] = self.keys;
        let valid = own.sign(&self.claims);
        let (signed, signature) = valid.rsplit_once('.').unwrap();
        let header = signed.split_once('.').unwrap().0;
        let more = encode(with(self.claims.clone(), &json!({ "scope": "curio:purge:*" })).to_string());
        let by_other = |header: &Value| other.sign_text(&header.to_string(), &self.claims.to_string());
        vec![
            ("wrong_signature", format!("{header}.{more}.{signature}")),
            ("wrong_signature", format!("{signed}.")),
            ("wrong_signature", format!("{signed}.{}", encode([0; 64]))),
            ("wrong_signature", by_other(&own.header())),
            ("wrong_signature", by_other(&with(own.header(), &json!({ "jwk": other.jwk() })))),
            ("wrong_signature", by_other(&json!({ "alg": "EdDSA", "jwk": other.jwk() }))),
            ("unknown_key", self.header_with(&json!({ "kid": "x" }))),
            ("unknown_key", other.sign(&self.claims)),
            ("unknown_key", self.claims_with(&json!({ "iss": self.foreign.url }))),
        ]
    }

    fn headers(&self) -> Forged {
        let [own, ..] = self.keys;
        let twice = own.header().to_string().replacen('{', r#"{"alg": "none", "#, 1);
        vec![
            ("critical_header", self.header_with(&json!({ "crit": ["b64"], "b64": true }))),
            ("critical_header", self.header_with(&json!({ "crit": [] }))),
            ("other_type", self.header_with(&json!({ "typ": "logout+jwt" }))),
            ("malformed_token", own.sign_text(&twice, &self.claims.to_string())),
            ("malformed_token", own.sign_text("{", &self.claims.to_string())),
        ]
    }

    fn claims(&self) -> Forged {
        let now = self.claims["iat"].as_i64().unwrap();
        vec![
            ("other_issuer", self.claims_with(&json!({ "iss": "https://evil.example" }))),
            ("other_issuer", self.claims_with(&json!({ "iss": format!("{}/", self.issuer.url) }))),
            ("invalid_claim", self.claims_without("iss")),
            ("other_audience", self.claims_with(&json!({ "aud": "https://other.example" }))),
            ("other_audience", self.claims_with(&json!({ "aud": ["client", "https://api.example.com/"] }))),
            ("other_audience", self.claims_without("aud")),
            ("expired", self.claims_with(&json!({ "exp": now - 120 }))),
            ("invalid_claim", self.claims_without("exp")),
            ("invalid_claim", self.claims_with(&json!({ "exp": "2100-01-01T00:00:00Z" }))),
            ("not_yet_valid", self.claims_with(&json!({ "nbf": now + 600 }))),
            ("not_yet_valid", self.claims_with(&json!({ "iat": now + 600 }))),
            ("invalid_claim", self.claims_without("sub")),
            ("invalid_subject", self.claims_with(&json!({ "sub": "" }))),
            ("invalid_subject", self.claims_with(&json!({ "sub": "x".repeat(200) }))),
            ("invalid_subject", self.claims_with(&json!({ "sub": "zoe\r\nadmin" }))),
            ("invalid_claim", self.claims_with(&json!({ "scope": ["curio:read:*"] }))),
        ]
    }

    /// No tokens at all, ambiguous ones, and too long ones.
    fn texts(&self) -> Forged {
        let [own, ..] = self.keys;
        let valid = own.sign(&self.claims);
        let header = valid.split_once('.').unwrap().0;
        let twice = |name: &str| {
            let claims = self.claims.to_string();
            let claims = claims.replacen('{', &format!("{{\"{name}\": {}, ", self.claims[name]), 1);
            own.sign_text(&own.header().to_string(), &claims)
        };
        vec![
            ("malformed_token", twice("aud")),
            ("malformed_token", twice("scope")),
            ("malformed_token", own.sign_text(&own.header().to_string(), "no JSON")),
            ("malformed_token", "a.b.c".into()),
            ("no_credential", "a.b".into()),
            ("no_credential", format!("{header}.a.b.c.d")),
            ("no_credential", format!("{valid}=")),
            ("no_credential", self.claims_with(&json!({ "padding": "x".repeat(12 * 1024) }))),
        ]
    }
}

#[tokio::test]
async fn invalid_tokens_are_rejected_alike() {
    let (own, other, rsa) =
        (SigningKey::ed25519("own"), SigningKey::ed25519("other"), SigningKey::rsa("rsa", "RS256"));
    let (issuer, foreign) = (TestIssuer::start(&[&own, &rsa]).await, TestIssuer::start(&[&other]).await);
    let service = guarded(trusting(&[&issuer, &foreign])).await;
    assert_eq!(get_from(&service, &issuer.token(&own, "curio:read:*"), "192.0.2.1").await.status, 200);
    let claims = issuer.claims("curio:read:*");
    let forger = Forger { issuer: &issuer, foreign: &foreign, keys: [&own, &other, &rsa], claims };
    let tokens =
        [forger.algorithms(), forger.signatures(), forger.headers(), forger.claims(), forger.texts()]
            .concat();
    assert!(tokens.iter().any(|(_, token)| token.len() > 16 * 1024));
    let mut expected = std::collections::BTreeMap::<&str, usize>::new();
    for (index, (reason, token)) in tokens.iter().enumerate() {
        *expected.entry(reason).or_default() += 1;
        let reply = get_from(&service, token, &format!("10.0.0.{index}")).await;
        reply.is_problem(401, "unauthorized");
        let challenge = "Bearer realm=\"curio\", error=\"invalid_token\"";
        assert_eq!(reply.header("www-authenticate"), Some(challenge), "{reason}");
        let detail = "The API key or access token is not valid.";
        assert_eq!(reply.body["detail"], detail, "{reason}");
        assert_eq!(reply.body.as_object().unwrap().len(), 5, "{reply:?}");
    }
    let admin = issuer.token(&own, "curio:read:*");
    let field = format!("Bearer {admin}");
    let metrics =
        service.send(reqwest::Method::GET, "/metrics", &[("authorization", &field)], None).await.text;
    for (reason, count) in expected {
        let line = format!("curio_authentications_total{{result=\"{reason}\"}} {count}\n");
        assert!(metrics.contains(&line), "{line}: {metrics}");
    }
}
