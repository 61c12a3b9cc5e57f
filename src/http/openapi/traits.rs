//! What the document depends on.

use serde_json::Value;

/// The parameters of paths that are components of the document.
const PATH_PARAMETERS: [(&str, &str); 2] = [("/{id}", "Id"), ("/{key}", "Key")];

/// What an operation is, as far as the document depends on it.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent of each other")]
pub struct Traits {
    /// It has a body.
    pub has_body: bool,
    /// It returns content.
    pub has_content: bool,
    /// It works on one entity, whose id or key is in the path.
    pub is_on_entity: bool,
    /// The shared parameters of the path, as components of the document.
    pub path_parameters: Vec<&'static str>,
    /// It changes something.
    pub is_write: bool,
    /// It returns an entity that the client may have already.
    pub is_conditional_read: bool,
    /// It returns a page of a list.
    pub is_list: bool,
}

impl Traits {
    /// The traits of an operation as utoipa describes it.
    pub fn of(method: &str, path: &str, operation: &Value) -> Self {
        let mut responses = operation["responses"].as_object().into_iter().flatten();
        let parameters = PATH_PARAMETERS.iter().filter(|(place, _)| path.contains(place));
        let path_parameters: Vec<_> = parameters.map(|(_, name)| *name).collect();
        let is_on_entity = !path_parameters.is_empty();
        Self {
            has_body: operation.get("requestBody").is_some(),
            has_content: responses.any(|(_, response)| response.get("content").is_some()),
            is_on_entity,
            path_parameters,
            is_write: matches!(method, "post" | "put" | "patch" | "delete"),
            is_conditional_read: is_on_entity && method == "get",
            is_list: !is_on_entity && method == "get",
        }
    }
}
