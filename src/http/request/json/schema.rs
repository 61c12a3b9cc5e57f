//! Validates JSON against the schema of a type in the OpenAPI document, because serde stops at the
//! first fault and a schema names them all.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, LazyLock, PoisonError, RwLock},
};

use jsonschema::{
    Validator,
    error::{TypeKind, ValidationErrorKind},
};
use serde_json::{
    Map, Value, json,
    value::{RawValue, to_raw_value},
};
use utoipa::{
    ToSchema,
    openapi::{RefOr, schema::Schema},
};

use super::{outline::outline, pointer::member, scan::SUBSTITUTE};
use crate::{
    error::Fault,
    http::limits::{MAX_DATE_TIME, MAX_FAULTS, MAX_SAFE_INTEGER},
};

/// The schema of a type, compiled.
#[derive(Debug)]
pub struct TypeSchema {
    validator: Option<Validator>,
    /// The names of all members that it describes.
    names: HashSet<String>,
    members: HashSet<String>,
    example: Value,
    smallest: BTreeMap<String, Box<RawValue>>,
}

impl TypeSchema {
    /// The schema of `T`, compiled when it is first needed.
    pub fn of<T: ToSchema>() -> Arc<Self> {
        static SCHEMAS: LazyLock<RwLock<HashMap<String, Arc<TypeSchema>>>> = LazyLock::new(RwLock::default);
        let name = T::name();
        let known = SCHEMAS.read().unwrap_or_else(PoisonError::into_inner).get(&*name).cloned();
        known.unwrap_or_else(|| {
            let schema = Arc::new(Self::compile::<T>());
            let mut schemas = SCHEMAS.write().unwrap_or_else(PoisonError::into_inner);
            schemas.insert(name.into_owned(), Arc::clone(&schema));
            schema
        })
    }

    fn compile<T: ToSchema>() -> Self {
        let mut schemas: Vec<(String, RefOr<Schema>)> = vec![(T::name().into(), T::schema())];
        T::schemas(&mut schemas);
        let schemas: HashMap<_, _> = schemas.into_iter().collect();
        let mut schema = json!({
            "$ref": format!("#/components/schemas/{}", T::name()),
            "components": { "schemas": schemas },
        });
        limit_formats(&mut schema);
        accept_read_only(&mut schema);
        let mut names = HashSet::new();
        collect_names(&schema, &mut names);
        let own = &schema["components"]["schemas"][&*T::name()];
        let example = own["examples"][0].clone();
        let required = own["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let smallest =
            required.filter_map(|name| Some((name.to_owned(), to_raw_value(example.get(name)?).ok()?)));
        Self {
            names,
            members: own["properties"].as_object().into_iter().flat_map(Map::keys).cloned().collect(),
            smallest: smallest.collect(),
            example,
            validator: jsonschema::options().should_validate_formats(true).build(&schema).ok(),
        }
    }

    /// The first example; null if there is none.
    pub fn example(&self) -> &Value {
        &self.example
    }

    /// Whether the type itself has a member of this name.
    pub fn has_member(&self, name: &str) -> bool {
        self.members.contains(name)
    }

    /// The required members of the example.
    pub fn smallest(&self) -> BTreeMap<String, Box<RawValue>> {
        self.smallest.clone()
    }

    /// Where `text` contradicts the schema: one fault for each location and rule.
    pub fn faults(&self, text: &str) -> Vec<Fault> {
        let (Some(validator), Some(value)) = (&self.validator, outline(text, &self.names)) else {
            return Vec::new();
        };
        schema_faults(validator, &value)
    }
}

fn collect_names(schema: &Value, names: &mut HashSet<String>) {
    match schema {
        Value::Array(schemas) => schemas.iter().for_each(|schema| collect_names(schema, names)),
        Value::Object(keywords) => {
            let properties = keywords.get("properties").and_then(Value::as_object);
            names.extend(properties.into_iter().flat_map(serde_json::Map::keys).cloned());
            keywords.values().for_each(|schema| collect_names(schema, names));
        }
        _ => {}
    }
}

/// Adds the limits that a format implies: lengths of strings, and the range in which every client
/// reads integers exactly.
pub fn limit_formats(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(limit_formats),
        Value::Object(members) => {
            let limit = match members.get("format").and_then(Value::as_str) {
                Some("uuid") => Some(("maxLength", 36_i64)),
                Some("date-time") => i64::try_from(MAX_DATE_TIME).ok().map(|length| ("maxLength", length)),
                Some("int64") => Some(("maximum", MAX_SAFE_INTEGER)),
                _ => None,
            };
            if let Some((keyword, limit)) = limit {
                members.entry(keyword).or_insert(limit.into());
            }
            members.values_mut().for_each(limit_formats);
        }
        _ => {}
    }
}

