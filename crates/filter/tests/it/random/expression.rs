//! Filters as the tests see them: how they are written, and what they mean.

use std::{cmp::Ordering, iter};

use serde_json::Value;

use super::{item::Item, value};

#[derive(Debug, Clone)]
pub enum Expression {
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    Term(Subject, Operator, Vec<Literal>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    In,
    Has,
}

#[derive(Debug, Clone)]
pub enum Subject {
    Name,
    Status,
    Version,
    CreatedAt,
    Attribute(Vec<String>),
}

#[derive(Debug, Clone)]
pub enum Literal {
    Json(Value),
    Timestamp(String),
}

impl Expression {
    /// The filter, with this between its tokens.
    pub fn text(&self, space: &str) -> String {
        match self {
            Self::And(operands) => {
                let operands = operands.iter().map(|operand| match operand {
                    Self::Or(_) => format!("({space}{}{space})", operand.text(space)),
                    _ => operand.text(space),
                });
                operands.collect::<Vec<_>>().join(&format!(" {space}and{space} "))
            }
            Self::Or(operands) => {
                let operands: Vec<_> = operands.iter().map(|operand| operand.text(space)).collect();
                operands.join(&format!(" {space}or{space} "))
            }
            Self::Not(operand) => match &**operand {
                Self::Term(..) | Self::Not(_) => format!("not {space}{}", operand.text(space)),
                _ => format!("not{space}({}{space})", operand.text(space)),
            },
            Self::Term(subject, operator, literals) => {
                let literals: Vec<_> = literals.iter().map(Literal::text).collect();
                let comparison = match operator {
                    Operator::In => format!(" in{space}({})", literals.join(&format!("{space},{space}"))),
                    other => format!("{space}{}{space}{}", other.text(), literals[0]),
                };
                subject.text(space) + &comparison
            }
        }
    }

    pub fn matches(&self, item: &Item) -> bool {
        match self {
            Self::And(operands) => operands.iter().all(|operand| operand.matches(item)),
            Self::Or(operands) => operands.iter().any(|operand| operand.matches(item)),
            Self::Not(operand) => !operand.matches(item),
            Self::Term(subject, operator, literals) => {
                let value = subject.value(item);
                literals.iter().any(|literal| match (subject, literal) {
                    (Subject::CreatedAt, Literal::Timestamp(text)) => {
                        let created_at = nanoseconds(&item.created_at.to_rfc3339());
                        operator.holds(Some(&created_at), &Literal::Json(nanoseconds(text)))
                    }
                    _ => operator.holds(value.as_ref(), literal),
                })
            }
        }
    }

    /// The same filter with other literals of the same types, and other labels.
    pub fn with_other_values(&self) -> Self {
        let all = |operands: &[Self]| operands.iter().map(Self::with_other_values).collect();
        match self {
            Self::And(operands) => Self::And(all(operands)),
            Self::Or(operands) => Self::Or(all(operands)),
            Self::Not(operand) => Self::Not(Box::new(operand.with_other_values())),
            Self::Term(subject, operator, literals) => {
                let status = matches!(subject, Subject::Status);
                let subject = match subject {
                    Subject::Attribute(path) => {
                        Subject::Attribute(path.iter().map(|label| format!("{label}'other")).collect())
                    }
                    other => other.clone(),
                };
                let other = |literal: &Literal| match literal {
                    Literal::Timestamp(_) => Literal::Timestamp("1999-12-31T23:59:59Z".into()),
                    Literal::Json(Value::Number(_)) => Literal::Json(7654.into()),
                    Literal::Json(Value::Bool(value)) => Literal::Json((!value).into()),
                    Literal::Json(Value::String(_)) if status => Literal::Json("archived".into()),
                    Literal::Json(Value::String(text)) => Literal::Json(format!("{text}'$1").into()),
                    Literal::Json(other) => Literal::Json(other.clone()),
                };
                Self::Term(subject, *operator, literals.iter().map(other).collect())
            }
        }
    }

