//! How a write ends early.

use axum::response::{IntoResponse, Response};

use crate::{
    error::Error,
    http::response::{problem::Problem, reply::Reply},
};

/// How a write ends early.
#[derive(Debug)]
pub enum Outcome {
    /// The request is rejected.
    Rejected(Problem),
    /// The request was already carried out; this was its response.
    Replayed(Reply),
}

impl From<Problem> for Outcome {
    fn from(problem: Problem) -> Self {
        Self::Rejected(problem)
    }
}

impl From<Error> for Outcome {
    fn from(error: Error) -> Self {
        Self::Rejected(error.into())
    }
}

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        match self {
            Self::Rejected(problem) => problem.into_response(),
            Self::Replayed(reply) => reply.into_response(),
        }
    }
}
