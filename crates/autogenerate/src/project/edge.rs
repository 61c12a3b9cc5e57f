//! The differences between two of the three sides.

use std::fmt;

use super::settings::Project;
use crate::{
    diff::{self, Change, Object},
    model::Origin,
    schema::Schema,
};

/// One of the three things that [`Project::check`] compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The schema that the models describe.
    Models,
    /// The schema that the migrations create in an empty database.
    Migrations,
    /// The schema of the live database.
    Database,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Models => "models",
            Self::Migrations => "migrations",
            Self::Database => "database",
        })
    }
}

/// The differences between two sides.
#[derive(Debug)]
pub struct Edge {
    /// The side that would have to change.
    pub from: Side,
    /// The side that it should match.
    pub to: Side,
    /// The differences, in a stable order.
    pub differences: Vec<Difference>,
}

/// Says whether the sides differ, such as `migrations differ from models`.
impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is = match self.from {
            _ if self.differences.is_empty() => "=",
            Side::Database => "differs from",
            Side::Models | Side::Migrations => "differ from",
        };
        write!(f, "{} {is} {}", self.from, self.to)
    }
}

impl Edge {
    /// The tables and columns that the changes would drop, with what is in them.
    pub(super) fn dropped(&self) -> Vec<&Difference> {
        self.differences.iter().filter(|it| it.deletes_data()).collect()
    }

    /// What to consider before the database is changed by hand to match its migrations: what that
    /// deletes, and how to keep it. `None` if it deletes nothing, or between other sides.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        let dropped: Vec<String> = self.dropped().iter().map(|it| it.dropped()).collect();
        (self.from == Side::Database && !dropped.is_empty()).then(|| {
            format!(
                "these changes delete all data of {}; to keep what was made by hand, write it into a migration \
                 (`revision -m`), then `stamp head`",
                dropped.join(", ")
            )
        })
    }
}

/// One difference between two sides.
#[derive(Debug)]
pub struct Difference {
    /// The change that would make `from` match `to`.
    pub change: Change,
    /// The source location of the affected model or field, if there is one.
    pub origin: Option<Origin>,
    /// Whether a model describes the object itself, rather than only its table.
    pub is_described: bool,
}

impl Difference {
    fn deletes_data(&self) -> bool {
        self.change.difference == diff::Difference::Drop
            && matches!(self.change.object, Object::Table(_) | Object::Column(..))
    }

    /// The object after the location of its model.
    pub(super) fn place(&self) -> String {
        let object = &self.change.object;
        self.origin.as_ref().map_or_else(|| object.to_string(), |origin| format!("{origin}: {object}"))
    }

    /// The object that would be dropped.
    fn dropped(&self) -> String {
        let object = &self.change.object;
        if self.is_described { format!("{object} (which a model describes)") } else { object.to_string() }
    }
}

/// The change after the location of its model.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Some(origin) => write!(f, "{origin}: {}", self.change),
            None => self.change.fmt(f),
        }
    }
}

impl Project {
    /// Compares two sides.
    pub(super) fn edge(&self, (from, actual): (Side, &Schema), (to, wanted): (Side, &Schema)) -> Edge {
        let changes = diff::diff(actual, wanted, &self.metadata.renames());
        let difference = |change: Change| Difference {
            origin: self.origin(&change),
            is_described: self.describes(&change.object),
            change,
        };
        Edge { from, to, differences: changes.into_iter().map(difference).collect() }
    }

    /// Whether a model describes a table or column.
    fn describes(&self, object: &Object) -> bool {
        let origin = match object {
            Object::Table(table) => self.metadata.origin(table, None),
            Object::Column(table, column) => self.metadata.origin(table, Some(column)),
            _ => None,
        };
        origin.is_some()
    }

    /// The source location of the field that a change affects, or of the struct if it affects no
    /// field.
    pub(super) fn origin(&self, change: &Change) -> Option<Origin> {
        match &change.object {
            Object::Enum(name) => self.metadata.enum_origin(name, None),
            Object::Sql(name) if name.kind.is_described() => self.metadata.type_origin(name),
            Object::Value(name, value) => {
                self.metadata.enum_origin(name, Some(value)).or_else(|| self.metadata.enum_origin(name, None))
            }
            _ => {
                let table = change.table()?;
                let of = |column| self.metadata.origin(table, column);
                of(change.column()).or_else(|| of(None))
            }
        }
    }
}