    /// All operators.
    pub fn operators(&self) -> Vec<Operator> {
        match self {
            Self::And(operands) | Self::Or(operands) => operands.iter().flat_map(Self::operators).collect(),
            Self::Not(operand) => operand.operators(),
            Self::Term(_, operator, _) => vec![*operator],
        }
    }

    /// The number of terms.
    pub fn terms(&self) -> usize {
        match self {
            Self::And(operands) | Self::Or(operands) => operands.iter().map(Self::terms).sum(),
            Self::Not(operand) => operand.terms(),
            Self::Term(_, _, literals) => literals.len(),
        }
    }
}

impl Subject {
    fn text(&self, space: &str) -> String {
        match self {
            Self::Name => "name".into(),
            Self::Status => "status".into(),
            Self::Version => "version".into(),
            Self::CreatedAt => "created_at".into(),
            Self::Attribute(path) => {
                let is_word = |label: &str| {
                    label.starts_with(|char: char| char.is_ascii_lowercase())
                        && label.chars().all(|char| char.is_ascii_lowercase())
                };
                let labels = path.iter().map(|label| {
                    if is_word(label) { label.clone() } else { Value::from(label.as_str()).to_string() }
                });
                iter::once("attributes".to_owned())
                    .chain(labels)
                    .collect::<Vec<_>>()
                    .join(&format!("{space}.{space}"))
            }
        }
    }

    /// The value in an item, `None` if it is missing.
    fn value(&self, item: &Item) -> Option<Value> {
        match self {
            Self::Name => Some(item.name.as_str().into()),
            Self::Status => Some(item.status.as_str().into()),
            Self::Version => Some(item.version.into()),
            Self::CreatedAt => Some(item.created_at.to_rfc3339().into()),
            Self::Attribute(path) => {
                path.iter().try_fold(&item.attributes, |value, label| value.as_object()?.get(label)).cloned()
            }
        }
    }
}

impl Literal {
    fn text(&self) -> String {
        match self {
            Self::Json(value) => value.to_string(),
            Self::Timestamp(text) => text.clone(),
        }
    }
}

impl Operator {
    fn text(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "in",
            Self::Has => ":",
        }
    }

    fn holds(self, value: Option<&Value>, literal: &Literal) -> bool {
        let order = |accepts: fn(Ordering) -> bool| {
            value.and_then(|value| compare(value, literal)).is_some_and(accepts)
        };
        match self {
            Self::Equal | Self::In => is_equal(value.unwrap_or(&Value::Null), literal),
            Self::NotEqual => !is_equal(value.unwrap_or(&Value::Null), literal),
            Self::Less => order(Ordering::is_lt),
            Self::LessOrEqual => order(Ordering::is_le),
            Self::Greater => order(Ordering::is_gt),
            Self::GreaterOrEqual => order(Ordering::is_ge),
            Self::Has => match value {
                Some(Value::Array(elements)) => elements.iter().any(|element| is_equal(element, literal)),
                Some(Value::Object(members)) => {
                    matches!(literal, Literal::Json(Value::String(name)) if members.contains_key(name))
                }
                _ => false,
            },
        }
    }
}

/// A number that stands for an instant exactly.
fn nanoseconds(text: &str) -> Value {
    let number = value::exact_instant(text).expect("a timestamp").to_string();
    serde_json::from_str(&number).expect("a number")
}

fn is_equal(value: &Value, literal: &Literal) -> bool {
    match literal {
        Literal::Json(Value::Null) => value.is_null(),
        Literal::Json(Value::Bool(boolean)) => value.as_bool() == Some(*boolean),
        _ => compare(value, literal).is_some_and(Ordering::is_eq),
    }
}

/// `None` if the types differ.
fn compare(value: &Value, literal: &Literal) -> Option<Ordering> {
    match (value, literal) {
        (Value::Number(value), Literal::Json(Value::Number(literal))) => {
            Some(value::decimal(value).cmp(&value::decimal(literal)))
        }
        (Value::String(value), Literal::Json(Value::String(literal))) => {
            Some(value.chars().cmp(literal.chars()))
        }
        (Value::String(value), Literal::Timestamp(literal)) => {
            Some(value::instant(value)?.cmp(&value::instant(literal)?))
        }
        _ => None,
    }
}
