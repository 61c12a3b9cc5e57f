//! A filter as a condition of PostgreSQL that is true or false, never NULL and never an error,
//! whatever the rows contain.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::{
    field::{Kind, Order},
    literal::Literal,
    path::{Path, jsonpath},
    timestamp::{NEVER, PATTERN, ceiling, floor, round},
    tree::{Expression, Filter, Term, Test},
};

/// A part of a condition. Literals and labels are values; the SQL depends on nothing but the shape
/// of the filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// SQL as it is.
    Sql(Cow<'static, str>),
    /// A value to bind, of type `text`.
    Text(String),
    /// A value to bind, of type `timestamptz`.
    Timestamp(DateTime<Utc>),
}

impl Filter {
    /// The condition, which can be an operand of `AND` and `NOT` without parentheses.
    #[must_use]
    pub fn sql(&self) -> Vec<Part> {
        let shared = self.root.repeated_paths();
        let mut sql = Sql { parts: Vec::new(), shared: &shared };
        match &self.root {
            root if shared.is_empty() => sql.push_expression(root),
            Expression::All(operands) => {
                let (sharing, others): (Vec<_>, Vec<_>) = operands.iter().partition(|one| sql.shares(one));
                // An index may help with the others.
                sql.push("(");
                for other in others {
                    sql.push_expression(other);
                    sql.push(" AND ");
                }
                sql.push_sharing(|sql| {
                    sql.push_list(&sharing, " AND ", |sql, operand| sql.push_expression(operand));
                });
                sql.push(")");
            }
            root => sql.push_sharing(|sql| sql.push_expression(root)),
        }
        sql.parts
    }
}

impl Order {
    /// What a timestamp of a column, which is to the microsecond, is compared with instead.
    fn bound(self, instant: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Less | Self::GreaterOrEqual => ceiling(instant),
            Self::LessOrEqual | Self::Greater => floor(instant),
        }
    }
}

struct Sql<'a> {
    /// The parts so far.
    parts: Vec<Part>,
    /// The paths of values that the condition uses more than once. PostgreSQL would decompress and
    /// copy them each time, which takes longer than most comparisons.
    shared: &'a [Path<'a>],
}

