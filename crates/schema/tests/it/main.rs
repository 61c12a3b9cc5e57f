//! Schemas, hostile ones included, and their instances.

mod admit;
mod compile;
mod hostile;
mod keywords;
mod numbers;
mod patterns;
mod random;
mod reports;

use curio_schema::{Faults, Schema};
use serde_json::Value;

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn compile(text: &str) -> Schema {
    Schema::compile(&parse(text)).unwrap_or_else(|faults| panic!("{text}: {faults:?}"))
}

/// The pointers and codes of all faults.
fn codes<T>(result: Result<T, Faults>) -> Vec<(String, &'static str)> {
    let faults = result.err().map_or(Vec::new(), |faults| faults.list);
    faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect()
}

/// A table of schemas, each with valid and with invalid instances.
fn assert_table(table: &[(&str, &[&str], &[&str])]) {
    for (schema, valid, invalid) in table {
        let compiled = compile(schema);
        for instance in *valid {
            let result = compiled.validate(&parse(instance));
            assert_eq!(result, Ok(()), "{schema} accepts {instance}");
        }
        for instance in *invalid {
            let result = compiled.validate(&parse(instance));
            assert!(result.is_err(), "{schema} rejects {instance}");
        }
    }
}
