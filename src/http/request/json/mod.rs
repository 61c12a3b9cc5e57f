//! JSON at the boundary: what may come in, and every fault of what may not.
//!
//! A body is read as its type, and walked through for what PostgreSQL's `jsonb` or I-JSON (RFC 7493) cannot hold. One that is not of its
//! type is checked against the type's schema in the OpenAPI document, because serde stops at the first fault and a schema names
//! them all.

pub mod inspect;
pub mod number;
mod pointer;

use std::{borrow::Cow, collections::HashSet};

use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde::de::DeserializeOwned;
use serde_json::{Value, value::RawValue};
use utoipa::ToSchema;
use validator::{ValidationErrors, ValidationErrorsKind};

use crate::{
    error::{Fault, Place},
    http::{
        document,
        problem::{MAX_FAULTS, Problem},
    },
};

use self::{
    inspect::inspect,
    pointer::{escape, member},
};

/// The text of a body as a `T` that keeps the rules.
///
/// # Errors
///
/// 400 where it is not JSON, 422 with every fault where it is not a `T`.
pub fn parse<T>(text: &[u8], rules: impl Fn(&T) -> Result<(), ValidationErrors>) -> Result<T, Problem>
where
    T: DeserializeOwned + ToSchema,
{
    if let Ok(text) = utf8(text)
        && let Ok(value) = serde_json::from_str(text)
        && inspect(text).is_empty()
        && rules(&value).is_ok()
    {
        return Ok(value);
    }
    // serde stops at the first fault, which may stand in front of what is not JSON at all.
    let (text, mut faults) = inspected(text)?;
    faults.extend(read(text, rules).err().unwrap_or_default());
    Err(invalid(faults))
}

/// A text that is JSON, and holds what PostgreSQL can hold, as a `T` that keeps the rules.
///
/// # Errors
///
/// Every fault where it is not a `T`; none where no rule of the document is broken.
pub fn read<T>(text: &str, rules: impl Fn(&T) -> Result<(), ValidationErrors>) -> Result<T, Vec<Fault>>
where
    T: DeserializeOwned + ToSchema,
{
    match serde_json::from_str(text) {
        Ok(value) => rules(&value).map(|()| value).map_err(|errors| rule_faults(&errors)),
        Err(_) => Err(every_fault(text, rules)),
    }
}

/// The faults of a text that is not even read as a `T`: those of its structure, and where that is right, those that only `T` knows.
fn every_fault<T>(text: &str, rules: impl Fn(&T) -> Result<(), ValidationErrors>) -> Vec<Fault>
where
    T: DeserializeOwned + ToSchema,
{
    let mut faults = schema_faults::<T>(text);
    let (of_text, of_structure): (Vec<_>, Vec<_>) = faults.drain(..).partition(is_of_text);
    let mended = mend(text, &of_structure, document::example(&T::name()));
    match mended.and_then(|text| serde_json::from_str::<T>(&text).ok()) {
        Some(value) => faults.extend(rules(&value).err().iter().flat_map(rule_faults)),
        None => faults.extend(of_text),
    }
    let places: HashSet<_> = of_structure.iter().map(|fault| fault.place.clone()).collect();
    faults.retain(|fault| !places.contains(&fault.place));
    faults.extend(of_structure);
    faults
}

/// Whether a rule is about what stands in a text, which the type itself may count and read in another way than the document can say.
fn is_of_text(fault: &Fault) -> bool {
    matches!(&*fault.code, "pattern" | "too_short" | "too_long")
}

/// The text with what the example has, or nothing, at the places of the faults.
fn mend(text: &str, faults: &[Fault], example: &Value) -> Option<String> {
    let mut value = serde_json::from_str::<Value>(text).ok()?;
    for fault in faults {
        let Place::Pointer(pointer) = &fault.place else { return None };
        let (parent, name) = pointer.rsplit_once('/')?;
        let name = name.replace("~1", "/").replace("~0", "~");
        let Some(Value::Object(members)) = value.pointer_mut(parent) else { return None };
        match example.pointer(pointer) {
            Some(right) => members.insert(name, right.clone()),
            None => members.remove(&name),
        };
    }
    Some(value.to_string())
}

fn rule_faults(errors: &ValidationErrors) -> Vec<Fault> {
    let mut faults = Vec::new();
    collect(errors, "", &mut faults);
    faults
}

/// 422 with these faults in the order of their places.
pub fn invalid(mut faults: Vec<Fault>) -> Problem {
    if faults.is_empty() {
        faults.push(Fault::at("", "invalid", "is not valid"));
    }
    faults.sort_by(|a, b| a.place.cmp(&b.place));
    Problem::invalid(faults)
}

