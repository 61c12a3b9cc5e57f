//! How a write is carried out and answered, whatever it writes: conditions, keys, rehearsals and preferences.

use axum::response::{IntoResponse, Response};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{CONTENT_TYPE, VARY},
};

use crate::{
    error::{Error, Fault},
    http::{
        App,
        extract::{FromHead, Head, NoQuery},
        idempotency::Key,
        preconditions::Preconditions,
        problem::{self, Problem},
        query::{self, FromQuery, Parameters},
    },
    postgres::database::Transaction,
};

const PREFER: HeaderName = HeaderName::from_static("prefer");
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// What a write says beside its body: its conditions, its key, whether it is only tried, what is wanted in return, and the query
/// parameters of its own kind.
#[derive(Debug)]
pub struct Write<Q = NoQuery> {
    /// The parameters of this kind of write.
    pub query: Q,
    /// What it demands of the entity that it finds.
    pub preconditions: Preconditions,
    method: Method,
    validate_only: bool,
    minimal: bool,
    key: Option<Key>,
}

impl<Q: FromQuery> FromHead for Write<Q> {
    fn from_head(Head { parts, faults, .. }: &mut Head) -> Option<Self> {
        let key = match parts.extensions.remove::<Result<Key, Fault>>().transpose() {
            Ok(key) => key,
            Err(fault) => {
                faults.push(fault);
                None
            }
        };
        let WriteQuery { validate_only, rest } = query::read(parts.uri.query().unwrap_or_default(), faults);
        Some(Self {
            query: rest,
            preconditions: Preconditions::of(&parts.headers, faults),
            method: parts.method.clone(),
            validate_only,
            minimal: prefers_minimal(&parts.headers),
            // Nothing is kept of a rehearsal, so there is nothing to ask for again.
            key: key.filter(|_| !validate_only),
        })
    }
}

struct WriteQuery<Q> {
    validate_only: bool,
    rest: Q,
}

impl<Q: FromQuery> FromQuery for WriteQuery<Q> {
    fn from_query(parameters: &mut Parameters) -> Self {
        let validate_only = parameters.one("validate_only", query::boolean).unwrap_or(false);
        Self { validate_only, rest: Q::from_query(parameters) }
    }
}

impl<Q> Write<Q> {
    /// Begins the transaction of the write.
    ///
    /// # Errors
    ///
    /// The answer that the request's key got before; 409 where a request with this key is being worked on, 422 where the key was used
    /// for another; 428 where the service demands a condition.
    pub async fn begin(&self, app: &App) -> Result<Transaction, Exit> {
        if app.options.require_if_match && !self.is_conditional() {
            let detail = "A PUT, PATCH or DELETE needs an If-Match field here.";
            return Err(Problem::new(&problem::PRECONDITION_REQUIRED, detail).into());
        }
        match &self.key {
            Some(key) => key.begin(&app.database).await,
            None => Ok(app.database.begin().await?),
        }
    }

    fn is_conditional(&self) -> bool {
        !matches!(self.method, Method::PUT | Method::PATCH | Method::DELETE)
            || self.preconditions.has_if_match()
            || (self.method == Method::PUT && self.preconditions.is_creation())
    }

    /// Commits, and keeps the answer under the request's key; takes everything back instead where the write was only to be tried.
    ///
    /// # Errors
    ///
    /// As [`Transaction::commit`].
    pub async fn commit(&self, tx: Transaction, answer: Response) -> Result<Response, Problem> {
        let answer = self.shape(answer);
        if self.validate_only {
            tx.rehearse().await?;
            return Ok(answer);
        }
        if let Some(key) = &self.key {
            return Ok(key.commit(tx, answer).await?);
        }
        tx.commit().await?;
        Ok(answer)
    }

    /// Whether what was written is there for others now; else it was only tried.
    pub fn is_real(&self) -> bool {
        !self.validate_only
    }

    /// Leaves the body out where the client asked for that (RFC 7240 §4.2).
    fn shape(&self, mut answer: Response) -> Response {
        if !answer.headers().contains_key(CONTENT_TYPE) {
            return answer;
        }
        answer.headers_mut().append(VARY, HeaderValue::from_static("prefer"));
        if !self.minimal {
            return answer;
        }
        let (mut parts, _) = answer.into_parts();
        if parts.status == StatusCode::OK {
            parts.status = StatusCode::NO_CONTENT;
        }
        parts.headers.remove(CONTENT_TYPE);
        parts.headers.insert(PREFERENCE_APPLIED, HeaderValue::from_static("return=minimal"));
        Response::from_parts(parts, axum::body::Body::empty())
    }
}

/// Whether the first `return` preference is `minimal` (RFC 7240 §2); what cannot be read is ignored, as the RFC asks.
fn prefers_minimal(headers: &HeaderMap) -> bool {
    let fields = headers.get_all(PREFER).iter().filter_map(|field| field.to_str().ok());
    let mut preferences = fields.flat_map(|field| field.split(',')).filter_map(|preference| {
        let (name, value) = preference.split(';').next()?.split_once('=')?;
        name.trim().eq_ignore_ascii_case("return").then(|| value.trim().trim_matches('"'))
    });
    preferences.next().is_some_and(|value| value.eq_ignore_ascii_case("minimal"))
}

/// Why a handler ends early.
#[derive(Debug)]
pub enum Exit {
    /// The request is refused.
    Problem(Problem),
    /// The request was carried out before; this was its answer.
    Replay(Response),
}

impl From<Problem> for Exit {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<Error> for Exit {
    fn from(error: Error) -> Self {
        Self::Problem(error.into())
    }
}

impl IntoResponse for Exit {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => problem.into_response(),
            Self::Replay(answer) => answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_return_preference_counts() {
        let minimal = |values: &[&'static str]| {
            let fields = values.iter().map(|value| (PREFER, HeaderValue::from_static(value)));
            prefers_minimal(&fields.collect())
        };
        for preferred in [
            &["return=minimal"][..],
            &["respond-async, Return = \"minimal\"; foo=bar"],
            &["wait=10", "return=minimal"],
            &["return=minimal, return=representation"],
        ] {
            assert!(minimal(preferred), "{preferred:?}");
        }
        for other in [&[][..], &["return"], &["return=representation, return=minimal"], &["x-return=minimal"]]
        {
            assert!(!minimal(other), "{other:?}");
        }
    }
}
