//! An issuer of access tokens in this process, and the keys that it signs with.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Utc;
use reqwest::StatusCode;
use ring::{
    rand::SystemRandom,
    rsa::{KeyPairComponents, PublicKeyComponents},
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
        RSA_PSS_SHA256, RsaKeyPair,
    },
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

/// How an issuer responds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Up,
    /// With 503.
    Away,
    /// Not at all.
    Silent,
    /// By redirecting to where the keys are.
    Elsewhere,
    /// With more than 1 MiB.
    Large,
    /// With the metadata of another issuer.
    OtherIssuer,
    /// With metadata that name a host that anybody on the way can pretend to be.
    Plain,
    /// With something that is no JWK Set.
    Nonsense,
}

#[derive(Debug)]
struct Published {
    url: String,
    mode: Mutex<Mode>,
    keys: Mutex<Vec<Value>>,
    fetches: AtomicUsize,
}

/// An issuer that stops when it is dropped.
#[derive(Debug)]
pub struct TestIssuer {
    pub url: String,
    published: Arc<Published>,
    task: JoinHandle<std::io::Result<()>>,
}

impl TestIssuer {
    /// An issuer that publishes these keys.
    pub async fn start(keys: &[&SigningKey]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let published = Arc::new(Published {
            url: url.clone(),
            mode: Mutex::new(Mode::Up),
            keys: Mutex::default(),
            fetches: AtomicUsize::new(0),
        });
        let routes = Router::new()
            .route("/.well-known/openid-configuration", get(show_metadata))
            .route("/keys", get(show_keys))
            .with_state(Arc::clone(&published));
        let task = tokio::spawn(async move { axum::serve(listener, routes).await });
        let issuer = Self { url, published, task };
        issuer.publish(keys);
        issuer
    }

    pub fn publish(&self, keys: &[&SigningKey]) {
        *self.published.keys.lock().unwrap() = keys.iter().map(|key| key.jwk()).collect();
    }

    pub fn respond(&self, mode: Mode) {
        *self.published.mode.lock().unwrap() = mode;
    }

    /// How often its metadata was fetched.
    pub fn fetches(&self) -> usize {
        self.published.fetches.load(Ordering::SeqCst)
    }

    /// The claims of a token for this service.
    pub fn claims(&self, scope: &str) -> Value {
        let now = Utc::now().timestamp();
        json!({ "iss": self.url, "aud": AUDIENCE, "sub": "zoe", "iat": now, "exp": now + 300, "scope": scope })
    }

    /// A token with these scopes.
    pub fn token(&self, key: &SigningKey, scope: &str) -> String {
        key.sign(&self.claims(scope))
    }
}

impl Drop for TestIssuer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What tokens for the service have in `aud`.
pub const AUDIENCE: &str = "https://api.example.com";

async fn show_metadata(State(published): State<Arc<Published>>) -> Response {
    published.fetches.fetch_add(1, Ordering::SeqCst);
    let mode = *published.mode.lock().unwrap();
    let url = &published.url;
    let (issuer, keys) = match mode {
        Mode::Away => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Mode::Silent => std::future::pending().await,
        Mode::Elsewhere => return Redirect::temporary(&format!("{url}/keys")).into_response(),
        Mode::OtherIssuer => (format!("{url}/"), format!("{url}/keys")),
        Mode::Plain => (url.clone(), "http://192.0.2.1/keys".to_owned()),
        Mode::Up | Mode::Large | Mode::Nonsense => (url.clone(), format!("{url}/keys")),
    };
    Json(json!({ "issuer": issuer, "jwks_uri": keys, "token_endpoint": format!("{url}/token") }))
        .into_response()
}

async fn show_keys(State(published): State<Arc<Published>>) -> Response {
    let mode = *published.mode.lock().unwrap();
    let keys = published.keys.lock().unwrap().clone();
    let padding = if mode == Mode::Large { " ".repeat(1024 * 1024) } else { String::new() };
    let keys = if mode == Mode::Nonsense { json!({ "keys": 1 }) } else { json!({ "keys": keys }) };
    (StatusCode::OK, format!("{padding}{keys}")).into_response()
}

/// A key that signs tokens.
#[derive(Debug)]
pub struct SigningKey {
    kid: String,
    algorithm: &'static str,
    pair: Pair,
}

#[derive(Debug)]
enum Pair {
    Rsa(Box<RsaKeyPair>),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

impl SigningKey {
    /// That of RFC 7515 appendix A.2, since ring makes none.
    pub fn rsa(kid: &str, algorithm: &'static str) -> Self {
        let components = KeyPairComponents {
            public_key: PublicKeyComponents { n: decode(RSA_N), e: vec![1, 0, 1] },
            d: decode(RSA_D),
            p: decode(RSA_P),
            q: decode(RSA_Q),
            dP: decode(RSA_DP),
            dQ: decode(RSA_DQ),
            qInv: decode(RSA_QI),
        };
        let pair = RsaKeyPair::from_components(&components).unwrap();
        Self { kid: kid.to_owned(), algorithm, pair: Pair::Rsa(Box::new(pair)) }
    }

    pub fn p256(kid: &str) -> Self {
        let (random, kind) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let document = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(kind, document.as_ref(), &random).unwrap();
        Self { kid: kid.to_owned(), algorithm: "ES256", pair: Pair::P256(pair) }
    }

    pub fn ed25519(kid: &str) -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
        Self { kid: kid.to_owned(), algorithm: "EdDSA", pair: Pair::Ed25519(pair) }
    }

    /// The public key, as a JWK.
    pub fn jwk(&self) -> Value {
        let mut jwk = match &self.pair {
            Pair::Rsa(_) => json!({ "kty": "RSA", "n": RSA_N, "e": "AQAB" }),
            Pair::P256(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                let [x, y] = [x, y].map(|part| URL_SAFE_NO_PAD.encode(part));
                json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y })
            }
            Pair::Ed25519(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(pair.public_key()) })
            }
        };
        (jwk["kid"], jwk["use"]) = (json!(self.kid), json!("sig"));
        jwk
    }

    /// The header of its tokens.
    pub fn header(&self) -> Value {
        json!({ "alg": self.algorithm, "kid": self.kid, "typ": "at+jwt" })
    }

    pub fn sign(&self, claims: &Value) -> String {
        self.sign_text(&self.header().to_string(), &claims.to_string())
    }

    /// Signs any text by the algorithm of the key.
    pub fn sign_text(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let random = SystemRandom::new();
        let signature = match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                let padding: &'static dyn ring::signature::RsaEncoding =
                    if self.algorithm == "PS256" { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                pair.sign(padding, &random, message.as_bytes(), &mut signature).unwrap();
                signature
            }
            Pair::P256(pair) => pair.sign(&random, message.as_bytes()).unwrap().as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(message.as_bytes()).as_ref().to_vec(),
        };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

const RSA_N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
const RSA_D: &str = "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ";
const RSA_P: &str = "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc";
const RSA_Q: &str = "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc";
const RSA_DP: &str = "BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCjn12Sk3vmAktV2zb34MCdy7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0";
const RSA_DQ: &str = "h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaHF-NKJnwgjMd2w9cjz3_-kyNlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU";
const RSA_QI: &str = "IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd_QJQ3ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U";
