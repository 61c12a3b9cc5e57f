//! The `Idempotency-Key` field (draft-ietf-httpapi-idempotency-key-header).
//!
//! The response to a request with a key is stored in the request's own transaction, so it exists
//! exactly if the request was carried out. A failed request stores nothing, and its key can be used
//! again.

use std::sync::Arc;

use http::{
    HeaderName, HeaderValue, Uri,
    header::{IF_MATCH, IF_NONE_MATCH, RETRY_AFTER},
    request::Parts,
};
use sha2::{Digest, Sha256};

use super::{message, outcome::Outcome, unstored::UnstoredResponse};
use crate::{
    access::Grants,
    actor::Actor,
    error::{Error, Fault},
    http::{
        limits::{MAX_KEY, MAX_KEY_FIELD, MAX_STORED},
        request::{
            field::elements,
            head::Head,
            media_type,
            query::{Parameters, encode_query},
        },
        response::{
            json::to_vec,
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
        let actor = parts.extensions.get::<Actor>();
        let mut fingerprint = fingerprint(parts, body);
        if let Some(grants) = parts.extensions.get::<Arc<Grants>>()
            && actor.is_some_and(Actor::is_authenticated)
        {
            // With other grants, the actor may not be shown what it was shown before.
            fingerprint = digest(&[&fingerprint, grants.to_string().as_bytes()]);
        }
        let scope = actor.map(Actor::key_scope).unwrap_or_default();
        Some(Self { id: digest(&[scope.as_bytes(), key.as_bytes()]), fingerprint })
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
            Claim::Used(stored) => Err(self.replay(&stored)?),
            Claim::Busy => {
                let detail = "A request with this Idempotency-Key is in progress.";
                let retry_after = HeaderValue::from_static("1");
                Err(Problem::new(&CONFLICT, detail).with_header(RETRY_AFTER, retry_after).into())
            }
        }
    }

    /// The stored response, if it is that to this request; else 422.
    ///
    /// # Errors
    ///
    /// [`Error::Internal`] if what is stored is not a response.
    fn replay(&self, stored: &StoredResponse) -> Result<Outcome, Error> {
        if stored.fingerprint == self.fingerprint {
            return Ok(Outcome::Replayed(message::parse(&stored.message)?));
        }
        let fault = Fault::header("Idempotency-Key", "key_reused", "was used for another request");
        Ok(Problem::invalid(vec![fault]).into())
    }

    /// Adds the hash of a body that was read after the head.
    pub fn add_body(&mut self, hash: &[u8; 32]) {
        self.fingerprint = digest(&[&self.fingerprint, hash]);
    }

    /// Begins the transaction of a dry run. It is rejected as [`begin`](Self::begin) would reject
    /// the write, but responds itself if the write was already carried out.
    ///
    /// # Errors
    ///
    /// As `begin`, except the stored response.
    pub async fn rehearse(&self, database: &Database) -> Result<Transaction, Outcome> {
        match self.begin(database).await {
            Err(Outcome::Replayed(_)) => Ok(database.begin().await?),
            other => other,
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
            let body = to_vec(&UnstoredResponse::new())?.into();
            message::write(&Reply { body, ..reply.clone() })
        };
        let response = StoredResponse { fingerprint, message };
        idempotency_key::store(tx, &self.id, &response).await
    }
}

