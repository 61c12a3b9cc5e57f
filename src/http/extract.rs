//! What a handler receives is already valid.

use axum::{
    body::{Bytes, to_bytes},
    extract::{FromRequest, FromRequestParts, RawPathParams, Request},
};
use http::{
    HeaderMap, HeaderValue, Method,
    header::{ACCEPT, CONTENT_TYPE},
    request::Parts,
};
use serde::de::DeserializeOwned;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::{
    error::Fault,
    http::{
        json, patch,
        problem::{self, Problem},
        query::{self, FromQuery},
    },
};

/// A JSON body that is a valid `T`.
#[derive(Debug)]
pub struct ValidJson<T>(pub T);

impl<T, S> FromRequest<S> for ValidJson<T>
where
    T: DeserializeOwned + Validate + ToSchema,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let Text(_, text) = Text::from_request(request, state, &["application/json"]).await?;
        json::parse(&text).map(Self)
    }
}

/// A body of one of the media types that were asked for, and which of them.
pub struct Text(pub &'static str, pub Bytes);

impl Text {
    pub async fn from_request<S: Send + Sync>(
        request: Request,
        _: &S,
        types: &[&'static str],
    ) -> Result<Self, Problem> {
        let Some(media_type) = media_type(request.headers(), types) else {
            let patch = request.method() == Method::PATCH;
            let name = if patch { http::HeaderName::from_static("accept-patch") } else { ACCEPT };
            let value = if patch { patch::MEDIA_TYPES } else { "application/json" };
            return Err(Problem::new(
                &problem::UNSUPPORTED_MEDIA_TYPE,
                "The Content-Type field must name one of the listed media types, in UTF-8.",
            )
            .with_header(name, HeaderValue::from_static(value)));
        };
        // Read whole before the handlers by the layer that can run a request again, which also bounds its size and time.
        let bytes = to_bytes(request.into_body(), usize::MAX).await;
        let bytes = bytes.map_err(|_| Problem::new(&problem::MALFORMED, "The body ended early."))?;
        Ok(Self(media_type, bytes))
    }
}

/// No body at all.
#[derive(Debug)]
pub struct NoBody;

impl<S: Send + Sync> FromRequest<S> for NoBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        match to_bytes(request.into_body(), usize::MAX).await {
            Ok(body) if body.is_empty() => Ok(Self),
            _ => Err(Problem::invalid(vec![Fault::at("", "unexpected", "must be empty")])),
        }
    }
}

/// Which of these media types the body has, with no charset but UTF-8 (RFC 8259 §8.1).
fn media_type(headers: &HeaderMap, types: &[&'static str]) -> Option<&'static str> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let mut pieces = value.split(';').map(str::trim);
    let essence = pieces.next().unwrap_or_default();
    let charset = pieces.filter_map(|piece| piece.split_once('=')).find_map(|(name, value)| {
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    });
    let media_type = types.iter().find(|name| name.eq_ignore_ascii_case(essence)).copied();
    media_type.filter(|_| charset.is_none_or(|charset| charset.eq_ignore_ascii_case("utf-8")))
}

/// A query string that is a valid `T`.
#[derive(Debug)]
pub struct ValidQuery<T>(pub T);

impl<T: FromQuery, S: Sync> FromRequestParts<S> for ValidQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        query::parse(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

/// No parameters at all.
#[derive(Debug)]
pub struct NoQuery;

impl FromQuery for NoQuery {
    fn from_query(_: &mut query::Parameters) -> Self {
        Self
    }
}

/// The id in a path, on a request without query parameters.
#[derive(Debug)]
pub struct ValidPath(pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for ValidPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let parameters = RawPathParams::from_request_parts(parts, state).await.ok();
        let text =
            parameters.as_ref().and_then(|parameters| parameters.iter().next()).map(|(_, value)| value);
        text.and_then(uuid).map(Self).ok_or_else(|| {
            let detail = "must be a UUID, such as 0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55";
            Problem::malformed(vec![Fault::parameter("id", "uuid", detail)])
        })
    }
}

/// The hyphenated form of RFC 9562 §4, in either case, and none of the others that the parser knows.
pub fn uuid(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|_| text.len() == 36)
}
