//! What a replay has instead of a response that was too large to be stored.

use serde::Serialize;
use utoipa::ToSchema;

/// Says that the request was carried out, in the replay of a response that was too large to be
/// stored.
#[derive(Debug, Serialize, ToSchema)]
#[schema(examples(json!({ "detail": DETAIL })))]
pub struct UnstoredResponse {
    /// What happened, in words.
    #[schema(value_type = String, max_length = 256, pattern = "^[ -~]+$")]
    detail: &'static str,
}

const DETAIL: &str = "The request was carried out. Its response is too large to be stored.";

impl UnstoredResponse {
    pub fn new() -> Self {
        Self { detail: DETAIL }
    }
}
