//! What the document depends on.

use serde_json::Value;

/// What an operation is, as far as the document depends on it.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent of each other")]
pub struct Traits {
    /// It has a body.
    pub has_body: bool,
    /// It returns content.
    pub has_content: bool,
    /// It works on one entity, whose id is in the path.
    pub is_on_entity: bool,
    /// It changes something.
    pub is_write: bool,
    /// It returns an entity that the client may have already.
    pub is_conditional_read: bool,
}

impl Traits {
    /// The traits of an operation as utoipa describes it.
    pub fn of(method: &str, path: &str, operation: &Value) -> Self {
        let mut responses = operation["responses"].as_object().into_iter().flatten();
        let is_on_entity = path.contains("/{id}");
        Self {
            has_body: operation.get("requestBody").is_some(),
            has_content: responses.any(|(_, response)| response.get("content").is_some()),
            is_on_entity,
            is_write: matches!(method, "post" | "put" | "patch" | "delete"),
            is_conditional_read: is_on_entity && method == "get",
        }
    }
}
