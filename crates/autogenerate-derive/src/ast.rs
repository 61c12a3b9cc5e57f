//! The parsed form of an item's attributes, not validated yet.

use proc_macro2::Span;
use syn::{Generics, Ident, LitStr, Type};

/// A struct that maps to a table.
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

/// The constraints and indexes of a table, those of its fields first.
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
    /// Appends all of `other`.
    pub fn append(&mut self, other: Self) {
        self.primary_keys.extend(other.primary_keys);
        self.uniques.extend(other.uniques);
        self.foreign_keys.extend(other.foreign_keys);
        self.checks.extend(other.checks);
        self.exclusions.extend(other.exclusions);
        self.indexes.extend(other.indexes);
    }
}

/// A name and the span it comes from.
pub struct Text {
    pub value: String,
    pub span: Span,
}

/// A field that maps to a column.
pub struct Column {
    pub field: Ident,
    pub name: Text,
    pub type_source: TypeSource,
    pub nullable: Option<(bool, Span)>,
    pub collation: Option<LitStr>,
    pub default: Option<LitStr>,
    pub identity: Option<Identity>,
    pub generated: Option<LitStr>,
    pub is_virtual: Option<Span>,
    pub renamed_from: Option<LitStr>,
    pub comment: Option<String>,
}

/// Where a column's SQL type comes from.
pub struct TypeSource {
    /// The type that sqlx decodes; `None` for a field that it decodes as JSON.
    pub rust: Option<Type>,
    /// Whether the Rust type is written as an `Option`, or the JSON is nullable.
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
    /// Whether the referenced table has no model.
    pub external: bool,
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

/// A fieldless enum.
pub struct Enum {
    pub ident: Ident,
    pub storage: Storage,
    pub renamed_from: Option<LitStr>,
    pub values: Vec<Value>,
    pub comment: Option<String>,
}

/// How the values of an enum are stored.
pub enum Storage {
    /// As a PostgreSQL enum type.
    Type(TypeName),
    /// As this text type, with a check constraint.
    Text(LitStr),
}

/// A variant.
pub struct Value {
    pub ident: Ident,
    pub name: Text,
    pub renamed_from: Option<LitStr>,
}

/// A newtype that maps to a domain.
pub struct Domain {
    pub ident: Ident,
    pub name: TypeName,
    pub renamed_from: Option<LitStr>,
    /// The type of the field.
    pub inner: Type,
    /// `type = "…"`.
    pub named: Option<LitStr>,
    pub collation: Option<LitStr>,
    pub default: Option<LitStr>,
    pub not_null: bool,
    pub checks: Vec<Check>,
    /// Whether there can be arrays of it.
    pub array: bool,
    pub comment: Option<String>,
}

/// A struct that maps to a composite type.
pub struct Composite {
    pub ident: Ident,
    pub name: TypeName,
    pub renamed_from: Option<LitStr>,
    pub attributes: Vec<Attribute>,
    /// Whether there can be arrays of it.
    pub array: bool,
    pub comment: Option<String>,
}

/// The name of a type, and its schema.
pub struct TypeName {
    pub schema: Option<String>,
    pub name: Text,
}

/// A field that maps to an attribute of a composite type.
pub struct Attribute {
    pub name: Text,
    pub rust: Type,
    /// `type = "…"`.
    pub named: Option<LitStr>,
    pub collation: Option<LitStr>,
    pub comment: Option<String>,
}
