//! Columns.

use super::{
    expression::{Expression, Uses},
    name::Name,
    object::Object,
    sequence::SequenceOptions,
};

/// A column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Column {
    /// Its name, not quoted.
    pub name: String,
    /// Its type as `format_type` prints it, such as `character varying(200)`.
    pub data_type: String,
    /// The enumerated type that its type is, or is an array of.
    pub enum_type: Option<Name>,
    /// The collation, quoted as SQL wants it, where it is not the type's own.
    pub collation: Option<String>,
    /// Whether it takes `NULL`.
    pub nullable: bool,
    /// What it holds where nothing is given.
    pub default: Option<Expression>,
    /// `GENERATED … AS IDENTITY`.
    pub identity: Option<Identity>,
    /// `GENERATED ALWAYS AS (…)`.
    pub generated: Option<Generated>,
    /// What `COMMENT ON` says.
    pub comment: Option<String>,
}

/// An identity column's own part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Identity {
    /// `ALWAYS`, else `BY DEFAULT`.
    pub always: bool,
    /// How its sequence counts; `None` in a model that leaves it to PostgreSQL.
    pub options: Option<SequenceOptions>,
}

/// A generated column's own part.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Generated {
    /// What it is computed by.
    pub expression: Expression,
    /// `STORED`, else `VIRTUAL` (PostgreSQL 18).
    pub stored: bool,
}

impl Column {
    /// The objects that have to exist before the column.
    pub(crate) fn needs(&self) -> Vec<Object> {
        let mut needs: Vec<_> = self.enum_type.clone().map(Object::Enum).into_iter().collect();
        let generated = self.generated.as_ref().map(|generated| &generated.expression);
        needs.extend(self.default.iter().chain(generated).flat_map(|expression| expression.uses.objects()));
        needs
    }

    /// The columns of its table that it is computed from.
    pub(crate) fn computed_from(&self) -> impl Iterator<Item = &String> {
        self.generated.iter().flat_map(|generated| &generated.expression.uses.columns)
    }

    /// Each expression, and what it refers to, to be renamed.
    pub(super) fn texts(&mut self) -> impl Iterator<Item = (&mut String, &mut Uses)> {
        let generated = self.generated.as_mut().map(|generated| &mut generated.expression);
        self.default.iter_mut().chain(generated).map(|expression| (&mut expression.sql, &mut expression.uses))
    }
}