/// The text of a body as JSON of any form, and what of it PostgreSQL cannot hold.
///
/// # Errors
///
/// As [`inspected`].
pub fn parse_value(text: &[u8]) -> Result<(Value, Vec<Fault>), Problem> {
    let (text, faults) = inspected(text)?;
    Ok((serde_json::from_str(text).map_err(|error| malformed(&error))?, faults))
}

/// The text of a body, which is JSON, and what of it PostgreSQL cannot hold.
///
/// # Errors
///
/// 400 where it is not JSON, 422 where it must not even be read as a [`Value`]: for its depth, or for names that `serde_json` takes for
/// its own.
pub fn inspected(text: &[u8]) -> Result<(&str, Vec<Fault>), Problem> {
    let text = utf8(text)?;
    let _: &RawValue = serde_json::from_str(text).map_err(|error| malformed(&error))?;
    let faults = inspect(text);
    let is_readable = faults.len() <= MAX_FAULTS
        && !faults.iter().any(|fault| matches!(&*fault.code, "too_deep" | "reserved_name"));
    if is_readable { Ok((text, faults)) } else { Err(invalid(faults)) }
}

fn utf8(text: &[u8]) -> Result<&str, Problem> {
    let detail = "is not JSON: it must be UTF-8";
    str::from_utf8(text).map_err(|_| Problem::malformed(vec![Fault::at("", "json_syntax", detail)]))
}

fn malformed(error: &serde_json::Error) -> Problem {
    let detail = if error.is_eof() && error.line() <= 1 && error.column() == 0 {
        "is empty; a JSON document is expected".to_owned()
    } else {
        format!("is not JSON: line {}, column {}", error.line(), error.column())
    };
    Problem::malformed(vec![Fault::at("", "json_syntax", detail)])
}

/// The name under which the validator reports what is wrong with a value as a whole.
pub const WHOLE: &str = "__all__";

/// What the validator found, with the path of fields that leads to it.
fn collect(errors: &ValidationErrors, path: &str, faults: &mut Vec<Fault>) {
    for (field, kind) in errors.errors() {
        // What is wrong with the whole of a value has no field of its own.
        let path = if field == WHOLE { path.to_owned() } else { format!("{path}/{}", escape(field)) };
        match kind {
            ValidationErrorsKind::Field(errors) => faults.extend(errors.iter().map(|error| {
                let detail = error.message.clone().unwrap_or(Cow::Borrowed("is not valid"));
                Fault::at(&path, error.code.clone(), detail)
            })),
            ValidationErrorsKind::Struct(errors) => collect(errors, &path, faults),
            ValidationErrorsKind::List(entries) => {
                for (index, errors) in entries {
                    collect(errors, &format!("{path}/{index}"), faults);
                }
            }
        }
    }
}

/// Where the text contradicts the type's schema in the OpenAPI document: one fault a place and rule.
pub fn schema_faults<T: ToSchema>(text: &str) -> Vec<Fault> {
    let (Some(validator), Ok(value)) = (document::validator(&T::name()), serde_json::from_str::<Value>(text))
    else {
        return Vec::new();
    };
    let mut faults = Vec::new();
    for error in validator.iter_errors(&value).take(MAX_FAULTS + 1) {
        let path = error.instance_path().as_str();
        match error.kind() {
            ValidationErrorKind::Required { property } => {
                faults.push(required(path, property.as_str().unwrap_or_default()));
            }
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                faults.extend(unexpected.iter().take(MAX_FAULTS + 1).map(|name| unknown_field(path, name)));
            }
            kind => {
                let (code, detail) = describe(kind);
                faults.push(Fault::at(path, code, detail));
            }
        }
    }
    // Where a type or a length is wrong, that the value is no other of its kind either says nothing new.
    let says_little = |fault: &Fault| matches!(&*fault.code, "pattern" | "enum");
    let others = faults.iter().filter(|fault| !says_little(fault));
    let places: HashSet<_> = others.map(|fault| fault.place.clone()).collect();
    faults.retain(|fault| !says_little(fault) || !places.contains(&fault.place));
    faults
}

/// A member that is missing from the object at a place.
pub fn required(path: &str, name: &str) -> Fault {
    Fault::at(member(path, name), "required", "is required")
}

/// A member that the object at a place must not have.
pub fn unknown_field(path: &str, name: &str) -> Fault {
    Fault::at(member(path, name), "unknown_field", "is not a known field")
}

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