/// A key with or without quotation marks, which mean the same. With them, it may have parameters,
/// which mean nothing (RFC 9651 §3.1.2).
fn parse_key(field: &str) -> Option<String> {
    let key = if field.starts_with('"') {
        let (key, parameters) = parse_string(field)?;
        skip_parameters(parameters)?;
        key
    } else {
        field.to_owned()
    };
    let is_key = (1..=MAX_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    (is_key && field.len() <= MAX_KEY_FIELD).then_some(key)
}

/// The string at the start of a text, and what follows (RFC 9651 §3.3.3).
fn parse_string(text: &str) -> Option<(String, &str)> {
    let mut string = String::new();
    let mut chars = text.strip_prefix('"')?.chars();
    loop {
        match chars.next()? {
            '"' => return Some((string, chars.as_str())),
            '\\' => string.push(chars.next().filter(|escaped| matches!(escaped, '"' | '\\'))?),
            char @ ' '..='~' => string.push(char),
            _ => return None,
        }
    }
}

/// `None` if a text is not a sequence of parameters.
fn skip_parameters(mut text: &str) -> Option<()> {
    let is_of_name = |char: char| matches!(char, 'a'..='z' | '0'..='9' | '_' | '-' | '.' | '*');
    let is_of_value = |char: char| char.is_ascii_graphic() && !matches!(char, '"' | ',' | ';');
    while !text.is_empty() {
        let name = text.strip_prefix(';')?.trim_start_matches(' ');
        let rest = name.trim_start_matches(is_of_name);
        name.strip_prefix(|char: char| char.is_ascii_lowercase() || char == '*')?;
        text = match rest.strip_prefix('=') {
            None => rest,
            Some(value) if value.starts_with('"') => parse_string(value)?.1,
            Some(value) => {
                value.strip_prefix(is_of_value)?;
                value.trim_start_matches(is_of_value)
            }
        };
    }
    Some(())
}

fn fingerprint(parts: &Parts, body: &[u8]) -> [u8; 32] {
    let media_type = media_type::canonical(&parts.headers);
    let target = target(&parts.uri);
    let mut pieces = vec![parts.method.as_str().as_bytes(), target.as_bytes(), &media_type, body];
    for name in [IF_MATCH, IF_NONE_MATCH] {
        pieces.push(if parts.headers.contains_key(&name) { b"+" } else { b"-" });
        // One line or several, and empty elements, mean the same (RFC 9110 §5.3, §5.6.1.2).
        let tags = parts.headers.get_all(name).iter().map(HeaderValue::as_bytes).flat_map(elements);
        pieces.extend(tags.filter(|tag| !tag.is_empty()));
    }
    digest(&pieces)
}

/// The path and query, which are those of the write for a dry run of it, however they are
/// spelled.
fn target(uri: &Uri) -> String {
    let mut pairs = Parameters::parse(uri.query().unwrap_or_default()).pairs;
    pairs.retain(|(name, _)| name != "validate_only");
    pairs.sort_unstable();
    let query = encode_query(pairs.iter());
    if query.is_empty() { uri.path().to_owned() } else { format!("{}?{query}", uri.path()) }
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
            ("\"a\";p=1", "a"),
            ("\"a\";p;  q=\"x;y\\\"\";*r=?1;s=:aGk=:", "a"),
            ("a;p=1", "a;p=1"),
            ("a\"", "a\""),
        ] {
            assert_eq!(parse_key(field).as_deref(), Some(key), "{field}");
        }
        for field in [
            "",
            "\"\"",
            "\"",
            "\"a",
            "a b",
            "\"a b\"",
            r#""a\b""#,
            "\"a\"b\"",
            "\"a\" ;b=1",
            "\"a\";B=1",
            "\"a\";b=",
            "\"a\";b=\"",
            "\"a\";",
            "\"a\";b=1,c",
            "\"a\", \"b\"",
            "a\tb",
        ] {
            assert_eq!(parse_key(field), None, "{field}");
        }
        for (length, is_key) in [(MAX_KEY, true), (MAX_KEY + 1, false)] {
            let key = "k".repeat(length);
            assert_eq!(parse_key(&key).is_some(), is_key);
            assert_eq!(parse_key(&format!("\"{key}\"")).is_some(), is_key);
        }
    }

    #[test]
    fn a_dry_run_is_about_the_target_of_its_write() {
        for (uri, expected) in [
            ("/v1/items", "/v1/items"),
            ("/v1/items?", "/v1/items"),
            ("/v1/items?validate_only=true", "/v1/items"),
            ("/v1/items?validate%5Fonly=false", "/v1/items"),
            ("/v1/items/1?purge=true&validate_only=true", "/v1/items/1?purge=true"),
            ("/v1/items/1?validate_only=true&purge=validate_only", "/v1/items/1?purge=validate_only"),
            ("/v1/items/1?purge=%74rue", "/v1/items/1?purge=true"),
            ("/v1/items?on_error=skip&&on_conflict=ignore", "/v1/items?on_conflict=ignore&on_error=skip"),
        ] {
            assert_eq!(target(&Uri::from_static(uri)), expected);
        }
    }

    #[test]
    fn pieces_do_not_run_into_each_other() {
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
        assert_ne!(digest(&[b"a", b""]), digest(&[b"a"]));
    }
}
