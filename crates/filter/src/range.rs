//! What every match is between, for an index with an order.

use chrono::{DateTime, Utc};

use crate::{
    field::Order,
    literal::Literal,
    path::ValuePath,
    timestamp,
    tree::{Expression, Filter, Test},
};

/// The value at a path has a type, and is in a range, in every row that matches. A row in the range
/// need not match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// The path below the field.
    pub path: ValuePath,
    /// What the range is bounded by.
    pub bound: Bound,
    /// The ends of the range, or its elements: at least one.
    pub values: Values,
}

/// How values bound a range. Both ends are part of it, so that the values of an index may be
/// rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Not less than the one value.
    Lower,
    /// Not greater than the one value.
    Upper,
    /// Equal to one of the values.
    Equal,
}

/// Values of one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Values {
    /// Numbers, in the spelling of JSON.
    Numbers(Vec<String>),
    /// Texts, ordered by code points.
    Texts(Vec<String>),
    /// Booleans.
    Booleans(Vec<bool>),
    /// Instants of texts that are timestamps, to the microsecond.
    Timestamps(Vec<DateTime<Utc>>),
}

impl Filter {
    /// The ranges of values in the JSON of this field: of the terms that `and` joins at the top.
    #[must_use]
    pub fn ranges(&self, field: &str) -> Vec<Range> {
        let terms = match &self.root {
            Expression::All(operands) => &operands[..],
            only => std::slice::from_ref(only),
        };
        let ranges = terms.iter().filter_map(|expression| {
            let Expression::Term(term) = expression else { return None };
            let (bound, literals) = match &term.test {
                Test::In(literals) => (Bound::Equal, &literals[..]),
                Test::Compare(Order::Less | Order::LessOrEqual, literal) => {
                    (Bound::Upper, std::slice::from_ref(literal))
                }
                Test::Compare(Order::Greater | Order::GreaterOrEqual, literal) => {
                    (Bound::Lower, std::slice::from_ref(literal))
                }
                Test::Has(_) => return None,
            };
            let path = ValuePath { labels: term.path.clone() };
            (term.field.name == field).then_some(Range { path, bound, values: Values::of(literals)? })
        });
        ranges.collect()
    }
}

impl Values {
    /// The values of literals of one type; `None` if they are of several, or null.
    fn of(literals: &[Literal]) -> Option<Self> {
        fn all<T>(literals: &[Literal], value: impl Fn(&Literal) -> Option<T>) -> Option<Vec<T>> {
            literals.iter().map(value).collect()
        }
        match literals.first()? {
            Literal::Null => None,
            Literal::Boolean(_) => all(literals, |literal| match literal {
                Literal::Boolean(boolean) => Some(*boolean),
                _ => None,
            })
            .map(Self::Booleans),
            Literal::Number(_) => all(literals, |literal| match literal {
                Literal::Number(number) => Some(number.to_string()),
                _ => None,
            })
            .map(Self::Numbers),
            Literal::Text(_) => all(literals, |literal| match literal {
                Literal::Text(text) => Some(text.clone()),
                _ => None,
            })
            .map(Self::Texts),
            Literal::Timestamp(_) => all(literals, |literal| match literal {
                Literal::Timestamp(instant) => Some(timestamp::round(*instant)),
                _ => None,
            })
            .map(Self::Timestamps),
        }
    }
}
