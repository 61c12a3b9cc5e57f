//! What a database should hold, as its row types say.
//!
//! [`#[derive(Table)]`](derive@crate::Table) on the struct of a row is the only place where its table is described; the derive's own page is
//! the reference of all attributes. The type of a column follows from the type of the field by [`SqlType`], which
//! [`#[derive(Enum)]`](derive@crate::Enum) and [`#[derive(SqlType)]`](derive@crate::SqlType) write for a project's own types.
//! [`Metadata`] lists the tables:
//!
//! ```
//! use autogenerate::{Enum, Table, model::Metadata};
//!
//! /// Where a thing is in its life.
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
//!     /// How people call it.
//!     #[column(type = "varchar(200)", check = "name <> ''")]
//!     name: Option<String>,
//!     #[column(default = "'draft'")]
//!     life: Life,
//! }
//!
//! let schema = Metadata::new().table::<Thing>().schema()?;
//! let (name, things) = schema.tables.first_key_value().unwrap();
//! assert_eq!(name.to_string(), "things");
//! assert_eq!(things.comment.as_deref(), Some("A thing worth keeping track of."));
//! assert_eq!(things.column("name").unwrap().data_type, "varchar(200)");
//! assert_eq!(things.constraints["things_name_check"].definition, "CHECK (name <> '')");
//! assert_eq!(things.indexes["things_life_id_idx"].definition, "btree (life, id DESC)");
//! assert_eq!(schema.enums.values().next().unwrap().values, ["draft", "in_use"]);
//! # Ok::<(), autogenerate::model::MetadataError>(())
//! ```
//!
//! # Names
//!
//! A constraint or an index that is given no name has the one that PostgreSQL would choose: `<table>_pkey`, `<table>_<columns>_key`,
//! `<table>_<columns>_fkey`, `<table>_<column>_check` (of a check that names one column; else `<table>_check`), `<table>_<columns>_excl`,
//! `<table>_<columns>_idx`, where an expression counts as the function that it calls, or as `expr`; cut to 63 octets; with a number at its end
//! where the name is taken. A rename of the table or of a column makes another name of it, which then is renamed too.
//!
//! # Schemas and extensions
//!
//! As long as no model names a schema, and no extension is listed, models are about one schema, whichever that is
//! ([`needs_database`](Metadata::needs_database) is `false`). Otherwise all names are qualified, with `public` where a model has none.

mod assemble;
mod constraints;
mod describe;
mod enumeration;
mod error;
mod keys;
mod metadata;
mod naming;
mod location;
mod renames;
mod sequence;
mod sql;
mod types;

#[doc(hidden)]
pub mod derive;

pub use self::{
    describe::{
        CheckModel, ColumnModel, Deferral, ExclusionModel, ForeignKeyModel, GeneratedModel, IdentityModel,
        IndexModel, KeyModel, PartitionModel, Table, TableModel,
    },
    enumeration::{EnumModel, EnumStorage, ValueModel},
    error::MetadataError,
    metadata::{Metadata, Origin},
    location::Place,
    sequence::SequenceModel,
    types::{Element, SqlType, TypeModel},
};
