//! SQL types as constants.

use crate::{
    model::{
        check::CheckModel,
        enumeration::{EnumModel, EnumStorage},
        location::Location,
    },
    schema::SqlKind,
};

/// An SQL type and its nullability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypeModel {
    /// The SQL type, or an array's element type, such as `timestamptz` or `varchar(200)`.
    pub name: &'static str,
    /// The number of array dimensions; 0 if it is not an array.
    pub dimensions: usize,
    /// Whether it is nullable.
    pub nullable: bool,
    /// The enum that it, or its array element, is.
    pub enumeration: Option<&'static EnumModel>,
    /// The domain or composite type that it, or its array element, is.
    pub definition: Option<&'static TypeDefinition>,
}

impl TypeModel {
    /// A non-nullable type.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, dimensions: 0, nullable: false, enumeration: None, definition: None }
    }

    /// Sets the nullability.
    #[must_use]
    pub const fn nullable(self, nullable: bool) -> Self {
        Self { nullable, ..self }
    }

    /// The array type with this element type. Elements may be `NULL`.
    #[must_use]
    pub const fn array(self) -> Self {
        Self { dimensions: self.dimensions + 1, nullable: false, ..self }
    }

    /// Replaces the SQL type; `name` includes the brackets of an array.
    ///
    /// An enum stored as a PostgreSQL enum type no longer counts as an enum; one stored as text
    /// keeps its check.
    #[must_use]
    pub const fn named(self, name: &'static str) -> Self {
        let enumeration = match self.enumeration {
            Some(EnumModel { storage: EnumStorage::Text, .. }) => self.enumeration,
            _ => None,
        };
        Self { name, dimensions: 0, enumeration, definition: None, ..self }
    }

    /// The domain or composite type of this definition.
    #[must_use]
    pub const fn defined(self, definition: &'static TypeDefinition) -> Self {
        Self { definition: Some(definition), ..self }
    }

    /// Whether it is an integer type that an identity column can have.
    #[must_use]
    pub const fn is_integer(self) -> bool {
        self.dimensions == 0 && matches!(self.name.as_bytes(), b"smallint" | b"integer" | b"bigint")
    }

    /// The type, and the types that it consists of at every level.
    pub(in crate::model) fn with_parts(self) -> Vec<Self> {
        let parts = self.definition.map(TypeDefinition::parts).unwrap_or_default();
        std::iter::once(self).chain(parts.into_iter().flat_map(Self::with_parts)).collect()
    }

    /// Whether it is an enum, domain or composite type that names its schema.
    pub(in crate::model) fn is_in_a_schema(&self) -> bool {
        let is_enum = self
            .enumeration
            .is_some_and(|model| matches!(model.storage, EnumStorage::Type { schema: Some(_), .. }));
        is_enum || self.definition.is_some_and(|model| model.schema().is_some())
    }
}

/// A domain or a composite type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeDefinition {
    /// A domain.
    Domain(DomainModel),
    /// A composite type.
    Composite(CompositeModel),
}

/// A domain, as its newtype describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DomainModel {
    /// The name of the newtype.
    pub rust_name: &'static str,
    /// The name of the domain, unquoted.
    pub name: &'static str,
    /// The schema of the domain, if the model names one.
    pub schema: Option<&'static str>,
    /// The domain's former name.
    pub renamed_from: Option<&'static str>,
    /// The underlying type.
    pub base: TypeModel,
    /// The unquoted name of its collation.
    pub collation: Option<&'static str>,
    /// Its default.
    pub default: Option<&'static str>,
    /// `NOT NULL`.
    pub not_null: bool,
    /// Its checks, about `VALUE`.
    pub checks: &'static [CheckModel],
    /// The comment in the database.
    pub comment: Option<&'static str>,
    /// Where the newtype is declared.
    pub location: Location,
}

/// A composite type, as its struct describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompositeModel {
    /// The name of the struct.
    pub rust_name: &'static str,
    /// The name of the type, unquoted.
    pub name: &'static str,
    /// The schema of the type, if the model names one.
    pub schema: Option<&'static str>,
    /// The type's former name.
    pub renamed_from: Option<&'static str>,
    /// Its attributes, in the order of the fields.
    pub attributes: &'static [AttributeModel],
    /// The comment in the database.
    pub comment: Option<&'static str>,
    /// Where the struct is declared.
    pub location: Location,
}

/// An attribute of a composite type. It always accepts `NULL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttributeModel {
    /// The name of the attribute, unquoted.
    pub name: &'static str,
    /// Its type.
    pub data_type: TypeModel,
    /// The unquoted name of its collation.
    pub collation: Option<&'static str>,
    /// The comment in the database.
    pub comment: Option<&'static str>,
}

impl TypeDefinition {
    pub(in crate::model) fn kind(&self) -> SqlKind {
        match self {
            Self::Domain(_) => SqlKind::Domain,
            Self::Composite(_) => SqlKind::CompositeType,
        }
    }

    pub(in crate::model) fn name(&self) -> &'static str {
        match self {
            Self::Domain(DomainModel { name, .. }) | Self::Composite(CompositeModel { name, .. }) => name,
        }
    }

    pub(in crate::model) fn schema(&self) -> Option<&'static str> {
        match self {
            Self::Domain(DomainModel { schema, .. }) | Self::Composite(CompositeModel { schema, .. }) => {
                *schema
            }
        }
    }

    pub(in crate::model) fn rust_name(&self) -> &'static str {
        match self {
            Self::Domain(DomainModel { rust_name, .. })
            | Self::Composite(CompositeModel { rust_name, .. }) => rust_name,
        }
    }

    pub(in crate::model) fn renamed_from(&self) -> Option<&'static str> {
        match self {
            Self::Domain(DomainModel { renamed_from, .. })
            | Self::Composite(CompositeModel { renamed_from, .. }) => *renamed_from,
        }
    }

    pub(in crate::model) fn location(&self) -> Location {
        match self {
            Self::Domain(DomainModel { location, .. }) | Self::Composite(CompositeModel { location, .. }) => {
                *location
            }
        }
    }

    /// The types of its attributes, or its base type.
    pub(in crate::model) fn parts(&self) -> Vec<TypeModel> {
        match self {
            Self::Domain(model) => vec![model.base],
            Self::Composite(model) => model.attributes.iter().map(|one| one.data_type).collect(),
        }
    }
}
