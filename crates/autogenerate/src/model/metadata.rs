//! The list of all models.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::{
    describe::{Table, TableModel},
    enumeration::{EnumModel, EnumStorage},
    location::Place,
    sequence::SequenceModel,
};
use crate::{introspect::Scope, plan::Renames, schema::Name};

/// The schema of what names none, where there is more than one.
pub(super) const DEFAULT_SCHEMA: &str = "public";

/// Every model of a database.
///
/// ```
/// # use autogenerate::{Table, model::Metadata};
/// #[derive(Table)]
/// #[table(name = "items")]
/// struct Item {
///     #[column(primary_key)]
///     id: i64,
/// }
///
/// let metadata = Metadata::new().table::<Item>();
/// assert!(metadata.schema()?.tables.values().all(|table| table.constraints.contains_key("items_pkey")));
/// # Ok::<(), autogenerate::model::MetadataError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Metadata {
    pub(super) tables: Vec<TableModel>,
    pub(super) sequences: Vec<SequenceModel>,
    pub(super) namespaces: BTreeSet<&'static str>,
    pub(super) extensions: BTreeMap<&'static str, Option<&'static str>>,
    qualified: bool,
}

impl Metadata {
    /// No models.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// These, and the table of `T`.
    #[must_use]
    pub fn table<T: Table>(mut self) -> Self {
        self.tables.push(T::TABLE);
        self.qualified |= names_a_schema(&T::TABLE);
        self
    }

    /// These, and a sequence.
    #[must_use]
    pub fn sequence(mut self, sequence: SequenceModel) -> Self {
        self.qualified |= sequence.schema.is_some();
        self.sequences.push(sequence);
        self
    }

    /// These, and one of PostgreSQL's schemas. One that a model names need not be listed.
    #[must_use]
    pub fn namespace(mut self, name: &'static str) -> Self {
        self.namespaces.insert(name);
        self.qualified = true;
        self
    }

    /// These, and an extension in the default schema.
    #[must_use]
    pub fn extension(mut self, name: &'static str) -> Self {
        self.extensions.insert(name, None);
        self.qualified = true;
        self
    }

    /// These, and an extension in a schema that is named.
    #[must_use]
    pub fn extension_in(mut self, name: &'static str, schema: &'static str) -> Self {
        self.extensions.insert(name, Some(schema));
        self.qualified = true;
        self
    }

    /// Whether a scratch schema is not enough, because a model names a schema, or there are extensions. All names are qualified then, with
    /// `public` where a model has none.
    #[must_use]
    pub fn needs_database(&self) -> bool {
        self.qualified
    }

    /// What of a database has to be read to compare it with the models; `schema` is the one that they are about where they name none.
    #[must_use]
    pub fn scope(&self, schema: &str) -> Scope {
        if self.needs_database() { Scope::Database } else { Scope::Schema(schema.to_owned()) }
    }

    /// What the hints say that was renamed.
    #[must_use]
    pub fn renames(&self) -> Renames {
        let mut renames = Renames::default();
        for table in &self.tables {
            let name = self.table_name(table);
            for column in table.columns {
                if let Some(from) = column.renamed_from {
                    renames.columns.push((name.clone(), from.to_owned(), column.name.to_owned()));
                }
            }
            if let Some(from) = table.renamed_from {
                renames.tables.push((name.sibling(from), name));
            }
        }
        for (name, model) in self.enums().collect::<BTreeMap<_, _>>() {
            for value in model.values {
                if let Some(from) = value.renamed_from {
                    renames.values.push((name.clone(), from.to_owned(), value.name.to_owned()));
                }
            }
            if let EnumStorage::Type { renamed_from: Some(from), .. } = model.storage {
                renames.enums.push((name.sibling(from), name));
            }
        }
        renames
    }

    /// Where the model of a table, a column or a partition is.
    #[must_use]
    pub fn origin(&self, table: &Name, column: Option<&str>) -> Option<Origin> {
        for model in &self.tables {
            let name = self.table_name(model);
            if name == *table {
                return match column {
                    None => Some(Origin::new(model.place, model.rust_name.to_owned())),
                    Some(column) => model.column(column).map(|column| {
                        Origin::new(column.place, format!("{}::{}", model.rust_name, column.rust_name))
                    }),
                };
            }
            let partition = model.partitions.iter().find(|partition| name.sibling(partition.name) == *table);
            if let Some(partition) = partition {
                return Some(Origin::new(partition.place, model.rust_name.to_owned()));
            }
        }
        None
    }

    /// Where the model of an enumerated type, or of one of its values, is.
    #[must_use]
    pub fn enum_origin(&self, name: &Name, value: Option<&str>) -> Option<Origin> {
        let (_, model) = self.enums().find(|(candidate, _)| candidate == name)?;
        match value {
            None => Some(Origin::new(model.place, model.rust_name.to_owned())),
            Some(value) => {
                model.values.iter().find(|candidate| candidate.name == value).map(|value| {
                    Origin::new(value.place, format!("{}::{}", model.rust_name, value.rust_name))
                })
            }
        }
    }

    /// The enums that are types of PostgreSQL, once a column.
    pub(super) fn enums(&self) -> impl Iterator<Item = (Name, &'static EnumModel)> {
        self.tables.iter().flat_map(|table| table.columns).filter_map(|column| {
            let model = column.data_type.enumeration?;
            match model.storage {
                EnumStorage::Type { name, schema, .. } => Some((self.name(schema, name), model)),
                EnumStorage::Text => None,
            }
        })
    }

    /// The name of a table.
    pub(super) fn table_name(&self, table: &TableModel) -> Name {
        self.name(table.schema, table.name)
    }

    /// A name, qualified where there is more than one schema.
    pub(super) fn name(&self, schema: Option<&str>, name: &str) -> Name {
        if self.qualified {
            Name::qualified(schema.unwrap_or(DEFAULT_SCHEMA), name)
        } else {
            Name::local(name)
        }
    }
}

/// Whether the model of a table says which schema something is in.
fn names_a_schema(table: &TableModel) -> bool {
    table.schema.is_some()
        || table.foreign_keys.iter().any(|key| key.references_schema.is_some())
        || table
            .columns
            .iter()
            .filter_map(|column| column.data_type.enumeration)
            .any(|model| matches!(model.storage, EnumStorage::Type { schema: Some(_), .. }))
}

/// Where something was said, and in which struct, enum, field or variant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The file, as `file!()` names it.
    pub file: &'static str,
    /// The line, counted from one.
    pub line: u32,
    /// Such as `Item` or `Item::name`.
    pub field: String,
}

impl Origin {
    fn new(place: Place, field: String) -> Self {
        Self { file: place.file, line: place.line, field }
    }
}

/// Such as `src/models.rs:12 (Item::name)`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} ({})", self.file, self.line, self.field)
    }
}
