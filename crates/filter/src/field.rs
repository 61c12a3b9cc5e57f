//! What a filter may refer to.

use crate::tree::Literal;

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

    /// Whether the operator compares values of this type with the literal.
    pub(crate) fn accepts(self, operator: Operator, literal: &Literal) -> bool {
        match (self, literal) {
            (Self::Text, Literal::Text(_)) | (Self::Timestamp, Literal::Timestamp(_)) => true,
            (Self::Choice(values), Literal::Text(text)) => values.contains(&text.as_str()),
            (Self::Integer, Literal::Number(number)) => number.as_str().parse::<i64>().is_ok(),
            (Self::Json, _) => match operator {
                Operator::Order(_) => !matches!(literal, Literal::Null | Literal::Boolean(_)),
                Operator::Has => !matches!(literal, Literal::Timestamp(_)),
                Operator::Equal | Operator::NotEqual | Operator::In => true,
            },
            _ => false,
        }
    }

    /// What [`accepts`](Self::accepts) accepts, for a message.
    pub(crate) fn literals(self, operator: Operator) -> String {
        const TEXT: &str = "a text in double quotes";
        const TIMESTAMP: &str = "a timestamp such as 2026-11-27T12:00:00Z";
        match (self, operator) {
            (Self::Text, _) => TEXT.into(),
            (Self::Choice(values), _) => {
                let quoted: Vec<_> = values.iter().map(|value| format!("\"{value}\"")).collect();
                quoted.join(" or ")
            }
            (Self::Integer, _) => "an integer of 64 bits".into(),
            (Self::Timestamp, _) => TIMESTAMP.into(),
            (Self::Json, Operator::Has) => format!("{TEXT}, a number, `true`, `false` or `null`"),
            (Self::Json, Operator::Order(_)) => format!("{TEXT}, a number, or {TIMESTAMP}"),
            (Self::Json, _) => format!("{TEXT}, a number, `true`, `false`, `null`, or {TIMESTAMP}"),
        }
    }
}
