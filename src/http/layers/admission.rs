//! Bounds the requests in progress. tower's concurrency limit makes requests wait; here they are
//! rejected at once.

use axum::{body::Body, extract::Request, response::Response};
use http_body_util::BodyExt;

use super::around::Pending;
use crate::{
    actor::Actor,
    app::App,
    budget::{Budget, Share},
    http::{
        limits::Surplus,
        operator,
        response::problem::{Problem, UNAVAILABLE},
    },
};

/// Rejects everything except probes while the service starts, and on connections above the limit.
pub fn check(app: &App, request: &Request) -> Result<(), Problem> {
    let detail = if request.extensions().get::<Surplus>().is_some() {
        "Too many connections are open."
    } else if !app.is_started() {
        "The service is starting."
    } else {
        return Ok(());
    };
    if operator::is_probe(request) { Ok(()) } else { Err(Problem::new(&UNAVAILABLE, detail)) }
}

/// Takes a permit until the response is sent. A request whose body is still arriving takes none:
/// slow clients must not keep others out.
pub fn admit(permits: &Budget, request: &Request) -> Result<Share, Problem> {
    let permit = permits.take(request.extensions().get().map(Actor::quota_scope), 1);
    permit.ok_or_else(|| Problem::new(&UNAVAILABLE, "Too many requests are in progress."))
}

impl Pending for Share {
    fn complete(self, response: &mut Response) {
        let body = std::mem::take(response.body_mut());
        // The closure holds the permit as long as the body exists.
        *response.body_mut() = Body::new(body.map_err(move |error| {
            let _permit = &self;
            error
        }));
    }
}
