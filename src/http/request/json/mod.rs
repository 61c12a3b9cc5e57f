//! JSON at the boundary: what is accepted, and every fault of what is not.
//!
//! A body is parsed as its type, and inspected for what PostgreSQL's `jsonb` or I-JSON (RFC 7493)
//! cannot hold. One that is not of its type is validated against the type's schema.

mod inspect;
pub mod integer;
pub mod number;
pub mod outline;
mod pointer;
mod rules;
mod scan;
mod schema;
pub mod size;
mod typed;

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashSet},
};

use serde::de::DeserializeOwned;
use serde_json::{Value, value::RawValue};
use utoipa::ToSchema;
use validator::Validate;

use self::{inspect::inspect, rules::rule_faults, scan::defuse};
pub use self::{
    pointer::member,
    rules::{INSIDE, WHOLE},
    scan::{RESERVED, without_nulls},
    schema::{TypeSchema, limit_formats, required, unknown_fields},
    typed::from_str,
};
use crate::{
    error::{Fault, Location},
    http::{limits::MAX_FAULTS, response::problem::Problem},
};

/// Parses a body as a valid `T`.
///
/// # Errors
///
/// 400 if it is not JSON, 422 with every fault if it is not a valid `T`.
pub fn parse<T>(body: &[u8], leniency: &Leniency<'_>) -> Result<T, Problem>
where
    T: DeserializeOwned + Validate + ToSchema,
{
    parse_text(body, leniency).map_err(Problem::from)
}

/// As [`parse`], for one of many texts.
///
/// # Errors
///
/// See [`Rejected`].
pub fn parse_text<T>(body: &[u8], leniency: &Leniency<'_>) -> Result<T, Rejected>
where
    T: DeserializeOwned + Validate + ToSchema,
{
    if let Ok(text) = utf8(body)
        && let Ok(value) = from_str::<T>(text)
        && inspect(text).is_empty()
        && value.validate().is_ok()
    {
        return Ok(value);
    }
    // serde stops at the first fault, which may precede a syntax error.
    let (text, mut faults) = check_text(body)?;
    match parse_checked(&text, leniency) {
        Ok(value) if faults.is_empty() => return Ok(value),
        Ok(_) => {}
        Err(found) => faults.extend(found),
    }
    Err(Rejected::Invalid(sorted(faults)))
}

/// Why a text is not a valid value.
#[derive(Debug)]
pub enum Rejected {
    /// It is not JSON.
    Malformed(Fault),
    /// It is JSON, and breaks rules: at least one.
    Invalid(Vec<Fault>),
}

impl Rejected {
    /// The faults, whichever they are.
    pub fn into_faults(self) -> Vec<Fault> {
        match self {
            Self::Malformed(fault) => vec![fault],
            Self::Invalid(faults) => faults,
        }
    }
}

impl From<Rejected> for Problem {
    fn from(rejected: Rejected) -> Self {
        match rejected {
            Rejected::Malformed(fault) => Self::malformed(vec![fault]),
            Rejected::Invalid(faults) => Self::invalid(faults),
        }
    }
}

/// Removes from a text what its type does not know and the client may send nevertheless; `None` if
/// there is nothing of the kind. Adds a fault for each value that the client may not send.
pub type Leniency<'a> = dyn Fn(&str, &mut Vec<Fault>) -> Option<String> + 'a;

/// The [`Leniency`] that removes nothing.
pub fn strict(_: &str, _: &mut Vec<Fault>) -> Option<String> {
    None
}

/// Parses a text that passed [`check_syntax`] as a valid `T`.
///
/// # Errors
///
/// Every fault if it is not a valid `T`; possibly none, if the document's schema knows no such
/// rule.
pub fn parse_checked<T>(text: &str, leniency: &Leniency<'_>) -> Result<T, Vec<Fault>>
where
    T: DeserializeOwned + Validate + ToSchema,
{
    if let Ok(value) = from_str::<T>(text) {
        return value.validate().map(|()| value).map_err(|errors| rule_faults(&errors));
    }
    let mut faults = Vec::new();
    let text = leniency(text, &mut faults).map_or(Cow::Borrowed(text), Cow::Owned);
    match from_str::<T>(&text) {
        Ok(value) => match value.validate() {
            Ok(()) if faults.is_empty() => return Ok(value),
            Ok(()) => {}
            Err(errors) => faults.extend(rule_faults(&errors)),
        },
        Err(_) => faults.extend(every_fault::<T>(&text)),
    }
    Err(faults)
}

/// The text of a body that is JSON, with the faults that PostgreSQL would find in it. If it has
/// some, the text differs where it must not be parsed: in lone surrogates, in names that
/// `serde_json` reserves for itself, and in what nests too deep.
///
/// # Errors
///
/// 400 if it is not JSON, 422 if it has more faults than are listed.
pub fn check_syntax(body: &[u8]) -> Result<(Cow<'_, str>, Vec<Fault>), Problem> {
    check_text(body).map_err(Problem::from)
}

fn check_text(body: &[u8]) -> Result<(Cow<'_, str>, Vec<Fault>), Rejected> {
    let text = utf8(body)?;
    let _: &RawValue = serde_json::from_str(text).map_err(|error| malformed(&error))?;
    let faults = inspect(text);
    match faults.len() {
        0 => Ok((text.into(), faults)),
        1..=MAX_FAULTS => Ok((defuse(text).into(), faults)),
        _ => Err(Rejected::Invalid(sorted(faults))),
    }
}

/// 422 with these faults, sorted by location.
pub fn invalid(faults: Vec<Fault>) -> Problem {
    Problem::invalid(sorted(faults))
}

fn sorted(mut faults: Vec<Fault>) -> Vec<Fault> {
    if faults.is_empty() {
        faults.push(Fault::at("", "invalid", "is not valid"));
    }
    faults.sort_by(|a, b| a.location.cmp(&b.location));
    // `check_syntax` replaced what is too deep: its other faults are those of the replacement.
    let is_deep = |fault: &Fault| fault.code == "too_deep";
    let deep: HashSet<_> =
        faults.iter().filter(|fault| is_deep(fault)).map(|fault| fault.location.clone()).collect();
    faults.retain(|fault| is_deep(fault) || !deep.contains(&fault.location));
    faults
}

/// The faults of a text that is not a `T`: those of its structure, and those that only `T`'s rules
/// find once the structure is repaired.
fn every_fault<T>(text: &str) -> Vec<Fault>
where
    T: DeserializeOwned + Validate + ToSchema,
{
    let schema = TypeSchema::of::<T>();
    // The type's own rules say more, and a fault has the same code whatever else is wrong.
    let is_of_rules = |fault: &Fault| schema::RULE_CODES.contains(&&*fault.code);
    let (of_rules, of_structure): (Vec<_>, Vec<_>) = schema.faults(text).into_iter().partition(is_of_rules);
    if of_structure.len() > MAX_FAULTS {
        return of_structure;
    }
    let repaired = repair(text, &of_structure, schema.example());
    let mut faults = match repaired.and_then(|text| from_str::<T>(&text).ok()) {
        Some(value) => value.validate().err().iter().flat_map(rule_faults).collect(),
        None => of_rules,
    };
    let locations: HashSet<_> = of_structure.iter().map(|fault| fault.location.clone()).collect();
    faults.retain(|fault| !locations.contains(&fault.location));
    faults.extend(of_structure);
    faults
}

/// The text with the example's values at the locations of the faults, or without those members.
/// What has no fault stays unparsed.
fn repair(text: &str, faults: &[Fault], example: &Value) -> Option<String> {
    let pointers = faults.iter().map(|fault| match &fault.location {
        Location::Pointer(pointer) => jsonptr::Pointer::parse(pointer).ok(),
        _ => None,
    });
    repair_at(text, &pointers.collect::<Option<Vec<_>>>()?, example)
}

fn repair_at(text: &str, faults: &[&jsonptr::Pointer], example: &Value) -> Option<String> {
    let mut inside: BTreeMap<String, Vec<&jsonptr::Pointer>> = BTreeMap::new();
    for fault in faults {
        let (name, rest) = fault.split_front()?;
        inside.entry(name.decoded().into_owned()).or_default().push(rest);
    }
    if text.starts_with('[') {
        let mut elements: Vec<Cow<'_, RawValue>> = serde_json::from_str(text).ok()?;
        for (index, faults) in inside {
            let element = elements.get_mut(index.parse::<usize>().ok()?)?;
            *element = repair_part(element.get(), &faults, example.get(0)?)?;
        }
        return serde_json::to_string(&elements).ok();
    }
    let mut members: BTreeMap<Cow<'_, str>, Cow<'_, RawValue>> = serde_json::from_str(text).ok()?;
    for (name, faults) in inside {
        let example = example.get(&name).unwrap_or(&Value::Null);
        if example.is_null() && faults.iter().any(|fault| fault.is_root()) {
            members.remove(&*name);
        } else {
            let part = members.get(&*name).map_or("", |part| part.get());
            let repaired = repair_part(part, &faults, example)?;
            members.insert(name.into(), repaired);
        }
    }
    serde_json::to_string(&members).ok()
}

/// The example's value if the part as a whole is wrong.
fn repair_part(text: &str, faults: &[&jsonptr::Pointer], example: &Value) -> Option<Cow<'static, RawValue>> {
    let is_wrong = faults.iter().any(|fault| fault.is_root());
    let text = if is_wrong { example.to_string() } else { repair_at(text, faults, example)? };
    RawValue::from_string(text).ok().map(Cow::Owned)
}

fn utf8(body: &[u8]) -> Result<&str, Rejected> {
    let detail = "is not JSON: it must be UTF-8";
    str::from_utf8(body).map_err(|_| Rejected::Malformed(Fault::at("", "json_syntax", detail)))
}

fn malformed(error: &serde_json::Error) -> Rejected {
    let detail = if error.is_eof() && error.line() <= 1 && error.column() == 0 {
        "is empty; a JSON document is expected".to_owned()
    } else if error.line() > 1 {
        format!("is not JSON: line {}, column {}", error.line(), error.column())
    } else {
        format!("is not JSON: column {}", error.column())
    };
    Rejected::Malformed(Fault::at("", "json_syntax", detail))
}
