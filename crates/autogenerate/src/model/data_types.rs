//! The types that models use.

use super::{
    enumeration::{EnumModel, EnumStorage},
    metadata::Metadata,
    types::{TypeDefinition, TypeModel},
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
        of_columns.chain(self.types.iter().copied()).flat_map(TypeModel::with_parts)
    }
}
