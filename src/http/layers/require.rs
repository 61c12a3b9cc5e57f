//! Rejects requests of clients that are unknown (RFC 6750 §3).

use std::{sync::Arc, time::Instant};

use axum::{extract::Request, response::Response};
use http::{
    HeaderValue, StatusCode,
    header::{RETRY_AFTER, WWW_AUTHENTICATE},
};

use super::{
    actor::Client,
    around::Pending,
    credentials::{Unauthenticated, is_open},
    failures::Failures,
};
use crate::{
    access::{Issuer, SCOPE_PREFIX},
    actor::Actor,
    authentication::{Reason, Rejection},
    config::HttpOptions,
    error::Fault,
    http::{
        request::access::{Authenticated, INVALID_CREDENTIAL, KEYS_NOT_LOADED},
        response::problem::{Problem, QUOTA_EXCEEDED, UNAUTHORIZED, UNAVAILABLE},
    },
};

/// What `WWW-Authenticate` says, all of it constant.
#[derive(Debug)]
pub struct Challenges {
    missing: HeaderValue,
    malformed: HeaderValue,
    invalid: HeaderValue,
}

impl Challenges {
    /// Those of a service. If it accepts tokens and knows its URL, they name the document that says
    /// where to get one (RFC 9728 §5.1).
    pub fn new(options: &HttpOptions) -> Self {
        let url = options.public_url.as_ref().filter(|_| options.tokens.is_some());
        let metadata =
            url.map(|url| format!(", resource_metadata=\"{}\"", url.well_known("oauth-protected-resource")));
        let metadata = metadata.unwrap_or_default();
        let challenge = |error: &str| {
            let text = format!("Bearer realm=\"curio\"{error}{metadata}");
            HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("Bearer realm=\"curio\""))
        };
        Self {
            missing: challenge(""),
            malformed: challenge(", error=\"invalid_request\""),
            invalid: challenge(", error=\"invalid_token\""),
        }
    }
}

/// A request of a known client.
#[derive(Debug)]
pub struct Required {
    challenges: Arc<Challenges>,
    has_token: bool,
}

impl Pending for Required {
    /// Completes the challenge of a response: the credential may have become invalid while the body
    /// arrived, and a token lacks a scope, not a grant.
    fn complete(self, response: &mut Response) {
        let status = response.status();
        let Some(challenge) = response.headers_mut().get_mut(WWW_AUTHENTICATE) else { return };
        if status == StatusCode::UNAUTHORIZED {
            *challenge = self.challenges.invalid.clone();
        } else if self.has_token
            && let Ok(text) = challenge.to_str()
            && let Ok(scoped) = text.replace("scope=\"", &format!("scope=\"{SCOPE_PREFIX}")).try_into()
        {
            *challenge = scoped;
        }
    }
}

/// Rejects a request if it is unknown who makes it, unless it is open to everybody.
pub fn require(
    failures: &Failures,
    challenges: &Arc<Challenges>,
    request: &Request,
) -> Result<Required, Problem> {
    let extensions = request.extensions();
    if extensions.get::<Actor>().is_some() || is_open(request) {
        let has_token = extensions.get().is_some_and(Authenticated::has_token);
        return Ok(Required { challenges: Arc::clone(challenges), has_token });
    }
    let challenge =
        |problem: Problem, value: &HeaderValue| problem.with_header(WWW_AUTHENTICATE, value.clone());
    let rejection = match extensions.get().unwrap_or(&Unauthenticated::Missing) {
        Unauthenticated::Missing => {
            let detail = "Send an API key or an access token, as `Authorization: Bearer ...`.";
            return Err(challenge(Problem::new(&UNAUTHORIZED, detail), &challenges.missing));
        }
        Unauthenticated::Malformed => {
            let detail = "must be one field of the form Bearer, a space, and an API key or an access token";
            let fault = Fault::header("Authorization", "bearer", detail);
            return Err(challenge(Problem::malformed(vec![fault]), &challenges.malformed));
        }
        Unauthenticated::Limited(seconds) => return Err(limited(*seconds)),
        Unauthenticated::Rejected(Rejection { reason: Reason::KeysNotLoaded, .. }) => {
            return Err(Problem::new(&UNAVAILABLE, KEYS_NOT_LOADED));
        }
        Unauthenticated::Rejected(rejection) => Some(rejection),
        Unauthenticated::NoCredential => None,
    };
    if let Some(Client(client)) = extensions.get()
        && let Some(seconds) = failures.take(client, Instant::now())
    {
        return Err(limited(seconds));
    }
    let key = rejection.and_then(|rejection| rejection.key).map(tracing::field::display);
    let issuer = rejection.and_then(|rejection| rejection.issuer.as_deref()).map(Issuer::as_str);
    let reason =
        rejection.map_or(Unauthenticated::NoCredential.name(), |rejection| rejection.reason.as_str());
    tracing::warn!(key, issuer, reason, "authentication.failed");
    let problem = Problem::new(&UNAUTHORIZED, INVALID_CREDENTIAL);
    Err(challenge(problem, &challenges.invalid))
}

fn limited(seconds: u64) -> Problem {
    Problem::new(&QUOTA_EXCEEDED, "This client has sent too many invalid credentials.")
        .with_header(RETRY_AFTER, HeaderValue::from(seconds))
}
