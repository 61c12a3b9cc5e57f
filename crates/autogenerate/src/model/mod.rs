//! Models: what a database should contain, described by its row types.
//!
//! [`#[derive(Table)]`](derive@crate::Table) on a row struct is the only place that describes its
//! table; the derive's documentation lists all attributes. A column's type follows from the field's
//! type through [`SqlType`], which [`#[derive(Enum)]`](derive@crate::Enum),
//! [`#[derive(SqlType)]`](derive@crate::SqlType), [`#[derive(Domain)]`](derive@crate::Domain) and
//! [`#[derive(Composite)]`](derive@crate::Composite) implement for your own types. [`Metadata`]
//! lists the tables:
//!
//! ```
//! use autogenerate::{Enum, Table, model::Metadata};
//!
//! /// The life cycle of a thing.
//! #[derive(Enum)]
//! #[sqlx(type_name = "life", rename_all = "snake_case")]
//! enum Life {
//!     Draft,
//!     InUse,
//! }
//!
//! /// A thing worth keeping track of.
//! #[derive(Table)]
//! #[table(name = "things", index(columns = ["life", "id DESC"]))]
//! struct Thing {
//!     #[column(primary_key, identity)]
//!     id: i64,
//!     /// Its display name.
//!     #[column(type = "varchar(200)", check = "name <> ''")]
//!     name: Option<String>,
//!     #[column(default = "'draft'")]
//!     life: Life,
//! }
//!
//! let schema = Metadata::new().table::<Thing>().schema()?;
//! let Some((name, things)) = schema.tables.first_key_value() else { unreachable!("it was added") };
//! assert_eq!(name.to_string(), "things");
//! assert_eq!(things.comment.as_deref(), Some("A thing worth keeping track of."));
//! assert!(things.column("name").is_some_and(|column| column.data_type == "varchar(200)"));
//! assert_eq!(things.constraints["things_name_check"].definition, "CHECK (name <> '')");
//! assert_eq!(things.indexes["things_life_id_idx"].definition, "btree (life, id DESC)");
//! assert!(schema.enums.values().all(|life| life.values == ["draft", "in_use"]));
//! # Ok::<(), autogenerate::model::MetadataError>(())
//! ```
//!
//! # Names
//!
//! Unnamed constraints and indexes get the name that PostgreSQL would choose:
//!
//! - `<table>_pkey`
//! - `<table>_<columns>_key`
//! - `<table>_<columns>_fkey`
//! - `<table>_<column>_check` for a check that names one column, else `<table>_check`
//! - `<table>_<columns>_excl`
//! - `<table>_<columns>_idx`
//!
//! In these, an expression is named after the function that it calls, or `expr`. A name is
//! truncated to 63 bytes, and gets a number if it is taken. Renaming the table or a column changes
//! the name, so the constraint or index is renamed as well.
//!
//! # Schemas and extensions
//!
//! As long as no model names a schema and no extension is listed, the models describe a single
//! schema of any name, and [`needs_database`](Metadata::needs_database) is `false`. Otherwise all
//! names are qualified, by default with `public`.

mod assemble;
mod check;
mod constraints;
mod data_types;
mod definition;
mod describe;
mod enumeration;
mod error;
mod keys;
mod location;
mod metadata;
mod naming;
mod rejected;
mod renames;
mod selection;
mod sequence;
mod sql;
mod types;

#[doc(hidden)]
pub mod derive;

pub(crate) use self::selection::{given_name, is_named};
pub use self::{
    check::CheckModel,
    describe::{
        ColumnModel, Deferral, ExclusionModel, ForeignKeyModel, GeneratedModel, IdentityModel, IndexModel,
        KeyModel, PartitionModel, Table, TableModel,
    },
    enumeration::{EnumModel, EnumStorage, ValueModel},
    error::MetadataError,
    location::Location,
    metadata::{Metadata, Origin},
    sequence::SequenceModel,
    types::{AttributeModel, CompositeModel, DomainModel, Element, SqlType, TypeDefinition, TypeModel},
};