/// Lets members that only the server writes have any value.
fn accept_read_only(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(accept_read_only),
        Value::Object(members) if members.get("readOnly") == Some(&Value::Bool(true)) => *value = true.into(),
        Value::Object(members) => members.values_mut().for_each(accept_read_only),
        _ => {}
    }
}

fn schema_faults(validator: &Validator, value: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    for error in validator.iter_errors(value).take(MAX_FAULTS + 1) {
        let path = error.instance_path().as_str();
        match error.kind() {
            ValidationErrorKind::Required { property } => {
                faults.push(required(path, property.as_str().unwrap_or_default()));
            }
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                faults.extend(unknown_fields(path, unexpected.iter().map(String::as_str)));
            }
            kind => {
                let (code, detail) = describe(kind);
                faults.push(Fault::at(path, code, detail));
            }
        }
    }
    // If a type or a length is wrong, a wrong pattern or enum at the same location says nothing
    // new.
    let is_secondary = |fault: &Fault| matches!(&*fault.code, "pattern" | "enum");
    let others = faults.iter().filter(|fault| !is_secondary(fault));
    let locations: HashSet<_> = others.map(|fault| fault.location.clone()).collect();
    faults.retain(|fault| !is_secondary(fault) || !locations.contains(&fault.location));
    faults
}

/// A member that is missing from the object at `path`.
pub fn required(path: &str, name: &str) -> Fault {
    Fault::at(member(path, name), "required", "is required")
}

/// The members that the object at `path` must not have. Names that cannot be parsed are a fault of
/// their own.
pub fn unknown_fields<'a>(path: &str, names: impl Iterator<Item = &'a str>) -> impl Iterator<Item = Fault> {
    let unknown = names.take(MAX_FAULTS + 1).filter(|name| !name.contains(SUBSTITUTE));
    unknown.map(move |name| Fault::at(member(path, name), "unknown_field", "is not a known field"))
}

/// The codes of faults that a type's own rules find as well.
pub const RULE_CODES: &[&str] =
    &["format", "pattern", "too_few", "too_large", "too_long", "too_many", "too_short", "too_small"];

fn describe(kind: &ValidationErrorKind) -> (&'static str, String) {
    match kind {
        ValidationErrorKind::Type { kind } => ("type", format!("must be {}", type_name(kind))),
        ValidationErrorKind::MinLength { limit } => {
            ("too_short", format!("must have at least {limit} character{}", plural(*limit)))
        }
        ValidationErrorKind::MaxLength { limit } => {
            ("too_long", format!("must have at most {limit} character{}", plural(*limit)))
        }
        ValidationErrorKind::Enum { options } => ("enum", format!("must be one of {options}")),
        ValidationErrorKind::Pattern { .. } => ("pattern", "has a form that is not allowed".into()),
        ValidationErrorKind::Format { format } => ("format", format!("must be a {format}")),
        ValidationErrorKind::Minimum { limit } => ("too_small", format!("must be at least {limit}")),
        ValidationErrorKind::Maximum { limit } => ("too_large", format!("must be at most {limit}")),
        ValidationErrorKind::MinItems { limit } => {
            ("too_few", format!("must have at least {limit} element{}", plural(*limit)))
        }
        ValidationErrorKind::MaxItems { limit } => {
            ("too_many", format!("must have at most {limit} element{}", plural(*limit)))
        }
        ValidationErrorKind::MaxProperties { limit } => {
            ("too_many", format!("must have at most {limit} member{}", plural(*limit)))
        }
        _ => ("invalid", "is not valid".into()),
    }
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn type_name(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(name) => with_article(&name.to_string()),
        TypeKind::Multiple(names) => {
            names.iter().map(|name| with_article(&name.to_string())).collect::<Vec<_>>().join(" or ")
        }
    }
}

fn with_article(name: &str) -> String {
    match name {
        "null" => name.to_owned(),
        "array" | "integer" | "object" => format!("an {name}"),
        _ => format!("a {name}"),
    }
}
