//! Asking again without doing again: the `Idempotency-Key` field (draft-ietf-httpapi-idempotency-key-header).
//!
//! The answer to a request with a key is kept in the request's own transaction, so there is one exactly where the request was
//! carried out. One that failed leaves nothing, and its key can be used again.

use std::net::IpAddr;

use axum::{
    body::{Body, to_bytes},
    response::Response,
};
use http::{
    HeaderName, HeaderValue, Method, StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER},
    request::Parts,
};
use sha2::{Digest, Sha256};

use crate::{
    error::{Error, Fault},
    http::{
        problem::{self, Problem},
        write::Exit,
    },
    postgres::{
        database::{Database, Transaction},
        service::{
            models::KeptAnswer,
            operations::idempotency_key::{self, Claim},
        },
    },
};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// The most characters of a key.
const MAX_KEY: usize = 255;

/// The key of a request, and what tells the request from others.
#[derive(Debug, Clone)]
pub struct Key {
    /// SHA-256 of the client and its key.
    id: [u8; 32],
    /// SHA-256 of the request.
    fingerprint: [u8; 32],
}

impl Key {
    /// The key of a POST or PATCH, where it has one; other methods are idempotent by themselves (RFC 9110 §9.2.2). Each client address
    /// has its own keys.
    ///
    /// # Errors
    ///
    /// 400 where the field is neither a string of RFC 9651 nor bare visible ASCII, or its length is not 1 to 255.
    pub fn of(parts: &Parts, body: &[u8], client: impl FnOnce() -> IpAddr) -> Result<Option<Self>, Problem> {
        if !matches!(parts.method, Method::POST | Method::PATCH) {
            return Ok(None);
        }
        let mut fields = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
        let Some(field) = fields.next() else {
            return Ok(None);
        };
        let key = field.to_str().ok().filter(|_| fields.next().is_none()).and_then(read).ok_or_else(|| {
            let detail = "must be one key of 1 to 255 visible ASCII characters, which may stand in quotation marks";
            Problem::malformed(vec![Fault::header("Idempotency-Key", "idempotency_key", detail)])
        })?;
        let media_type = parts.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
        let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
        Ok(Some(Self {
            id: digest(&[client().to_string().as_bytes(), key.as_bytes()]),
            fingerprint: digest(&[parts.method.as_str().as_bytes(), target.as_bytes(), media_type, body]),
        }))
    }

    /// Begins a transaction that has the key; gives the answer instead, where the request was carried out before.
    ///
    /// # Errors
    ///
    /// 409 where another transaction has the key, 422 where it was used for another request.
    pub async fn begin(&self, database: &Database) -> Result<Transaction, Exit> {
        match idempotency_key::begin(database, &self.id).await? {
            Claim::Taken(tx) => Ok(tx),
            Claim::Kept(kept) if kept.fingerprint == self.fingerprint => Err(Exit::Replay(replay(kept)?)),
            Claim::Kept(_) => {
                let fault = Fault::header("Idempotency-Key", "key_reused", "was used for another request");
                Err(Problem::invalid(vec![fault]).into())
            }
            Claim::Busy => {
                let detail = "A request with this Idempotency-Key is being worked on.";
                let again = HeaderValue::from_static("1");
                Err(Problem::new(&problem::CONFLICT, detail).with_header(RETRY_AFTER, again).into())
            }
        }
    }

    /// Commits, and keeps the answer to the request.
    ///
    /// # Errors
    ///
    /// As [`Transaction::commit`].
    pub async fn commit(&self, tx: Transaction, answer: Response) -> Result<Response, Error> {
        let internal = |error: axum::Error| Error::Internal(Box::new(error));
        let (parts, body) = answer.into_parts();
        let body = to_bytes(body, usize::MAX).await.map_err(internal)?;
        let fields = parts.headers.iter().filter_map(|(name, value)| {
            let value = value.to_str().ok()?;
            Some(format!("{name}: {value}"))
        });
        let kept = KeptAnswer {
            fingerprint: self.fingerprint.to_vec(),
            status: i16::try_from(parts.status.as_u16()).unwrap_or_default(),
            fields: fields.collect(),
            body: body.to_vec(),
        };
        idempotency_key::commit(tx, &self.id, &kept).await?;
        Ok(Response::from_parts(parts, Body::from(body)))
    }
}

/// A key with or without quotation marks, which mean the same.
fn read(field: &str) -> Option<String> {
    let key = match field.strip_prefix('"') {
        None => field.to_owned(),
        Some(rest) => {
            let mut key = String::new();
            let mut octets = rest.strip_suffix('"')?.chars();
            while let Some(octet) = octets.next() {
                key.push(match octet {
                    '\\' => octets.next().filter(|escaped| matches!(escaped, '"' | '\\'))?,
                    '"' => return None,
                    other => other,
                });
            }
            key
        }
    };
    let is_key = (1..=MAX_KEY).contains(&key.len()) && key.bytes().all(|octet| octet.is_ascii_graphic());
    is_key.then_some(key)
}

/// SHA-256 of pieces, each behind its length, so that nothing can move from one into the next.
fn digest(pieces: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for piece in pieces {
        hash.update((piece.len() as u64).to_be_bytes());
        hash.update(piece);
    }
    hash.finalize().into()
}

fn replay(kept: KeptAnswer) -> Result<Response, Error> {
    let broken = |error: http::Error| Error::Internal(Box::new(error));
    let status = StatusCode::from_u16(u16::try_from(kept.status).unwrap_or_default());
    let mut answer = Response::builder().status(status.map_err(|error| broken(error.into()))?);
    for (name, value) in kept.fields.iter().filter_map(|field| field.split_once(": ")) {
        answer = answer.header(name, value);
    }
    let marked = answer.header(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    marked.body(Body::from(kept.body)).map_err(broken)
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
            assert_eq!(read(field).as_deref(), Some(key), "{field}");
        }
        for field in ["", "\"\"", "\"", "\"a", "a b", "\"a b\"", r#""a\b""#, "\"a\"b\"", "\"a\";b=1", "a\tb"]
        {
            assert_eq!(read(field), None, "{field}");
        }
        for (length, is_key) in [(MAX_KEY, true), (MAX_KEY + 1, false)] {
            let key = "k".repeat(length);
            assert_eq!(read(&key).is_some(), is_key);
            assert_eq!(read(&format!("\"{key}\"")).is_some(), is_key);
        }
    }

    #[test]
    fn pieces_do_not_run_into_each_other() {
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
        assert_ne!(digest(&[b"a", b""]), digest(&[b"a"]));
    }
}
