//! Values by what they mean.

use serde_json::Value;

use crate::{
    number::Decimal,
    steps::{Steps, Stop},
};

/// Appends a text that equal values have in common, and no others: numbers are equal by value,
/// objects whatever the order of their members.
pub(crate) fn write_canonical(value: &Value, text: &mut String, steps: &mut Steps) -> Result<(), Stop> {
    steps.enter()?;
    match value {
        Value::Null => text.push('n'),
        Value::Bool(boolean) => text.push(if *boolean { 't' } else { 'f' }),
        Value::Number(number) => {
            steps.read_digits(number)?;
            Decimal::new(number).write(text);
        }
        Value::String(string) => write_string(string, text, steps)?,
        Value::Array(elements) => {
            text.push('[');
            for element in elements {
                write_canonical(element, text, steps)?;
                text.push(',');
            }
            text.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            text.push('{');
            for (name, value) in members {
                steps.spend(4)?; // to sort it
                write_string(name, text, steps)?;
                write_canonical(value, text, steps)?;
                text.push(',');
            }
            text.push('}');
        }
    }
    steps.leave();
    Ok(())
}

/// A string after its length, so that no string looks like something else.
fn write_string(string: &str, text: &mut String, steps: &mut Steps) -> Result<(), Stop> {
    steps.read(string)?;
    text.push_str(&string.len().to_string());
    text.push(':');
    text.push_str(string);
    Ok(())
}
