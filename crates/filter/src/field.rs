//! What a filter may refer to.

use crate::literal::Literal;

/// A field that filters may refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The name in the language: letters, digits and `_`, not a keyword.
    pub name: &'static str,
    /// The column in SQL, or an expression in parentheses. It is never NULL, except for
    /// [`Kind::Json`].
    pub column: &'static str,
    /// The type of its values.
    pub kind: Kind,
}

/// The type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `text` or `varchar`, ordered by code point.
    Text,
    /// `text` or `varchar` with these values only, which have no order.
    Choice(&'static [&'static str]),
    /// `bigint`.
    Integer,
    /// `timestamptz`.
    Timestamp,
    /// `jsonb`: a path must follow, since filters refer to values within.
    Json,
}

/// A type of values within JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonType {
    /// A string, which may be a timestamp.
    String,
    /// A number.
    Number,
    /// A boolean.
    Boolean,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// Whether the value at a path may have a type. Any value may be null or missing.
pub(crate) type Admits<'a> = &'a dyn Fn(&[String], JsonType) -> bool;

/// What a comparison asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    In,
    Has,
    Order(Order),
}

/// An order of two values. It is written alike in the language, in SQL and in jsonpath.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

impl Kind {
    /// Whether values of this type have the operator.
    pub(crate) fn has(self, operator: Operator) -> bool {
        match operator {
            Operator::Equal | Operator::NotEqual | Operator::In => true,
            Operator::Has => self == Self::Json,
            Operator::Order(_) => !matches!(self, Self::Choice(_)),
        }
    }

    /// Its operators, for a message.
    pub(crate) fn operators(self) -> &'static str {
        match self {
            Self::Choice(_) => "`=`, `!=` or `in`",
            Self::Text | Self::Integer | Self::Timestamp => "`=`, `!=`, `<`, `<=`, `>`, `>=` or `in`",
            Self::Json => "`.`, `=`, `!=`, `<`, `<=`, `>`, `>=`, `:` or `in`",
        }
    }

    /// Whether the operator compares values of this type with the literal. Values within JSON have
    /// the types that are admitted.
    pub(crate) fn accepts(
        self,
        operator: Operator,
        literal: &Literal,
        admits: impl Fn(JsonType) -> bool,
    ) -> bool {
        match (self, literal) {
            (Self::Text, Literal::Text(_)) | (Self::Timestamp, Literal::Timestamp(_)) => true,
            (Self::Choice(values), Literal::Text(text)) => values.contains(&text.as_str()),
            (Self::Integer, Literal::Number(number)) => number.as_str().parse::<i64>().is_ok(),
            (Self::Json, _) => match operator {
                Operator::Order(_) if matches!(literal, Literal::Null | Literal::Boolean(_)) => false,
                Operator::Has => !matches!(literal, Literal::Timestamp(_)),
                _ => JsonType::of(literal).is_none_or(admits),
            },
            _ => false,
        }
    }

    /// What [`accepts`](Self::accepts) accepts, for a message.
    pub(crate) fn literals(self, operator: Operator, admits: impl Fn(JsonType) -> bool) -> String {
        const TEXT: &str = "a text in double quotes";
        const TIMESTAMP: &str = "a timestamp such as 2026-11-27T12:00:00Z";
        match self {
            Self::Text => TEXT.into(),
            Self::Choice(values) => {
                let quoted: Vec<_> = values.iter().map(|value| format!("\"{value}\"")).collect();
                quoted.join(" or ")
            }
            Self::Integer => "an integer of 64 bits".into(),
            Self::Timestamp => TIMESTAMP.into(),
            Self::Json => {
                let literals = [
                    (Some(JsonType::String), TEXT),
                    (Some(JsonType::Number), "a number"),
                    (Some(JsonType::Boolean), "`true`, `false`"),
                    (None, "`null`"),
                    (Some(JsonType::String), TIMESTAMP),
                ];
                let literals = literals.into_iter().filter(|(json_type, literal)| match operator {
                    Operator::Has => *literal != TIMESTAMP,
                    Operator::Order(_) => {
                        json_type.is_some_and(|json_type| json_type != JsonType::Boolean && admits(json_type))
                    }
                    _ => json_type.is_none_or(&admits),
                });
                let literals: Vec<_> = literals.map(|(_, literal)| literal).collect();
                alternatives(&literals)
            }
        }
    }
}

/// Joins what a value may be compared with, for a message.
fn alternatives(literals: &[&str]) -> String {
    match literals {
        [] => "an attribute with texts or numbers".into(),
        [only] => (*only).into(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

impl JsonType {
    /// The name in JSON Schema.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Array => "array",
            Self::Object => "object",
        }
    }

    /// The type that a value must have to equal this literal; `None` for `null`.
    pub(crate) fn of(literal: &Literal) -> Option<Self> {
        match literal {
            Literal::Null => None,
            Literal::Boolean(_) => Some(Self::Boolean),
            Literal::Number(_) => Some(Self::Number),
            Literal::Text(_) | Literal::Timestamp(_) => Some(Self::String),
        }
    }
}