impl Sql<'_> {
    fn shares(&self, expression: &Expression) -> bool {
        let is_shared = |path: Path<'_>| self.shared.contains(&path);
        expression.terms().iter().any(|term| term.path().is_some_and(is_shared))
    }

    /// Pushes a condition within which the shared values have names.
    fn push_sharing(&mut self, push: impl FnOnce(&mut Self)) {
        self.push("(SELECT ");
        push(self);
        self.push(" FROM (SELECT ");
        for (index, path) in self.shared.iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            self.push_value(*path);
            self.push(format!(" AS value_{index}"));
        }
        // Without OFFSET, PostgreSQL would put the values back in the places of their names.
        self.push(" OFFSET 0) AS shared)");
    }

    fn push(&mut self, sql: impl Into<Cow<'static, str>>) {
        let sql = sql.into();
        match self.parts.last_mut() {
            Some(Part::Sql(last)) => last.to_mut().push_str(&sql),
            _ => self.parts.push(Part::Sql(sql)),
        }
    }

    fn push_text(&mut self, text: impl Into<String>) {
        self.parts.push(Part::Text(text.into()));
        self.push("::text");
    }

    fn push_timestamp(&mut self, instant: DateTime<Utc>) {
        self.parts.push(Part::Timestamp(instant));
        self.push("::timestamptz");
    }

    fn push_json(&mut self, value: &Value) {
        self.push_text(value.to_string());
        self.push("::jsonb");
    }

    /// Pushes a list in parentheses.
    fn push_list<T>(&mut self, elements: &[T], separator: &'static str, push: impl Fn(&mut Self, &T)) {
        self.push("(");
        for (index, element) in elements.iter().enumerate() {
            if index > 0 {
                self.push(separator);
            }
            push(self, element);
        }
        self.push(")");
    }

    /// Pushes `= element` or `IN (element, …)`: an index returns rows in the order of a list only
    /// for the first.
    fn push_in<T>(&mut self, elements: &[T], push: impl Fn(&mut Self, &T)) {
        if let [element] = elements {
            self.push(" = ");
            push(self, element);
        } else {
            self.push(" IN ");
            self.push_list(elements, ", ", push);
        }
    }

    fn push_expression(&mut self, expression: &Expression) {
        match expression {
            Expression::All(operands) => self.push_list(operands, " AND ", Self::push_expression),
            Expression::Any(operands) => self.push_list(operands, " OR ", Self::push_expression),
            Expression::Not(inner) => {
                self.push("NOT ");
                self.push_expression(inner);
            }
            Expression::Term(term) if term.field.kind == Kind::Json => self.push_json_term(term),
            Expression::Term(term) => self.push_column_term(term),
        }
    }

    fn push_column_term(&mut self, Term { field, test, .. }: &Term) {
        self.push(field.column);
        match test {
            Test::In(literals) => self.push_in(literals, Self::push_literal),
            Test::Compare(order, literal) => {
                let collate = if field.kind == Kind::Text { " COLLATE \"C\"" } else { "" };
                self.push(format!("{collate} {} ", order.as_str()));
                match literal {
                    Literal::Timestamp(instant) => self.push_timestamp(order.bound(*instant)),
                    other => self.push_literal(other),
                }
            }
            Test::Has(_) => unreachable!("only JSON has `:`"),
        }
    }

    /// Pushes a literal that a column other than JSON may equal. A timestamp of a column equals
    /// none that is between two microseconds.
    fn push_literal(&mut self, literal: &Literal) {
        match literal {
            Literal::Timestamp(instant) => {
                self.push_timestamp(if floor(*instant) == *instant { *instant } else { NEVER });
            }
            Literal::Text(text) => self.push_text(text),
            Literal::Null | Literal::Boolean(_) | Literal::Number(_) => {
                self.push_text(literal.to_string());
                self.push("::bigint");
            }
        }
    }

    fn push_json_term(&mut self, term: &Term) {
        match &term.test {
            Test::In(literals) => self.push_json_in(term, literals),
            Test::Compare(order, Literal::Timestamp(instant)) => {
                self.push_instant(term, |sql| {
                    sql.push(format!(" {} ", order.as_str()));
                    sql.push_timestamp(round(*instant));
                });
            }
            // jsonpath compares numbers by value, and strings by code point; a comparison of
            // different types is unknown. In strict mode it unwraps no array.
            Test::Compare(order, literal) => {
                self.push("COALESCE(jsonb_path_exists(");
                self.push_path(term);
                self.push(format!(", 'strict $ ? (@ {} $literal)', ", order.as_str()));
                self.push_json(&json!({ "literal": literal.to_json() }));
                self.push("), false)");
            }
            // `?` finds members of objects and strings in arrays, but is true for a string too.
            Test::Has(Literal::Text(text)) => {
                self.push("COALESCE(");
                self.push_path(term);
                self.push(" ? ");
                self.push_text(text);
                self.push(" AND jsonb_typeof(");
                self.push_path(term);
                self.push(") <> 'string', false)");
            }
            Test::Has(literal) => {
                self.push("COALESCE(");
                self.push_path(term);
                self.push(" @> ");
                self.push_json(&json!([literal.to_json()]));
                self.push(", false)");
            }
        }
    }

    fn push_json_in(&mut self, term: &Term, literals: &[Literal]) {
        let (mut instants, mut values) = (Vec::new(), Vec::new());
        for literal in literals {
            match literal {
                Literal::Timestamp(instant) => instants.push(*instant),
                other => values.push(other.to_json()),
            }
        }
        let is_mixed = !instants.is_empty() && !values.is_empty();
        if is_mixed {
            self.push("(");
        }
        if !values.is_empty() {
            self.push("COALESCE(");
            self.push_path(term);
            self.push(", 'null')"); // what is missing equals null
            self.push_in(&values, Self::push_json);
        }
        if is_mixed {
            self.push(" OR ");
        }
        if !instants.is_empty() {
            let push = |sql: &mut Self, instant: &_| sql.push_timestamp(round(*instant));
            self.push_instant(term, |sql| sql.push_in(&instants, push));
        }
        if is_mixed {
            self.push(")");
        }
    }

    /// Pushes a comparison of the instant that a string is; false for all other values.
    fn push_instant(&mut self, term: &Term, compare: impl Fn(&mut Self)) {
        self.push("CASE WHEN jsonb_typeof(");
        self.push_path(term);
        self.push(") = 'string' AND ");
        self.push_path(term);
        self.push(format!(" #>> '{{}}' ~ '{PATTERN}' THEN ("));
        self.push_path(term);
        self.push(" #>> '{}')::timestamptz");
        compare(self);
        self.push(" ELSE false END");
    }

    /// Pushes the value at the path of a term.
    fn push_path(&mut self, term: &Term) {
        let path = Path { column: term.field.column, labels: &term.path };
        match self.shared.iter().position(|shared| *shared == path) {
            Some(index) => self.push(format!("value_{index}")),
            None => self.push_value(path),
        }
    }

    /// Pushes the value at a path. Unlike `#>`, neither `->` nor jsonpath takes the label `0` for
    /// an element of an array.
    fn push_value(&mut self, path: Path<'_>) {
        if let [label] = path.labels {
            self.push(format!("({} -> ", path.column));
            self.push_text(label);
            self.push(")");
            return;
        }
        // `->` would copy all that is below each of the labels.
        self.push(format!("jsonb_path_query_first({}, ", path.column));
        self.push_text(jsonpath(path.labels));
        self.push("::jsonpath, '{}', true)");
    }
}
