//! Names of objects that are defined by a text of SQL.

use std::fmt;

use super::name::Name;

/// What an [`SqlObject`](super::SqlObject) is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SqlKind {
    /// A collation.
    Collation,
    /// A domain.
    Domain,
    /// A composite type.
    CompositeType,
    /// A range type with its multirange type.
    RangeType,
    /// A function.
    Function,
    /// A procedure.
    Procedure,
    /// An aggregate function.
    Aggregate,
    /// A view.
    View,
    /// A materialized view with its indexes.
    MaterializedView,
    /// A rule of a table or view.
    Rule,
    /// A trigger of a table or view.
    Trigger,
    /// A policy of a table.
    Policy,
    /// Whether row security is enabled or forced on a table.
    RowSecurity,
    /// Extended statistics.
    Statistics,
    /// What identifies a row in logical replication.
    ReplicaIdentity,
    /// The index that `CLUSTER` uses.
    ClusteredIndex,
    /// How a column is stored.
    ColumnStorage,
    /// How a column is compressed.
    ColumnCompression,
    /// The statistics target of a column.
    ColumnStatistics,
    /// The options of a column.
    ColumnOptions,
    /// A publication.
    Publication,
    /// A table of a publication.
    PublicationTable,
    /// The privileges on an object.
    Privileges,
    /// The privileges that new objects get.
    DefaultPrivileges,
    /// A dictionary of text search.
    TextSearchDictionary,
    /// A configuration of text search.
    TextSearchConfiguration,
    /// An event trigger.
    EventTrigger,
    /// A cast between two types.
    Cast,
}

impl SqlKind {
    const ALL: [(Self, &str); 28] = [
        (Self::Collation, "collation"),
        (Self::Domain, "domain"),
        (Self::CompositeType, "composite type"),
        (Self::RangeType, "range type"),
        (Self::Function, "function"),
        (Self::Procedure, "procedure"),
        (Self::Aggregate, "aggregate"),
        (Self::View, "view"),
        (Self::MaterializedView, "materialized view"),
        (Self::Rule, "rule"),
        (Self::Trigger, "trigger"),
        (Self::Policy, "policy"),
        (Self::RowSecurity, "row security"),
        (Self::Statistics, "extended statistics"),
        (Self::ReplicaIdentity, "replica identity"),
        (Self::ClusteredIndex, "clustered index"),
        (Self::ColumnStorage, "column storage"),
        (Self::ColumnCompression, "column compression"),
        (Self::ColumnStatistics, "column statistics"),
        (Self::ColumnOptions, "column options"),
        (Self::Publication, "publication"),
        (Self::PublicationTable, "publication table"),
        (Self::Privileges, "privileges"),
        (Self::DefaultPrivileges, "default privileges"),
        (Self::TextSearchDictionary, "text search dictionary"),
        (Self::TextSearchConfiguration, "text search configuration"),
        (Self::EventTrigger, "event trigger"),
        (Self::Cast, "cast"),
    ];

    /// The kind of this name, such as `view`.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, other)| *other == name).map(|(kind, _)| *kind)
    }

    /// The name of the kind, such as `view`.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("object", |(_, name)| name)
    }

    /// Whether it is a property of another object and disappears with it.
    pub(crate) fn is_setting(self) -> bool {
        matches!(
            self,
            Self::RowSecurity
                | Self::ReplicaIdentity
                | Self::ClusteredIndex
                | Self::ColumnStorage
                | Self::ColumnCompression
                | Self::ColumnStatistics
                | Self::ColumnOptions
                | Self::Privileges
        )
    }

    /// Whether it is a type that a model can describe.
    pub(crate) fn is_described(self) -> bool {
        matches!(self, Self::Domain | Self::CompositeType)
    }

    /// Whether it is a view, materialized or not.
    pub(crate) fn is_view(self) -> bool {
        matches!(self, Self::View | Self::MaterializedView)
    }

    /// Whether it is a function, an aggregate or a procedure.
    pub(crate) fn is_routine(self) -> bool {
        matches!(self, Self::Function | Self::Procedure | Self::Aggregate)
    }

    /// Whether it is a type that columns may have.
    pub(crate) fn is_type(self) -> bool {
        matches!(self, Self::Domain | Self::CompositeType | Self::RangeType)
    }

    /// Whether writes of rows depend on it.
    pub(crate) fn acts_on_writes(self) -> bool {
        matches!(self, Self::Trigger | Self::Rule | Self::Policy | Self::RowSecurity)
    }
}

impl fmt::Display for SqlKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name of an [`SqlObject`](super::SqlObject).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SqlName {
    /// What it is.
    pub kind: SqlKind,
    /// The table or view that it is part of.
    pub table: Option<Name>,
    /// Its name as SQL, such as `newest_items`, `slug(text)`, or for a setting what it belongs to.
    pub name: String,
}

impl SqlName {
    /// The name of a type, from its SQL.
    pub(crate) fn type_name(&self) -> Name {
        Name::parse(&self.name)
    }

    /// The name of a domain, composite or range type.
    pub(crate) fn of_type(kind: SqlKind, name: &Name) -> Self {
        Self { kind, table: None, name: name.to_string() }
    }

    /// The privileges on the table of these privileges on a column. Revoking the former revokes the
    /// latter.
    pub(crate) fn table_privileges(&self) -> Option<Self> {
        let table = self
            .table
            .as_ref()
            .filter(|_| self.kind == SqlKind::Privileges && self.name.starts_with("column "))?;
        Some(Self { name: format!("table {table}"), ..self.clone() })
    }
}

impl fmt::Display for SqlName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, table, name } = self;
        match table {
            _ if *kind == SqlKind::Privileges => write!(f, "{kind} on {name}"),
            Some(table) if *name == kind.name() => write!(f, "{kind} of {table}"),
            Some(table) if kind.is_setting() => write!(f, "{kind} of {table}.{name}"),
            Some(table) if *kind != SqlKind::Statistics => write!(f, "{kind} {name} of {table}"),
            _ => write!(f, "{kind} {name}"),
        }
    }
}
