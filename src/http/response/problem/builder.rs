//! [`Error`] and every other rejection → [`Problem`].

use std::{borrow::Cow, sync::Arc};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{
    HeaderName, HeaderValue, StatusCode,
    header::{RETRY_AFTER, WWW_AUTHENTICATE},
};

use super::kind::{
    CONFLICT, INSUFFICIENT_SCOPE, INTERNAL, INVALID, KINDS, Kind, MALFORMED, NOT_FOUND, UNAVAILABLE,
};
use crate::{
    error::{Error, Fault, Source},
    http::limits::MAX_FAULTS,
};

/// The request time-out, or that of a statement.
const TOOK_TOO_LONG: &str = "The request took too long.";

/// Why a request is rejected.
#[derive(Debug)]
pub struct Problem {
    pub(super) kind: &'static Kind,
    pub(super) detail: Cow<'static, str>,
    pub(super) faults: Vec<Fault>,
    /// There are more faults.
    pub(super) is_truncated: bool,
    pub(super) current_version: Option<i64>,
    headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) cause: Option<Source>,
    contended: bool,
}

impl Problem {
    /// A problem of this kind. `detail` describes this occurrence and repeats nothing that was
    /// sent.
    pub fn new(kind: &'static Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        let mut problem = Self {
            kind,
            detail: detail.into(),
            faults: Vec::new(),
            is_truncated: false,
            current_version: None,
            headers: Vec::new(),
            cause: None,
            contended: false,
        };
        if kind.status == StatusCode::SERVICE_UNAVAILABLE {
            problem.headers.push((RETRY_AFTER, HeaderValue::from_static("1")));
        }
        problem
    }

    /// 400, with the malformed parts of the request.
    #[must_use]
    pub fn malformed(faults: Vec<Fault>) -> Self {
        Self::counted(
            &MALFORMED,
            faults,
            ["part of the request is malformed", "parts of the request are malformed"],
        )
    }

    /// 422, with every broken rule.
    #[must_use]
    pub fn invalid(faults: Vec<Fault>) -> Self {
        Self::counted(&INVALID, faults, ["field is not valid", "fields are not valid"])
    }

    /// 403, with the grant that would do (RFC 6750 §3.1).
    #[must_use]
    pub fn forbidden(grant: &str) -> Self {
        let challenge = format!("Bearer realm=\"curio\", error=\"insufficient_scope\", scope=\"{grant}\"");
        let problem = Self::new(&INSUFFICIENT_SCOPE, "`scope` in WWW-Authenticate is what would do.");
        match HeaderValue::try_from(challenge) {
            Ok(challenge) => problem.with_header(WWW_AUTHENTICATE, challenge),
            Err(_) => problem,
        }
    }

    /// Adds a header field to the response.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Adds where in the request the problem is.
    #[must_use]
    pub fn with_faults(mut self, mut faults: Vec<Fault>) -> Self {
        self.is_truncated = faults.len() > MAX_FAULTS;
        faults.truncate(MAX_FAULTS);
        self.faults = faults;
        self
    }

    /// Adds the current version of the entity, as its entity tag.
    #[must_use]
    pub fn with_current_version(mut self, version: Option<i64>) -> Self {
        self.current_version = version;
        self
    }

    fn counted(kind: &'static Kind, faults: Vec<Fault>, [one, many]: [&str; 2]) -> Self {
        let detail = match faults.len() {
            1 => format!("1 {one}."),
            count @ ..=MAX_FAULTS => format!("{count} {many}."),
            _ => format!("More than {MAX_FAULTS} {many}; the first {MAX_FAULTS} are listed."),
        };
        Self::new(kind, detail).with_faults(faults)
    }

    pub fn caused_by(mut self, cause: Source) -> Self {
        self.cause = Some(cause);
        self
    }

    /// The problem behind a response that has only a status.
    pub(super) fn from_status(status: StatusCode) -> Self {
        let detail = match status {
            StatusCode::NOT_FOUND => "There is nothing at this path.",
            StatusCode::METHOD_NOT_ALLOWED => "The Allow field lists the methods of this path.",
            StatusCode::SERVICE_UNAVAILABLE => TOOK_TOO_LONG,
            StatusCode::BAD_REQUEST => "This is not HTTP.",
            _ => "",
        };
        match KINDS.iter().find(|kind| kind.status == status) {
            Some(kind) => Self::new(kind, detail),
            None if status.is_server_error() => Self::new(&INTERNAL, detail),
            None => Self::new(&MALFORMED, detail),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::new(&NOT_FOUND, "There is nothing with this id."),
            Error::Forbidden { grant } => Self::forbidden(&grant),
            Error::Invalid(faults) => Self::invalid(faults),
            Error::Conflict(cause) => {
                Self::new(&CONFLICT, "The change contradicts the stored state.").caused_by(cause)
            }
            Error::Locked(cause) => {
                let detail = "Another transaction has locked what the request changes.";
                let retry_after = HeaderValue::from_static("1");
                Self::new(&CONFLICT, detail).with_header(RETRY_AFTER, retry_after).caused_by(cause)
            }
            Error::Contended(cause) => {
                let problem = Self::new(&UNAVAILABLE, "Too many requests change the same entities.");
                Self { contended: true, ..problem.caused_by(cause) }
            }
            Error::Stale(cause) => {
                let problem = Self::new(&UNAVAILABLE, "The database has changed.");
                Self { contended: true, ..problem.caused_by(cause) }
            }
            Error::OtherSchema => {
                let problem = Self::new(&UNAVAILABLE, "The schema of a collection is changing.");
                Self { contended: true, ..problem.caused_by(error.into()) }
            }
            Error::Busy => Self::new(&UNAVAILABLE, "Too many requests of this kind are in progress."),
            Error::TooSlow(cause) => Self::new(&UNAVAILABLE, TOOK_TOO_LONG).caused_by(cause),
            Error::Unavailable(cause) => {
                Self::new(&UNAVAILABLE, "The database is unavailable.").caused_by(cause)
            }
            Error::Internal(cause) => {
                Self::new(&INTERNAL, "The cause is in the log of the service.").caused_by(cause)
            }
        }
    }
}

/// Marks the response to a request that lost against a concurrent transaction and can be retried.
#[derive(Debug, Clone, Copy)]
pub struct Contended;

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.kind.status;
        response.headers_mut().extend(self.headers.iter().cloned());
        if self.contended {
            response.extensions_mut().insert(Contended);
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}
