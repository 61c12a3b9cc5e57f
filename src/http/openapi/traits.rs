//! What the document depends on.

use serde_json::Value;

/// The parameters of paths that are components of the document.
const PATH_PARAMETERS: [(&str, &str); 4] =
    [("/{id}", "Id"), ("/{key}", "Key"), ("/{key_id}", "KeyId"), ("/{version}", "Version")];

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
    /// Its path has a parameter, so that what it names may be missing.
    pub is_below_entity: bool,
    /// The shared parameters of the path, as components of the document.
    pub path_parameters: Vec<&'static str>,
    /// It changes something.
    pub is_write: bool,
    /// It shows a secret, whatever the client prefers.
    pub shows_secret: bool,
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
        let is_below_entity = !path_parameters.is_empty();
        let is_list = method == "get" && !path.ends_with('}');
        // A check takes a body that is too long for a URL, and changes nothing.
        let is_check = operation["operationId"].as_str().is_some_and(|id| id.starts_with("check_"));
        let is_on_entity = is_below_entity && !is_list && !is_check;
        let success =
            ["200", "201"].map(|status| &operation["responses"][status]["content"]["application/json"]);
        let names = success.map(|content| content["schema"]["$ref"].as_str().unwrap_or_default());
        let shows_secret = names.iter().any(|name| name.ends_with("SecretView"));
        Self {
            shows_secret,
            has_body: operation.get("requestBody").is_some(),
            has_content: responses.any(|(_, response)| response.get("content").is_some()),
            is_on_entity,
            is_below_entity,
            path_parameters,
            is_write: matches!(method, "post" | "put" | "patch" | "delete") && !is_check,
            is_conditional_read: is_on_entity && method == "get",
            is_list,
        }
    }
}
