//! What an item says, before it is known whether that makes sense.

use proc_macro2::Span;
use syn::{Generics, Ident, LitStr, Type};

/// A struct that is a row of a table.
pub struct Table {
    pub ident: Ident,
    pub generics: Generics,
    pub name: Text,
    pub schema: Option<LitStr>,
    pub renamed_from: Option<LitStr>,
    pub columns: Vec<Column>,
    pub constraints: Constraints,
    pub partition_by: Option<LitStr>,
    pub partitions: Vec<Partition>,
    pub unlogged: bool,
    pub options: Option<LitStr>,
    pub comment: Option<String>,
}

/// The constraints and indexes of a table: those of its fields, then those of all of it.
#[derive(Default)]
pub struct Constraints {
    pub primary_keys: Vec<Key>,
    pub uniques: Vec<Key>,
    pub foreign_keys: Vec<ForeignKey>,
    pub checks: Vec<Check>,
    pub exclusions: Vec<Exclusion>,
    pub indexes: Vec<Index>,
}

impl Constraints {
    /// These, and then those.
    pub fn append(&mut self, those: Self) {
        self.primary_keys.extend(those.primary_keys);
        self.uniques.extend(those.uniques);
        self.foreign_keys.extend(those.foreign_keys);
        self.checks.extend(those.checks);
        self.exclusions.extend(those.exclusions);
        self.indexes.extend(those.indexes);
    }
}

/// A name, and what made it.
pub struct Text {
    pub value: String,
    pub span: Span,
}

/// A field that is a column.
pub struct Column {
    pub field: Ident,
    pub name: Text,
    pub kept_as: KeptAs,
    pub nullable: Option<(bool, Span)>,
    pub collation: Option<LitStr>,
    pub default: Option<LitStr>,
    pub identity: Option<Identity>,
    pub generated: Option<LitStr>,
    pub is_virtual: Option<Span>,
    pub renamed_from: Option<LitStr>,
    pub comment: Option<String>,
}

/// What the SQL type follows from.
pub struct KeptAs {
    /// The type that sqlx reads; `None` of a field that it reads as JSON.
    pub rust: Option<Type>,
    /// Whether that takes `NULL`, as far as it can be read.
    pub optional: bool,
    /// `type = "…"`.
    pub named: Option<LitStr>,
}

pub struct Identity {
    pub always: bool,
    pub span: Span,
}

#[derive(Clone, Copy, Default)]
pub enum Deferral {
    #[default]
    No,
    Deferrable,
    Deferred,
}

/// A primary key or a unique constraint.
pub struct Key {
    pub name: Option<LitStr>,
    pub columns: Vec<LitStr>,
    pub include: Vec<LitStr>,
    pub nulls_not_distinct: bool,
    pub deferral: Deferral,
    pub comment: Option<LitStr>,
    pub span: Span,
}

pub struct ForeignKey {
    pub name: Option<LitStr>,
    pub columns: Vec<LitStr>,
    pub references: LitStr,
    pub match_full: bool,
    pub actions: Actions,
    pub deferral: Deferral,
    pub comment: Option<LitStr>,
    pub span: Span,
}

#[derive(Default)]
pub struct Actions {
    pub on_delete: Option<LitStr>,
    pub on_update: Option<LitStr>,
}

pub struct Check {
    pub name: Option<LitStr>,
    pub expression: LitStr,
    pub comment: Option<LitStr>,
    pub span: Span,
}

pub struct Exclusion {
    pub name: Option<LitStr>,
    pub using: Option<LitStr>,
    pub elements: Vec<LitStr>,
    pub predicate: Option<LitStr>,
    pub deferral: Deferral,
    pub comment: Option<LitStr>,
    pub span: Span,
}

pub struct Index {
    pub name: Option<LitStr>,
    pub elements: Vec<LitStr>,
    pub using: Option<LitStr>,
    pub unique: bool,
    pub include: Vec<LitStr>,
    pub predicate: Option<LitStr>,
    pub options: Option<LitStr>,
    pub nulls_not_distinct: bool,
    pub comment: Option<LitStr>,
    pub span: Span,
}

pub struct Partition {
    pub name: LitStr,
    pub values: Option<LitStr>,
    pub comment: Option<LitStr>,
    pub span: Span,
}

/// An enum without fields.
pub struct Enum {
    pub ident: Ident,
    pub storage: Storage,
    pub renamed_from: Option<LitStr>,
    pub values: Vec<Value>,
    pub comment: Option<String>,
}

/// How the values of an enum are kept.
pub enum Storage {
    /// As an enumerated type.
    Type { schema: Option<String>, name: Text },
    /// As this type, with a check.
    Text(LitStr),
}

/// A variant.
pub struct Value {
    pub ident: Ident,
    pub name: Text,
    pub renamed_from: Option<LitStr>,
}
