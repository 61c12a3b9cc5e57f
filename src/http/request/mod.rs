//! What a handler receives is already valid.
//!
//! A request is read in parts, and all faults of a part are told at once: the media type of its body (415), its head (400), and then the
//! body (400, 422).

use axum::{
    body::{Bytes, to_bytes},
    extract::{FromRequest, FromRequestParts, RawPathParams, Request},
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
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
        answer::Json,
        json,
        problem::{self, Problem},
        query::{self, FromQuery},
    },
};

/// A request whose head is a valid `H` and whose body is a valid `B`.
#[derive(Debug)]
pub struct Valid<H, B = Unread>(pub H, pub B);

/// The head of a request while it is read, and what is wrong with it.
#[derive(Debug)]
pub struct Head {
    /// The head itself.
    pub parts: Parts,
    /// What was found to be wrong.
    pub faults: Vec<Fault>,
    path: Option<RawPathParams>,
}

/// What the head of a request can be read into; several parts are a tuple.
pub trait FromHead: Sized {
    /// Reads it. What is wrong goes into `head.faults`; only then may there be nothing.
    fn from_head(head: &mut Head) -> Option<Self>;
}

/// What the body of a request can be read into, once its head is known to be a valid `H`.
pub trait FromBody<H>: Sized {
    /// The media types that are taken; where there are none, any is.
    const MEDIA_TYPES: &[&str];

    /// Reads it.
    ///
    /// # Errors
    ///
    /// 400 where it is malformed, 422 where it is not valid.
    fn from_body(media_type: &str, body: &[u8], head: &H) -> Result<Self, Problem>;
}

impl<H: FromHead, B: FromBody<H>, S: Send + Sync> FromRequest<S> for Valid<H, B> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let media_type = media_type(&parts, B::MEDIA_TYPES)?;
        let path = RawPathParams::from_request_parts(&mut parts, state).await.ok();
        // Read whole before the handlers by the layer that can run a request again, which also bounds its size and time. That of a safe
        // request means nothing (RFC 9110 §9.3.1).
        let body = if parts.method.is_safe() { Ok(Bytes::new()) } else { to_bytes(body, usize::MAX).await };
        let body = body.map_err(|_| Problem::new(&problem::MALFORMED, "The body ended early."))?;
        let mut head = Head { parts, faults: Vec::new(), path };
        let Some(valid) = H::from_head(&mut head).filter(|_| head.faults.is_empty()) else {
            return Err(Problem::malformed(head.faults));
        };
        let body = B::from_body(media_type, &body, &valid)?;
        Ok(Self(valid, body))
    }
}

/// Which of these media types the body has, with no charset but UTF-8 (RFC 8259 §8.1).
fn media_type(parts: &Parts, types: &'static [&'static str]) -> Result<&'static str, Problem> {
    if types.is_empty() {
        return Ok("");
    }
    named(&parts.headers, types).ok_or_else(|| {
        let detail = "The Content-Type field must name one of the listed media types, in UTF-8.";
        let problem = Problem::new(&problem::UNSUPPORTED_MEDIA_TYPE, detail);
        let patch = parts.method == Method::PATCH;
        let name = if patch { HeaderName::from_static("accept-patch") } else { ACCEPT };
        match HeaderValue::try_from(types.join(", ")) {
            Ok(value) => problem.with_header(name, value),
            Err(_) => problem,
        }
    })
}

fn named(headers: &HeaderMap, types: &[&'static str]) -> Option<&'static str> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let mut pieces = value.split(';').map(str::trim);
    let essence = pieces.next().unwrap_or_default();
    let charset = pieces.filter_map(|piece| piece.split_once('=')).find_map(|(name, value)| {
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    });
    let media_type = types.iter().find(|name| name.eq_ignore_ascii_case(essence)).copied();
    media_type.filter(|_| charset.is_none_or(|charset| charset.eq_ignore_ascii_case("utf-8")))
}

/// The id in a path.
#[derive(Debug)]
pub struct Id(pub Uuid);

impl FromHead for Id {
    fn from_head(head: &mut Head) -> Option<Self> {
        let text = head.path.as_ref().and_then(|path| path.iter().next()).map(|(_, value)| value);
        let id = text.and_then(uuid);
        if id.is_none() {
            let detail = "must be a UUID, such as 0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55";
            head.faults.push(Fault::parameter("id", "uuid", detail));
        }
        id.map(Self)
    }
}

/// The hyphenated form of RFC 9562 §4, in either case, and none of the others that the parser knows.
pub fn uuid(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|_| text.len() == 36)
}

/// A query string.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: FromQuery> FromHead for Query<T> {
    fn from_head(head: &mut Head) -> Option<Self> {
        Some(Self(query::read(head.parts.uri.query().unwrap_or_default(), &mut head.faults)))
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

macro_rules! several {
    ($($name:ident)+) => {
        impl<$($name: FromHead),+> FromHead for ($($name,)+) {
            #[expect(non_snake_case, reason = "a variable has the name of its type")]
            fn from_head(head: &mut Head) -> Option<Self> {
                $(let $name = $name::from_head(head);)+
                Some(($($name?,)+))
            }
        }
    };
}

several!(A B);
several!(A B C);

impl<H, T: DeserializeOwned + Validate + ToSchema> FromBody<H> for Json<T> {
    const MEDIA_TYPES: &[&str] = &["application/json"];

    fn from_body(_: &str, body: &[u8], _: &H) -> Result<Self, Problem> {
        json::parse(body, T::validate).map(Self)
    }
}

/// No body at all.
#[derive(Debug)]
pub struct NoBody;

impl<H> FromBody<H> for NoBody {
    const MEDIA_TYPES: &[&str] = &[];

    fn from_body(_: &str, body: &[u8], _: &H) -> Result<Self, Problem> {
        let fault = || Fault::at("", "unexpected", "must be empty");
        if body.is_empty() { Ok(Self) } else { Err(Problem::invalid(vec![fault()])) }
    }
}

/// Whatever body there is, it means nothing.
#[derive(Debug)]
pub struct Unread;

impl<H> FromBody<H> for Unread {
    const MEDIA_TYPES: &[&str] = &[];

    fn from_body(_: &str, _: &[u8], _: &H) -> Result<Self, Problem> {
        Ok(Self)
    }
}
