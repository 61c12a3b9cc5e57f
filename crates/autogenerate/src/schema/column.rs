//! Columns.

use std::collections::BTreeSet;

use super::{
    expression::{Expression, Uses},
    name::Name,
    not_null::NotNull,
    object::Object,
    sequence::SequenceOptions,
};

/// A column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Column {
    /// The name, unquoted.
    pub name: String,
    /// The type as `format_type` prints it, such as `character varying(200)`.
    pub data_type: String,
    /// The enum type of the column or of its array elements.
    pub enum_type: Option<Name>,
    /// The types and collations of users, and the extensions, that its type refers to.
    pub type_uses: BTreeSet<Object>,
    /// The table whose row type is that of the column or of its array elements.
    pub row_type: Option<Name>,
    /// The collation as quoted SQL, if it is not the default of the type.
    pub collation: Option<String>,
    /// Whether its table has it only from the tables that it inherits from (`INHERITS`).
    pub inherited: bool,
    /// Whether it accepts `NULL`.
    pub nullable: bool,
    /// The name of its `NOT NULL` constraint, if known.
    pub not_null: NotNull,
    /// The default (`DEFAULT`).
    pub default: Option<Expression>,
    /// `GENERATED … AS IDENTITY`.
    pub identity: Option<Identity>,
    /// The name of the identity's sequence if it is compared, which takes a whole database.
    pub identity_sequence: Option<Name>,
    /// `GENERATED ALWAYS AS (…)`.
    pub generated: Option<Generated>,
    /// The comment (`COMMENT ON`).
    pub comment: Option<String>,
}

/// The identity of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Identity {
    /// `ALWAYS` if true, otherwise `BY DEFAULT`.
    pub always: bool,
    /// The options of its sequence; `None` if a model leaves them to PostgreSQL.
    pub options: Option<SequenceOptions>,
}

impl Identity {
    /// The options of its sequence: by default those of an ascending one of the column's type.
    pub(crate) fn options_for(&self, data_type: &str) -> SequenceOptions {
        self.options.unwrap_or_else(|| SequenceOptions::defaults(1, data_type))
    }
}

/// How a generated column is computed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Generated {
    /// The expression that computes the value.
    pub expression: Expression,
    /// `STORED` if true, otherwise `VIRTUAL` (PostgreSQL 18).
    pub stored: bool,
}

impl Column {
    /// The objects that must exist before the column.
    pub(crate) fn needs(&self) -> Vec<Object> {
        let mut needs: Vec<_> = self.enum_type.clone().map(Object::Enum).into_iter().collect();
        needs.extend(self.type_uses.iter().cloned());
        needs.extend(self.row_type.clone().map(Object::Table));
        let generated = self.generated.as_ref().map(|generated| &generated.expression);
        needs.extend(self.default.iter().chain(generated).flat_map(|expression| expression.uses.objects()));
        needs
    }

    /// The name of the identity's sequence, as far as it is known.
    pub(crate) fn sequence_name(&self, table: &Name) -> Name {
        self.identity_sequence.clone().unwrap_or_else(|| table.column_sequence(table, &self.name))
    }

    /// The columns of the same table that it is computed from.
    pub(crate) fn computed_from(&self) -> impl Iterator<Item = &String> {
        self.generated.iter().flat_map(|generated| &generated.expression.uses.columns)
    }

    /// Each expression with its references, to rename what they mention.
    pub(super) fn texts(&mut self) -> impl Iterator<Item = (&mut String, &mut Uses)> {
        let generated = self.generated.as_mut().map(|generated| &mut generated.expression);
        self.default.iter_mut().chain(generated).map(|expression| (&mut expression.sql, &mut expression.uses))
    }
}
