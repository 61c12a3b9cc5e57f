//! Access tokens of issuers that are trusted (RFC 7519, RFC 9068), verified without a query.

mod claims;
mod fetch;
mod jwk;
mod jws;
mod keyring;
mod source;

use std::{
    fmt,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use quick_cache::sync::Cache;

pub use self::source::read_keys;
use self::{
    claims::Claims,
    jws::Jws,
    keyring::{Keyring, RETRY_AFTER},
    source::KeySource,
};
use super::{
    identity::Identity,
    rejection::{Reason, Rejection},
};
use crate::{
    access::{AccessToken, Issuer, Subject},
    actor::Actor,
};

/// How long a verified token is not verified again, unless it expires before.
const MAX_AGE: TimeDelta = TimeDelta::seconds(60);
/// The most tokens that are remembered: some MiB.
const MAX_TOKENS: usize = 10_000;
/// How often the keys of an issuer are fetched.
const FETCH_EVERY: Duration = Duration::from_mins(10);
/// How often a file of keys is read.
const READ_EVERY: Duration = Duration::from_secs(10);
/// See [`TokenOptions::reload_after`].
pub const RELOAD_AFTER: Duration = Duration::from_mins(1);
/// See [`TokenOptions::max_wait`].
pub const MAX_WAIT: Duration = Duration::from_secs(3);

/// Which tokens are accepted.
#[derive(Debug, Clone)]
pub struct TokenOptions {
    /// Who issues them.
    pub issuers: Vec<Issuer>,
    /// For whom they are.
    pub audience: String,
    /// A file with the keys of the issuer; without it, they are fetched.
    pub keys: Option<PathBuf>,
    /// How long after a token with an unknown key loaded the keys the next one may.
    pub reload_after: Duration,
    /// The longest time that a request waits for keys.
    pub max_wait: Duration,
}

/// The issuers that are trusted, and the tokens of theirs that were verified.
pub struct Tokens {
    keyrings: Vec<Arc<Keyring>>,
    audience: String,
    verified: Cache<[u8; 32], Verified>,
}

/// A token that was verified.
#[derive(Clone)]
struct Verified {
    identity: Identity,
    until: DateTime<Utc>,
}

impl Tokens {
    /// Nothing is loaded before the first token, or [`keep_keys`](Self::keep_keys).
    #[must_use]
    pub fn new(options: &TokenOptions) -> Self {
        let source = || options.keys.clone().map_or(KeySource::Discovery, KeySource::File);
        let keyring =
            |issuer: &Issuer| Keyring::new(issuer.clone(), source(), options.reload_after, options.max_wait);
        Self {
            keyrings: options.issuers.iter().map(keyring).collect(),
            audience: options.audience.clone(),
            verified: Cache::new(MAX_TOKENS),
        }
    }

    /// Who has this token, if it was verified a short time ago.
    #[must_use]
    pub fn recall(&self, token: &AccessToken, now: DateTime<Utc>) -> Option<Identity> {
        let verified = self.verified.get(&token.hash());
        verified.filter(|verified| now < verified.until).map(|verified| verified.identity)
    }

    /// Whether this token was valid when it was last verified, however long ago.
    #[must_use]
    pub fn knows(&self, token: &AccessToken) -> bool {
        self.verified.contains_key(&token.hash())
    }

    /// Who has this token.
    ///
    /// # Errors
    ///
    /// Why it is not valid, or why that is unknown.
    pub async fn verify(&self, token: &AccessToken, now: DateTime<Utc>) -> Result<Identity, Rejection> {
        let mut issuer = None;
        match self.check(token, &mut issuer, now).await {
            Ok(verified) => {
                self.verified.insert(token.hash(), verified.clone());
                Ok(verified.identity)
            }
            Err(reason) => {
                if reason != Reason::KeysNotLoaded {
                    self.verified.remove(&token.hash());
                }
                Err(Rejection { reason, key: None, issuer })
            }
        }
    }

    /// The order matters: what a token claims is believed once its signature is verified, and the
    /// key is one of the issuer that it names.
    async fn check(
        &self,
        token: &AccessToken,
        issuer: &mut Option<Arc<Issuer>>,
        now: DateTime<Utc>,
    ) -> Result<Verified, Reason> {
        let jws = Jws::parse(token)?;
        let members = jws.claims()?;
        let name: Option<String> = members.get("iss").map_err(|_| Reason::InvalidClaim)?;
        let name = name.ok_or(Reason::InvalidClaim)?;
        let keyring = self.keyrings.iter().find(|keyring| keyring.issuer.as_str() == name);
        let keyring = keyring.ok_or(Reason::OtherIssuer)?;
        *issuer = Some(Arc::clone(&keyring.issuer));
        let key = keyring.find(&jws.header, Instant::now()).await?;
        let (_, signed) = token.parts();
        if !key.verifies(jws.header.algorithm, signed.as_bytes(), jws.signature()) {
            return Err(Reason::WrongSignature);
        }
        let claims = Claims::parse(&members, &self.audience, now)?;
        let subject = Subject::new(&keyring.issuer, &claims.sub).ok_or(Reason::InvalidSubject)?;
        let until = claims.valid_until(now, MAX_AGE);
        let identity = Identity { actor: Actor::Subject(subject), grants: Arc::new(claims.grants) };
        Ok(Verified { identity, until })
    }

    /// Loads the keys of all issuers now and then, so that tokens need not wait for it.
    pub async fn keep_keys(&self) {
        let keep = |keyring: &Arc<Keyring>| {
            let keyring = Arc::clone(keyring);
            async move {
                loop {
                    let pause = match keyring.load().await {
                        false => RETRY_AFTER,
                        true if keyring.is_file() => READ_EVERY,
                        true => FETCH_EVERY,
                    };
                    tokio::time::sleep(pause).await;
                }
            }
        };
        futures_util::future::join_all(self.keyrings.iter().map(keep)).await;
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("keyrings", &self.keyrings).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use ring::signature::{Ed25519KeyPair, KeyPair};
    use serde_json::{Value, json};

    use super::{jwk::KeySet, *};

    const ISSUER: &str = "https://a.example";
    const NOW: i64 = 1_800_000_000;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn pair(seed: u8) -> Ed25519KeyPair {
        Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
    }

    /// The keys with these seeds, which are their names as well.
    fn key_set(seeds: &[u8]) -> String {
        let jwk = |seed: &u8| {
            let x = URL_SAFE_NO_PAD.encode(pair(*seed).public_key());
            json!({ "kty": "OKP", "crv": "Ed25519", "kid": seed.to_string(), "x": x })
        };
        json!({ "keys": seeds.iter().map(jwk).collect::<Vec<_>>() }).to_string()
    }

    fn sign(header: &Value, claims: &str, seed: u8) -> AccessToken {
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let signed = format!("{}.{}", encode(&header.to_string()), encode(claims));
        let signature = pair(seed).sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)).parse().unwrap()
    }

    fn token(seed: u8, more: &Value) -> AccessToken {
        let mut claims = json!({ "iss": ISSUER, "aud": "curio", "sub": "zoe", "exp": NOW + 300 });
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        sign(&json!({ "alg": "EdDSA", "kid": seed.to_string() }), &claims.to_string(), seed)
    }

    /// Two issuers: the known keys of the first are 1 and 2, that of the other is 3. No others can be
    /// loaded.
    fn tokens() -> Tokens {
        let tokens = Tokens::new(&TokenOptions {
            issuers: vec![ISSUER.parse().unwrap(), "https://b.example".parse().unwrap()],
            audience: "curio".into(),
            keys: Some("/nowhere/keys.json".into()),
            reload_after: RELOAD_AFTER,
            max_wait: MAX_WAIT,
        });
        for (keyring, seeds) in tokens.keyrings.iter().zip([&[1, 2][..], &[3]]) {
            keyring.replace(KeySet::parse(key_set(seeds).as_bytes()).unwrap());
        }
        tokens
    }

    async fn reason(tokens: &Tokens, token: &AccessToken) -> Reason {
        tokens.verify(token, at(NOW)).await.unwrap_err().reason
    }

    #[tokio::test]
    async fn the_actor_is_the_subject_of_an_issuer() {
        let tokens = tokens();
        let scope = json!({ "scope": "openid curio:read:acme.*" });
        let identity = tokens.verify(&token(1, &scope), at(NOW)).await.unwrap();
        assert_eq!(identity.actor.to_string(), "https://a.example#zoe");
        assert_eq!(identity.grants.to_string(), "read:acme.*");
        let same = tokens.verify(&token(2, &json!({})), at(NOW)).await.unwrap();
        let other = tokens.verify(&token(3, &json!({ "iss": "https://b.example" })), at(NOW)).await.unwrap();
        assert_eq!(same.actor, identity.actor);
        assert_ne!(other.actor, identity.actor);
    }

    #[tokio::test]
    async fn an_issuer_speaks_for_itself_only() {
        let tokens = tokens();
        assert_eq!(reason(&tokens, &token(3, &json!({}))).await, Reason::KeysNotLoaded);
        let of_the_first = token(1, &json!({ "iss": "https://b.example" }));
        assert_eq!(reason(&tokens, &of_the_first).await, Reason::KeysNotLoaded);
        for iss in ["https://c.example", "https://a.example/", "https://A.example", "HTTPS://a.example", ""] {
            assert_eq!(
                reason(&tokens, &token(1, &json!({ "iss": iss }))).await,
                Reason::OtherIssuer,
                "{iss}"
            );
        }
        for iss in [Value::Null, json!([ISSUER]), json!(1)] {
            assert_eq!(reason(&tokens, &token(1, &json!({ "iss": iss }))).await, Reason::InvalidClaim);
        }
        let rejection = tokens.verify(&token(3, &json!({})), at(NOW)).await.unwrap_err();
        assert_eq!(rejection.issuer.unwrap().as_str(), ISSUER);
    }

    #[tokio::test]
    async fn attacks_are_rejected() {
        let tokens = tokens();
        let claims = json!({ "iss": ISSUER, "aud": "curio", "sub": "zoe", "exp": NOW + 300 }).to_string();
        let own = key_set(&[9]).parse::<Value>().unwrap()["keys"][0].clone();
        for (header, expected) in [
            (json!({ "alg": "EdDSA", "kid": "1" }), Reason::WrongSignature),
            // RFC 8725 §2.1: the name of another algorithm, or of none.
            (json!({ "alg": "none", "kid": "1" }), Reason::OtherAlgorithm),
            (json!({ "alg": "HS256", "kid": "1" }), Reason::OtherAlgorithm),
            (json!({ "alg": "ES256", "kid": "1" }), Reason::OtherAlgorithm),
            // §3.10: keys that the token brings along, or says where to fetch.
            (json!({ "alg": "EdDSA", "kid": "9", "jwk": own }), Reason::KeysNotLoaded),
            (json!({ "alg": "EdDSA", "jwk": own }), Reason::KeysNotLoaded),
            (
                json!({ "alg": "EdDSA", "kid": "1", "jku": "https://evil.example/jwks" }),
                Reason::WrongSignature,
            ),
            // §3.11: a token for something else.
            (json!({ "alg": "EdDSA", "kid": "1", "typ": "logout+jwt" }), Reason::OtherType),
            (json!({ "alg": "EdDSA", "kid": "1", "crit": ["exp"] }), Reason::CriticalHeader),
        ] {
            assert_eq!(reason(&tokens, &sign(&header, &claims, 9)).await, expected, "{header}");
        }
        let header = json!({ "alg": "EdDSA", "kid": "1" });
        for claims in [" ", "[]", "null", "{", r#"{"iss": "https://a.example", "iss": "https://a.example"}"#]
        {
            assert_eq!(reason(&tokens, &sign(&header, claims, 1)).await, Reason::MalformedToken, "{claims}");
        }
        for sub in [json!(""), json!("a\u{0}"), json!("a\nb"), json!("x".repeat(200))] {
            let token = token(1, &json!({ "sub": sub }));
            assert_eq!(reason(&tokens, &token).await, Reason::InvalidSubject, "{sub}");
        }
        assert_eq!(reason(&tokens, &token(1, &json!({ "sub": null }))).await, Reason::InvalidClaim);
        assert!(tokens.verified.is_empty(), "nothing of it is remembered");
    }

    #[tokio::test]
    async fn a_verified_token_is_remembered_until_it_expires() {
        let tokens = tokens();
        let (long, short) = (token(1, &json!({})), token(1, &json!({ "exp": NOW - 50 })));
        for (token, until) in [(&long, NOW + 60), (&short, NOW + 10)] {
            assert!(tokens.recall(token, at(NOW)).is_none() && !tokens.knows(token));
            let identity = tokens.verify(token, at(NOW)).await.unwrap();
            assert_eq!(tokens.recall(token, at(until - 1)), Some(identity));
            assert_eq!(tokens.recall(token, at(until)), None);
            assert!(tokens.knows(token));
        }
        assert!(tokens.verify(&long, at(NOW + 60)).await.is_ok());
        let expired = tokens.verify(&short, at(NOW + 10)).await.unwrap_err();
        assert_eq!(expired.reason, Reason::Expired);
        assert!(tokens.knows(&long) && !tokens.knows(&short));
    }

    #[tokio::test]
    async fn unknown_keys_load_those_of_the_issuer_once_in_a_while() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys.json");
        let keyring =
            Keyring::new(ISSUER.parse().unwrap(), KeySource::File(file.clone()), RELOAD_AFTER, MAX_WAIT);
        let start = Instant::now();
        let find = async |seed: u8, after: Duration| {
            let header = Jws::parse(&token(seed, &json!({}))).unwrap().header;
            keyring.find(&header, start + after).await.map(|_| ())
        };
        let (soon, minute) = (Duration::from_secs(4), RELOAD_AFTER);
        assert_eq!(find(1, Duration::ZERO).await, Err(Reason::KeysNotLoaded));
        std::fs::write(&file, key_set(&[1])).unwrap();
        assert_eq!(find(1, soon).await, Err(Reason::KeysNotLoaded));
        assert_eq!(find(1, RETRY_AFTER).await, Ok(()));
        // The issuer replaces its key.
        std::fs::write(&file, key_set(&[2])).unwrap();
        assert_eq!(find(2, soon + minute).await, Err(Reason::UnknownKey));
        assert_eq!(find(1, soon + minute).await, Ok(()));
        assert_eq!(find(2, 2 * minute).await, Ok(()));
        assert_eq!(find(1, 2 * minute).await, Err(Reason::UnknownKey));
        // It is away: the last known keys stay, and another one may be new.
        for broken in ["", "{}"] {
            std::fs::write(&file, broken).unwrap();
            assert!(!keyring.load().await);
            assert_eq!(find(2, 2 * minute).await, Ok(()));
            assert_eq!(find(3, 2 * minute).await, Err(Reason::KeysNotLoaded));
        }
        std::fs::remove_file(&file).unwrap();
        assert_eq!(find(3, 5 * minute).await, Err(Reason::KeysNotLoaded));
        assert_eq!(find(2, 5 * minute).await, Ok(()));
        // It has withdrawn them.
        std::fs::write(&file, "{\"keys\": []}").unwrap();
        assert!(keyring.load().await);
        assert_eq!(find(2, 5 * minute).await, Err(Reason::UnknownKey));
    }
}
