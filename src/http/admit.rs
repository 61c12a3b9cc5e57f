//! Who is let in: overload is refused at once, before it costs anything.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::http::{
    App,
    problem::{self, Problem},
};

/// Refuses a request with 503 while as many as may be are being worked on.
pub async fn shed_load(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let Ok(_permit) = app.in_flight.try_acquire() else {
        return Problem::new(&problem::UNAVAILABLE, "Too many requests at one time.").into_response();
    };
    next.run(request).await
}
