//! What every match contains, for a GIN index.

use serde_json::{Map, Value, json, map::Entry};

use crate::{
    literal::Literal,
    tree::{Expression, Filter, Test},
};

impl Filter {
    /// An object that the JSON of this field contains (`@>`) in every row that matches; `None` if
    /// the filter requires nothing of the kind.
    ///
    /// It is made of the terms that `and` joins at the top: equalities with one string, number or
    /// boolean, and `:` with anything but a string, which could name a member of an object. A row
    /// that contains the object need not match. Of terms that exclude each other, the first counts.
    #[must_use]
    pub fn containment(&self, field: &str) -> Option<Value> {
        let terms = match &self.root {
            Expression::All(operands) => &operands[..],
            only => std::slice::from_ref(only),
        };
        let mut object = Map::new();
        for expression in terms {
            if let Expression::Term(term) = expression
                && term.field.name == field
                && let Some(value) = required(&term.test)
            {
                insert(&mut object, &term.path, value);
            }
        }
        (!object.is_empty()).then_some(Value::Object(object))
    }
}

/// What the value contains if the test is true.
fn required(test: &Test) -> Option<Value> {
    match test {
        Test::In(literals) => match &literals[..] {
            [literal @ (Literal::Boolean(_) | Literal::Number(_) | Literal::Text(_))] => {
                Some(literal.to_json())
            }
            _ => None,
        },
        Test::Has(Literal::Text(_)) | Test::Compare(..) => None,
        Test::Has(literal) => Some(json!([literal.to_json()])),
    }
}

/// Inserts a value at a path, unless another value is in the way.
fn insert(object: &mut Map<String, Value>, path: &[String], value: Value) {
    let Some((last, parents)) = path.split_last() else {
        return;
    };
    let mut at = object;
    for label in parents {
        match at.entry(label.as_str()).or_insert_with(|| json!({})) {
            Value::Object(inner) => at = inner,
            _ => return,
        }
    }
    match (at.entry(last.as_str()), value) {
        (Entry::Vacant(entry), value) => {
            entry.insert(value);
        }
        (Entry::Occupied(mut entry), Value::Array(more)) => {
            if let Value::Array(elements) = entry.get_mut() {
                elements.extend(more);
            }
        }
        (Entry::Occupied(_), _) => {}
    }
}
