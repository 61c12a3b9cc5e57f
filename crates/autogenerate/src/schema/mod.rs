//! What a database holds, as plain data: one type for both sides of a comparison.
//!
//! Two origins fill it. [`introspect`](crate::introspect) reads the catalogs of PostgreSQL, where every type, default and expression is in
//! canonical form. [`Metadata`](crate::model::Metadata) lists what models say, as it was written; that is only good for being created in a
//! [scratch](crate::scratch) place and read back, because only like can be compared with like.

mod name;

use std::collections::{BTreeMap, BTreeSet};

pub use name::{Name, quote_identifier, quote_literal};

/// Everything that is compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Schema {
    /// PostgreSQL's schemas by name; empty where one schema is read alone, whose objects then have unqualified names.
    pub namespaces: BTreeMap<String, Namespace>,
    /// Extensions by name.
    pub extensions: BTreeMap<String, Extension>,
    /// Enumerated types.
    pub enums: BTreeMap<Name, Enum>,
    /// Sequences, but for those that belong to identity columns.
    pub sequences: BTreeMap<Name, Sequence>,
    /// Tables, partitioned tables and partitions.
    pub tables: BTreeMap<Name, Table>,
}

impl Schema {
    /// The same without what cannot be changed in place: the order of the columns in a table.
    #[must_use]
    pub fn normalized(mut self) -> Self {
        for table in self.tables.values_mut() {
            table.columns.sort_by(|a, b| a.name.cmp(&b.name));
        }
        self
    }
}

/// One of PostgreSQL's schemas.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Namespace {
    /// What `COMMENT ON` says.
    pub comment: Option<String>,
}

/// An extension; what it owns is nobody else's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Extension {
    /// The schema that it was created in, where schemas are compared.
    pub schema: Option<String>,
}

/// An enumerated type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Enum {
    /// Its values in their order.
    pub values: Vec<String>,
    /// What `COMMENT ON` says.
    pub comment: Option<String>,
}

/// A sequence that is an object of its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Sequence {
    /// `smallint`, `integer` or `bigint`.
    pub data_type: String,
    /// How it counts.
    pub options: SequenceOptions,
    /// The table and column that it goes with (`OWNED BY`), as a `serial` column's does.
    pub owned_by: Option<(Name, String)>,
    /// What `COMMENT ON` says.
    pub comment: Option<String>,
}

/// How a sequence counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SequenceOptions {
    /// `START WITH`.
    pub start: i64,
    /// `INCREMENT BY`.
    pub increment: i64,
    /// `MINVALUE`.
    pub min: i64,
    /// `MAXVALUE`.
    pub max: i64,
    /// `CACHE`.
    pub cache: i64,
    /// `CYCLE`.
    pub cycle: bool,
}

/// A table, a partitioned table or a partition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Table {
    /// Columns in their order.
    pub columns: Vec<Column>,
    /// Constraints by name, but for `NOT NULL`, which is a column's.
    pub constraints: BTreeMap<String, Constraint>,
    /// Indexes by name, but for those that belong to constraints.
    pub indexes: BTreeMap<String, Index>,
    /// What stands behind `PARTITION BY`, such as `RANGE (created_at)`.
    pub partition_by: Option<String>,
    /// The table that it is a partition of.
    pub partition_of: Option<PartitionOf>,
    /// Whether its writes bypass the write-ahead log.
    pub unlogged: bool,
    /// Storage parameters such as `fillfactor=70`, sorted.
    pub options: Vec<String>,
    /// What `COMMENT ON` says.
    pub comment: Option<String>,
}

impl Table {
    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// Where a partition belongs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PartitionOf {
    /// The partitioned table.
    pub parent: Name,
    /// `FOR VALUES …` or `DEFAULT`.
    pub bound: String,
}

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

/// A piece of SQL, and what has to be there for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Expression {
    /// As PostgreSQL prints it.
    pub sql: String,
    /// What it refers to.
    pub uses: Uses,
}

/// What an expression, a constraint or an index refers to, as `pg_depend` knows it; empty in a model.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Uses {
    /// Columns of its own table.
    pub columns: BTreeSet<String>,
    /// Enumerated types.
    pub enums: BTreeSet<Name>,
    /// Sequences.
    pub sequences: BTreeSet<Name>,
}

/// A constraint of a table.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Constraint {
    /// What stands behind its name, as `pg_get_constraintdef` prints it, without `NOT VALID`.
    pub definition: String,
    /// What it is.
    pub kind: ConstraintKind,
    /// Whether all rows are known to keep it, else `NOT VALID`.
    pub validated: bool,
    /// Whether it came from the table that this is a partition of.
    pub inherited: bool,
    /// What it refers to, but for the table of a foreign key.
    pub uses: Uses,
    /// What `COMMENT ON` says.
    pub comment: Option<String>,
}

/// The kinds of constraints.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ConstraintKind {
    /// `PRIMARY KEY`.
    PrimaryKey(Key),
    /// `UNIQUE`.
    Unique(Key),
    /// `FOREIGN KEY`.
    ForeignKey {
        /// Columns of this table, in the order of the key.
        columns: Vec<String>,
        /// The other table.
        references: Name,
        /// Its columns, in the same order.
        referenced: Vec<String>,
    },
    /// `CHECK`.
    Check,
    /// `EXCLUDE`.
    Exclusion,
}

/// What a primary key or a unique constraint needs to be made from an index that is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Key {
    /// The columns, in order.
    pub columns: Vec<String>,
    /// What stands behind `USING` in the definition of its index, such as `btree (a, b)`; `NULLS NOT DISTINCT` included.
    pub index: String,
    /// `DEFERRABLE`, `DEFERRABLE INITIALLY DEFERRED`, or empty.
    pub deferrable: String,
}

/// An index that belongs to no constraint.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Index {
    /// `UNIQUE`.
    pub unique: bool,
    /// What stands behind `USING`, such as `gin (attributes jsonb_path_ops) WHERE (deleted_at IS NULL)`.
    pub definition: String,
    /// The index of the partitioned table that it is attached to.
    pub part_of: Option<Name>,
    /// Whether it can be used; an interrupted `CREATE INDEX CONCURRENTLY` leaves one that cannot.
    pub valid: bool,
    /// What it refers to.
    pub uses: Uses,
    /// What `COMMENT ON` says.
    pub comment: Option<String>,
}
