//! The `Idempotency-Key` field (draft-ietf-httpapi-idempotency-key-header).
//!
//! The response to a request with a key is stored in the request's own transaction, so it exists
//! exactly if the request was carried out. A failed request stores nothing, and its key can be used
//! again.

use http::{
    HeaderName, HeaderValue,
    header::{IF_MATCH, IF_NONE_MATCH, RETRY_AFTER},
    request::Parts,
};
use sha2::{Digest, Sha256};

use super::{message, outcome::Outcome};
use crate::{
    actor::Actor,
    error::{Error, Fault},
    http::{
        limits::{MAX_KEY, MAX_STORED},
        request::{head::Head, media_type},
        response::{
            problem::{CONFLICT, Problem},
            reply::Reply,
        },
    },
    postgres::{
        pool::Database,
        service::{
            models::StoredResponse,
            operations::idempotency_key::{self, Claim},
        },
        transaction::Transaction,
    },
};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The key of a request, and the fingerprint of the request.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    /// SHA-256 of the actor and its key.
    id: [u8; 32],
    /// SHA-256 of the request.
    fingerprint: [u8; 32],
}

impl IdempotencyKey {
    /// The key of a write, if it has one. A field that is neither a string of RFC 9651 nor bare
    /// visible ASCII, of 1 to 255 characters, is a fault.
    pub fn from_head(head: &mut Head) -> Option<Self> {
        let Head { parts, body, faults, .. } = head;
        let mut fields = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
        let field = fields.next()?;
        let Some(key) = field.to_str().ok().filter(|_| fields.next().is_none()).and_then(parse_key) else {
            let detail = format!(
                "must be one key of 1 to {MAX_KEY} visible ASCII characters, optionally in quotation marks"
            );
            faults.push(Fault::header("Idempotency-Key", "idempotency_key", detail));
            return None;
        };
        let actor = parts.extensions.get::<Actor>().map(Actor::key_scope).unwrap_or_default();
        Some(Self { id: digest(&[actor.as_bytes(), key.as_bytes()]), fingerprint: fingerprint(parts, body) })
    }

    /// Begins a transaction that holds the key.
    ///
    /// # Errors
    ///
    /// The stored response, if the key was already used for this request; 422 if for another
    /// request; 409 if another transaction holds it.
    pub async fn begin(&self, database: &Database) -> Result<Transaction, Outcome> {
        match idempotency_key::claim(database, &self.id).await? {
            Claim::Claimed(tx) => Ok(tx),
            Claim::Used(stored) if stored.fingerprint == self.fingerprint => {
                Err(Outcome::Replayed(message::parse(&stored.message)?))
            }
            Claim::Used(_) => {
                let fault = Fault::header("Idempotency-Key", "key_reused", "was used for another request");
                Err(Problem::invalid(vec![fault]).into())
            }
            Claim::Busy => {
                let detail = "A request with this Idempotency-Key is in progress.";
                let retry_after = HeaderValue::from_static("1");
                Err(Problem::new(&CONFLICT, detail).with_header(RETRY_AFTER, retry_after).into())
            }
        }
    }

    /// Stores the response to the request.
    ///
    /// # Errors
    ///
    /// Whatever the database reports.
    pub async fn store(&self, tx: &mut Transaction, reply: &Reply) -> Result<(), Error> {
        let fingerprint = self.fingerprint.to_vec();
        let message = if reply.body.len() <= MAX_STORED {
            message::write(reply)
        } else {
            let detail = "The request was carried out. Its response is too large to be stored.";
            let body = serde_json::json!({ "detail": detail }).to_string().into();
            message::write(&Reply { body, ..reply.clone() })
        };
        let response = StoredResponse { fingerprint, message };
        idempotency_key::store(tx, &self.id, &response).await
    }
}

/// A key with or without quotation marks, which mean the same.
fn parse_key(field: &str) -> Option<String> {
    let key = match field.strip_prefix('"') {
        None => field.to_owned(),
        Some(rest) => {
            let mut key = String::new();
            let mut chars = rest.strip_suffix('"')?.chars();
            while let Some(char) = chars.next() {
                key.push(match char {
                    '\\' => chars.next().filter(|escaped| matches!(escaped, '"' | '\\'))?,
                    '"' => return None,
                    other => other,
                });
            }
            key
        }
    };
    let is_key = (1..=MAX_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    is_key.then_some(key)
}

fn fingerprint(parts: &Parts, body: &[u8]) -> [u8; 32] {
    let media_type = media_type::canonical(&parts.headers);
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    let mut pieces = vec![parts.method.as_str().as_bytes(), target.as_bytes(), &media_type, body];
    for name in [IF_MATCH, IF_NONE_MATCH] {
        let values: Vec<_> = parts.headers.get_all(name).iter().map(HeaderValue::as_bytes).collect();
        pieces.push(if values.is_empty() { b"-" } else { b"+" });
        pieces.extend(values);
    }
    digest(&pieces)
}

/// SHA-256 of pieces, each with its length, so that nothing can move from one into the next.
fn digest(pieces: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for piece in pieces {
        hash.update((piece.len() as u64).to_be_bytes());
        hash.update(piece);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_same_with_and_without_quotation_marks() {
        for (field, key) in [
            ("8e03978e", "8e03978e"),
            ("\"8e03978e\"", "8e03978e"),
            (r#""a\"b\\c""#, r#"a"b\c"#),
            (r"a\b", r"a\b"),
            ("a\"", "a\""),
        ] {
            assert_eq!(parse_key(field).as_deref(), Some(key), "{field}");
        }
        for field in ["", "\"\"", "\"", "\"a", "a b", "\"a b\"", r#""a\b""#, "\"a\"b\"", "\"a\";b=1", "a\tb"]
        {
            assert_eq!(parse_key(field), None, "{field}");
        }
        for (length, is_key) in [(MAX_KEY, true), (MAX_KEY + 1, false)] {
            let key = "k".repeat(length);
            assert_eq!(parse_key(&key).is_some(), is_key);
            assert_eq!(parse_key(&format!("\"{key}\"")).is_some(), is_key);
        }
    }

    #[test]
    fn pieces_do_not_run_into_each_other() {
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
        assert_ne!(digest(&[b"a", b""]), digest(&[b"a"]));
    }
}
