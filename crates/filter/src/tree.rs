//! The tree of a filter, and its canonical text.

use std::fmt::{self, Display, Formatter};

use crate::{
    field::{Field, Order},
    literal::Literal,
    path::write_labels,
};

/// A filter whose types are checked.
///
/// Its [`Display`] is canonical: filters that differ in white space, redundant parentheses or the
/// spelling of a literal have the same text, and that text is a filter that equals this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    pub(crate) root: Expression,
}

impl Filter {
    /// Whether it has a condition on this field.
    #[must_use]
    pub fn uses(&self, field: &str) -> bool {
        self.root.terms().iter().any(|term| term.field.name == field)
    }

    /// This filter with operands and values sorted and deduplicated. Filters that differ only in
    /// their order become equal.
    #[must_use]
    pub fn ordered(&self) -> Self {
        Self { root: self.root.ordered() }
    }
}

/// No operand of `All` is an `All`, none of `Any` an `Any`, and none of `Not` a `Not`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expression {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Term(Term),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Term {
    pub field: &'static Field,
    /// Empty unless the field is JSON.
    pub path: Vec<String>,
    pub test: Test,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Test {
    /// Equals one of these.
    In(Vec<Literal>),
    Has(Literal),
    Compare(Order, Literal),
}

impl Expression {
    pub(crate) fn all(operands: Vec<Self>) -> Self {
        join(operands, Self::All, |operand| match operand {
            Self::All(operands) => Ok(operands),
            other => Err(other),
        })
    }

    pub(crate) fn any(operands: Vec<Self>) -> Self {
        join(operands, Self::Any, |operand| match operand {
            Self::Any(operands) => Ok(operands),
            other => Err(other),
        })
    }

    pub(crate) fn negate(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    fn ordered(&self) -> Self {
        match self {
            Self::All(operands) => Self::all(operands.iter().map(Self::ordered).collect()).sorted(),
            Self::Any(operands) => Self::any(operands.iter().map(Self::ordered).collect()).sorted(),
            Self::Not(inner) => inner.ordered().negate(),
            Self::Term(Term { field, path, test: Test::In(values) }) => {
                let test = Test::In(sorted(values.clone()));
                Self::Term(Term { field, path: path.clone(), test })
            }
            Self::Term(term) => Self::Term(term.clone()),
        }
    }

    fn sorted(self) -> Self {
        match self {
            Self::All(operands) => Self::all(sorted(operands)),
            Self::Any(operands) => Self::any(sorted(operands)),
            other => other,
        }
    }
}

/// In the order of their texts, each once.
fn sorted<T: Display + PartialEq>(mut elements: Vec<T>) -> Vec<T> {
    elements.sort_by_cached_key(T::to_string);
    elements.dedup();
    elements
}

/// Joins operands; those that `split` splits become several.
fn join(
    operands: Vec<Expression>,
    joined: fn(Vec<Expression>) -> Expression,
    split: fn(Expression) -> Result<Vec<Expression>, Expression>,
) -> Expression {
    let mut flat: Vec<_> =
        operands.into_iter().flat_map(|operand| split(operand).unwrap_or_else(|other| vec![other])).collect();
    match flat.pop() {
        Some(only) if flat.is_empty() => only,
        last => {
            flat.extend(last);
            joined(flat)
        }
    }
}

impl Display for Filter {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.root.fmt(f)
    }
}

impl Display for Expression {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(operands) => separated(f, operands, " and ", |f, operand| match operand {
                Self::Any(_) => write!(f, "({operand})"),
                _ => operand.fmt(f),
            }),
            Self::Any(operands) => separated(f, operands, " or ", |f, operand| operand.fmt(f)),
            Self::Not(inner) => match &**inner {
                Self::Term(term) if term.is_equality() => term.write(f, "!="),
                Self::Term(term) => write!(f, "not {term}"),
                other => write!(f, "not ({other})"),
            },
            Self::Term(term) => term.fmt(f),
        }
    }
}

impl Term {
    fn is_equality(&self) -> bool {
        matches!(&self.test, Test::In(values) if values.len() == 1)
    }

    /// Writes the term with this operator for an equality.
    fn write(&self, f: &mut Formatter<'_>, equal: &str) -> fmt::Result {
        f.write_str(self.field.name)?;
        if !self.path.is_empty() {
            f.write_str(".")?;
            write_labels(f, &self.path)?;
        }
        match &self.test {
            Test::In(values) if let [value] = &values[..] => write!(f, " {equal} {value}"),
            Test::In(values) => {
                f.write_str(" in (")?;
                separated(f, values, ", ", |f, value| value.fmt(f))?;
                f.write_str(")")
            }
            Test::Has(value) => write!(f, " : {value}"),
            Test::Compare(order, value) => write!(f, " {} {value}", order.as_str()),
        }
    }
}

impl Display for Term {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.write(f, "=")
    }
}

fn separated<T>(
    f: &mut Formatter<'_>,
    elements: &[T],
    separator: &str,
    write: impl Fn(&mut Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (index, element) in elements.iter().enumerate() {
        if index > 0 {
            f.write_str(separator)?;
        }
        write(f, element)?;
    }
    Ok(())
}
