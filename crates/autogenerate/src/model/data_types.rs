//! The types that models use.

use super::{
    definition::TypeDefinition,
    enumeration::{EnumModel, EnumStorage},
    metadata::Metadata,
    types::TypeModel,
};
use crate::schema::Name;

impl Metadata {
    /// The enums stored as a PostgreSQL enum type, once for each use.
    pub(super) fn enums(&self) -> impl Iterator<Item = (Name, &'static EnumModel)> {
        self.data_types().filter_map(|data_type| {
            let model = data_type.enumeration?;
            match model.storage {
                EnumStorage::Type { name, schema, .. } => Some((self.name(schema, name), model)),
                EnumStorage::Text => None,
            }
        })
    }

    /// The domains and composite types, once for each use.
    pub(super) fn definitions(&self) -> impl Iterator<Item = &'static TypeDefinition> {
        self.data_types().filter_map(|data_type| data_type.definition)
    }

    /// The types of all columns and the listed ones, with those that they consist of.
    fn data_types(&self) -> impl Iterator<Item = TypeModel> {
        let of_columns = self.tables.iter().flat_map(|table| table.columns).map(|column| column.data_type);
        of_columns.chain(self.types.iter().copied()).flat_map(with_parts)
    }
}

/// Whether an enum, domain or composite type names its schema.
pub(super) fn is_in_a_schema(data_type: &TypeModel) -> bool {
    let is_enum = data_type
        .enumeration
        .is_some_and(|model| matches!(model.storage, EnumStorage::Type { schema: Some(_), .. }));
    is_enum || data_type.definition.is_some_and(|model| model.schema().is_some())
}

/// The type, and the types that it consists of at every level.
pub(super) fn with_parts(data_type: TypeModel) -> Vec<TypeModel> {
    let parts = data_type.definition.map(TypeDefinition::parts).unwrap_or_default();
    std::iter::once(data_type).chain(parts.into_iter().flat_map(with_parts)).collect()
}
