//! Values in JSON that a condition uses.

use std::fmt::{self, Display, Formatter};

use serde_json::Value;

use crate::{
    field::Kind,
    lexer::is_plain_label,
    literal::Literal,
    tree::{Expression, Term, Test},
};

/// Where a value is: the column and the labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Path<'a> {
    pub column: &'static str,
    pub labels: &'a [String],
}

/// Where in JSON a value is. Its [`Display`] is canonical: paths to the same value have the same
/// text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ValuePath {
    pub(crate) labels: Vec<String>,
}

impl ValuePath {
    /// The names of the members on the way, from the outermost.
    #[must_use]
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The path in the language of PostgreSQL. Like a filter, it takes the label `0` for no element
    /// of an array.
    #[must_use]
    pub fn jsonpath(&self) -> String {
        jsonpath(&self.labels)
    }
}

impl Display for ValuePath {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_labels(f, &self.labels)
    }
}

/// Writes labels in their one spelling.
pub(crate) fn write_labels(f: &mut Formatter<'_>, labels: &[String]) -> fmt::Result {
    for (index, label) in labels.iter().enumerate() {
        if index > 0 {
            f.write_str(".")?;
        }
        if is_plain_label(label) {
            f.write_str(label)?;
        } else {
            Value::from(label.as_str()).fmt(f)?;
        }
    }
    Ok(())
}

pub(crate) fn jsonpath(labels: &[String]) -> String {
    let labels = labels.iter().map(|label| format!(".{}", Value::from(label.as_str())));
    format!("strict ${}", labels.collect::<String>())
}

impl Expression {
    /// The paths of values that the condition uses more than once.
    pub(crate) fn repeated_paths(&self) -> Vec<Path<'_>> {
        let (mut once, mut repeated) = (Vec::new(), Vec::new());
        for term in self.terms() {
            let Some(path) = term.path() else { continue };
            let is_again = once.contains(&path) || term.uses_value_again();
            if !is_again {
                once.push(path);
            } else if !repeated.contains(&path) {
                repeated.push(path);
            }
        }
        repeated
    }

    /// The terms, in order.
    pub(crate) fn terms(&self) -> Vec<&Term> {
        match self {
            Self::All(operands) | Self::Any(operands) => operands.iter().flat_map(Self::terms).collect(),
            Self::Not(inner) => inner.terms(),
            Self::Term(term) => vec![term],
        }
    }
}

impl Term {
    /// Where its value is, in JSON.
    pub(crate) fn path(&self) -> Option<Path<'_>> {
        (self.field.kind == Kind::Json).then_some(Path { column: self.field.column, labels: &self.path })
    }

    /// Whether its condition looks at the type of the value first.
    fn uses_value_again(&self) -> bool {
        match &self.test {
            Test::In(literals) => literals.iter().any(|literal| matches!(literal, Literal::Timestamp(_))),
            Test::Has(literal) => matches!(literal, Literal::Text(_)),
            Test::Compare(_, literal) => matches!(literal, Literal::Timestamp(_)),
        }
    }
}
