//! The content of the method QUERY (RFC 10008): the parameters of a list as a JSON object.

use std::collections::BTreeMap;

use http::{
    HeaderName, HeaderValue, Method,
    header::{ALLOW, HeaderMap},
    request::Parts,
};
use serde_json::Value;

use super::{
    json,
    query::{Parameters, is_harmless},
};
use crate::{
    error::{Fault, Location},
    http::{
        limits::{MAX_FAULTS, MAX_QUERIED_FILTER},
        response::problem::{MALFORMED, Problem},
    },
};

/// The media types of the content.
pub const MEDIA_TYPES: &[&str] = &["application/json"];

/// The most values of a parameter that are read: more than it may have, so that it has the same
/// fault.
const MAX_OCCURRENCES: usize = 16;

/// Marks a QUERY, which is handled as a GET.
#[derive(Debug, Clone, Copy)]
pub struct Queried;

/// Whether this is the method QUERY, for which `http` has no constant yet.
pub fn is_query(method: &Method) -> bool {
    method.as_str() == "QUERY"
}

/// Tells clients that there is the method, where they look for it.
pub fn announce(fields: &mut HeaderMap) {
    let allow = fields.get(ALLOW).and_then(|allow| allow.to_str().ok());
    if let Some(Ok(allow)) = allow.map(|allow| HeaderValue::try_from(format!("{allow},QUERY"))) {
        fields.insert(ALLOW, allow);
    }
    fields.insert(HeaderName::from_static("accept-query"), HeaderValue::from_static(MEDIA_TYPES[0]));
}

/// Reads the parameters, each a member: a string, a number or a boolean, or an array of those if it
/// may be repeated.
///
/// # Errors
///
/// 400 if it is not JSON, or if the target has parameters too; 422 if it is no object.
pub fn parse_parameters(parts: &Parts, content: &[u8]) -> Result<Parameters, Problem> {
    if parts.uri.query().is_some_and(|query| !query.is_empty()) {
        let detail = "The parameters of a QUERY must be in its content, not in its target.";
        return Err(Problem::new(&MALFORMED, detail));
    }
    let (text, mut faults) = json::check_syntax(content)?;
    let Ok(members) = json::from_str::<BTreeMap<String, Value>>(&text) else {
        faults.push(Fault::at("", "type", "must be an object"));
        return Err(json::invalid(faults));
    };
    let mut pairs = Vec::new();
    for (name, value) in members {
        // What is left would have no more faults than are listed.
        if faults.len() + pairs.len() / MAX_OCCURRENCES > MAX_FAULTS {
            break;
        }
        if !is_harmless(&name) {
            faults.push(Fault::at(pointer_to(&name), "unknown_parameter", "is not a known parameter"));
            continue;
        }
        let values = match value {
            Value::Array(values) if values.is_empty() => {
                faults.push(Fault::at(pointer_to(&name), "too_few", "must have at least 1 element"));
                continue;
            }
            Value::Array(mut values) => {
                values.truncate(MAX_OCCURRENCES);
                values
            }
            value => vec![value],
        };
        for value in values {
            match text_of(value) {
                Some(value) => pairs.push((name.clone(), value)),
                None => faults.push(Fault::at(
                    pointer_to(&name),
                    "type",
                    "must be a string, a number or a boolean, or an array of them",
                )),
            }
        }
    }
    // What is wrong already has no second fault, unless there was another value.
    let is_wrong = |fault: &Fault, name: &str| {
        fault.location == Location::Pointer(pointer_to(name)) && fault.code != "duplicate_name"
    };
    pairs.retain(|(name, _)| !faults.iter().any(|fault| is_wrong(fault, name)));
    Ok(Parameters { is_content: true, pairs, faults })
}

fn pointer_to(name: &str) -> String {
    json::member("", name)
}

/// The value as it would be in a query string: only the start of what is too long for any
/// parameter.
fn text_of(value: Value) -> Option<String> {
    match value {
        Value::String(mut text) => {
            text.truncate(text.floor_char_boundary(4 * (MAX_QUERIED_FILTER + 1)));
            Some(text)
        }
        // As in other bodies, `50.0` is the integer 50.
        Value::Number(number) => Some(match number.as_f64() {
            Some(integer) if integer.fract() == 0.0 && integer.abs() < 1e15 => format!("{integer:.0}"),
            _ => number.to_string(),
        }),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The faults of the head of a QUERY: 422 if only its content is invalid, where they point to.
pub fn problem(faults: Vec<Fault>) -> Problem {
    let point = |fault: Fault| match &fault.location {
        Location::Parameter(name) => Fault { location: Location::Pointer(pointer_to(name)), ..fault },
        _ => fault,
    };
    let faults: Vec<_> = faults.into_iter().map(point).collect();
    let is_content = |fault: &Fault| matches!(fault.location, Location::Pointer(_));
    if faults.iter().all(is_content) { Problem::invalid(faults) } else { Problem::malformed(faults) }
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn parse(content: &Value) -> Parameters {
        let (parts, ()) = Request::new(()).into_parts();
        parse_parameters(&parts, content.to_string().as_bytes()).unwrap()
    }

    /// What is read of it is handled where other requests wait.
    #[test]
    fn little_of_a_hostile_content_is_read() {
        let many =
            parse(&serde_json::json!({ "filter": vec!["a"; 100_000], "limit": vec![Value::Null; 100_000] }));
        assert_eq!((many.pairs.len(), many.faults.len()), (MAX_OCCURRENCES, MAX_OCCURRENCES));
        let members = |value: Value| (0..50_000).map(|n| (format!("z{n}"), value.clone())).collect();
        let unknown = parse(&Value::Object(members(Value::from(1))));
        assert!(unknown.pairs.len() < 2_000 && unknown.finish().len() == MAX_FAULTS + 1);
        let invalid = parse(&Value::Object(members(Value::Null)));
        assert!(invalid.pairs.is_empty() && invalid.faults.len() == MAX_FAULTS + 1);
        let long = parse(&serde_json::json!({ "filter": "\u{20ac}".repeat(300_000) }));
        let characters = long.pairs[0].1.chars().count();
        assert!((MAX_QUERIED_FILTER + 1..2 * MAX_QUERIED_FILTER).contains(&characters), "{characters}");
    }
}
