//! A stored response: an HTTP/1.1 message (RFC 9112 §2.1).

use axum::body::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::{error::Error, http::response::reply::Reply};

const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// The most header fields of a stored response.
const MAX_FIELDS: usize = 32;

/// Writes a response as a message.
pub fn write(reply: &Reply) -> Vec<u8> {
    let mut message = format!("HTTP/1.1 {} \r\n", reply.status.as_u16()).into_bytes();
    for (name, value) in &reply.headers {
        message.extend_from_slice(&[name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    message.extend_from_slice(b"\r\n");
    message.extend_from_slice(&reply.body);
    message
}

/// Parses a message as a response, marked as replayed.
///
/// # Errors
///
/// [`Error::Internal`] if it is not a message that [`write`](fn@write) wrote.
pub fn parse(message: &[u8]) -> Result<Reply, Error> {
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut head = httparse::Response::new(&mut fields);
    let httparse::Status::Complete(length) = head.parse(message).map_err(Error::internal)? else {
        return Err(Error::internal("a stored response is incomplete"));
    };
    let status = StatusCode::from_u16(head.code.unwrap_or_default()).map_err(Error::internal)?;
    let mut headers = HeaderMap::with_capacity(MAX_FIELDS);
    for field in head.headers {
        let name = HeaderName::from_bytes(field.name.as_bytes()).map_err(Error::internal)?;
        headers.append(name, HeaderValue::from_bytes(field.value).map_err(Error::internal)?);
    }
    headers.insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    Ok(Reply { status, headers, body: Bytes::copy_from_slice(&message[length..]) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_becomes_the_response_again() {
        let fields = [("location", "/v1/items/1"), ("etag", "\"1\""), ("vary", "a"), ("vary", "b")];
        for (status, body) in
            [(StatusCode::CREATED, "{\"name\": \"\u{e9}\\r\\n\\r\\n\"}"), (StatusCode::NO_CONTENT, "")]
        {
            for fields in [&fields[..], &[]] {
                let mut reply = Reply { body: body.into(), ..Reply::empty(status) };
                for (name, value) in fields {
                    reply.headers.append(*name, HeaderValue::from_static(value));
                }
                let again = parse(&write(&reply)).unwrap();
                reply.headers.insert(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
                assert_eq!((again.status, again.headers), (status, reply.headers));
                assert_eq!(again.body, body);
            }
        }
        assert!(parse(b"HTTP/1.1 201 \r\netag: \"1\"\r\n").is_err());
    }
}
