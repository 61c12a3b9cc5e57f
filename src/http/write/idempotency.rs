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
    HeaderName, HeaderValue, Method,
    header::{CONTENT_TYPE, RETRY_AFTER},
    request::Parts,
    response,
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
/// The most header fields of an answer that is kept.
const MAX_FIELDS: usize = 32;

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
    /// Where the field is neither a string of RFC 9651 nor bare visible ASCII, or its length is not 1 to 255.
    pub fn of(parts: &Parts, body: &[u8], client: impl FnOnce() -> IpAddr) -> Option<Result<Self, Fault>> {
        if !matches!(parts.method, Method::POST | Method::PATCH) {
            return None;
        }
        let mut fields = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
        let field = fields.next()?;
        let Some(key) = field.to_str().ok().filter(|_| fields.next().is_none()).and_then(read) else {
            let detail =
                "must be one key of 1 to 255 visible ASCII characters, which may stand in quotation marks";
            return Some(Err(Fault::header("Idempotency-Key", "idempotency_key", detail)));
        };
        let media_type = parts.headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
        let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
        Some(Ok(Self {
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
            Claim::Kept(kept) if kept.fingerprint == self.fingerprint => {
                Err(Exit::Replay(replay(&kept.answer)?))
            }
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
        let (parts, body) = answer.into_parts();
        let body = to_bytes(body, usize::MAX).await.map_err(internal)?;
        let kept = KeptAnswer { fingerprint: self.fingerprint.to_vec(), answer: message(&parts, &body) };
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

/// An answer as an HTTP/1.1 message (RFC 9112 §2.1).
fn message(parts: &response::Parts, body: &[u8]) -> Vec<u8> {
    let mut message = format!("HTTP/1.1 {} \r\n", parts.status.as_u16()).into_bytes();
    for (name, value) in &parts.headers {
        message.extend_from_slice(&[name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    message.extend_from_slice(b"\r\n");
    message.extend_from_slice(body);
    message
}

/// The answer that was kept as a message, marked as given before.
fn replay(message: &[u8]) -> Result<Response, Error> {
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut head = httparse::Response::new(&mut fields);
    let httparse::Status::Complete(length) = head.parse(message).map_err(internal)? else {
        return Err(Error::Internal("an answer is kept in part".into()));
    };
    let mut answer = Response::builder().status(head.code.unwrap_or_default());
    for field in head.headers {
        answer = answer.header(field.name, field.value);
    }
    let marked = answer.header(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    marked.body(Body::from(message[length..].to_vec())).map_err(internal)
}

fn internal(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Internal(Box::new(error))
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

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

    #[tokio::test]
    async fn a_message_becomes_the_answer_again() {
        let fields = [("location", "/v1/items/1"), ("etag", "\"1\""), ("vary", "a"), ("vary", "b")];
        for (status, body) in
            [(StatusCode::CREATED, "{\"name\": \"\u{e9}\\r\\n\\r\\n\"}"), (StatusCode::NO_CONTENT, "")]
        {
            for fields in [&fields[..], &[]] {
                let mut answer = Response::builder().status(status);
                for (name, value) in fields {
                    answer = answer.header(*name, *value);
                }
                let (parts, ()) = answer.body(()).unwrap().into_parts();
                let (again, text) = replay(&message(&parts, body.as_bytes())).unwrap().into_parts();
                let mut marked = parts.headers.clone();
                marked.insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
                assert_eq!((again.status, again.headers), (status, marked));
                assert_eq!(to_bytes(text, usize::MAX).await.unwrap(), body);
            }
        }
        assert!(replay(b"HTTP/1.1 201 \r\netag: \"1\"\r\n").is_err());
    }

    #[test]
    fn pieces_do_not_run_into_each_other() {
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
        assert_ne!(digest(&[b"a", b""]), digest(&[b"a"]));
    }
}
