//! What the validator found → faults.

use std::{borrow::Cow, collections::BTreeMap};

use jsonptr::Token;
use serde_json::Value;
use validator::{ValidationErrors, ValidationErrorsKind};

use crate::error::Fault;

/// The name under which the validator reports what is wrong with a value as a whole.
pub const WHOLE: &str = "__all__";
/// The parameter of an error with a JSON Pointer to what is wrong inside of the value.
pub const INSIDE: &str = "inside";

/// The faults that the validator found, each at the location of its field.
pub fn rule_faults(errors: &ValidationErrors) -> Vec<Fault> {
    let mut faults = Vec::new();
    collect(errors, "", &mut faults);
    faults
}

fn collect(errors: &ValidationErrors, path: &str, faults: &mut Vec<Fault>) {
    // Each response lists them alike.
    let fields: BTreeMap<_, _> = errors.errors().iter().collect();
    for (field, kind) in fields {
        // A fault of the whole value has no field of its own.
        let path = if field == WHOLE {
            path.to_owned()
        } else {
            format!("{path}/{}", Token::new(&**field).encoded())
        };
        match kind {
            ValidationErrorsKind::Field(errors) => faults.extend(errors.iter().map(|error| {
                let detail = error.message.clone().unwrap_or(Cow::Borrowed("is not valid"));
                let inside = error.params.get(INSIDE).and_then(Value::as_str).unwrap_or_default();
                Fault::at(format!("{path}{inside}"), error.code.clone(), detail)
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
