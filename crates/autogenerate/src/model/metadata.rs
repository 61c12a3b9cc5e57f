//! The list of all models.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use super::{
    describe::{ForeignKeyModel, Table, TableModel},
    enumeration::EnumStorage,
    location::Location,
    selection::{DEFAULT_SCHEMA, Selection},
    sequence::SequenceModel,
    types::{SqlType, TypeDefinition, TypeModel},
};
use crate::{
    introspect::Scope,
    plan::Renames,
    schema::{Name, SqlName},
};

/// The models of a database.
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
/// let schema = metadata.schema()?;
/// assert!(schema.tables.values().all(|table| table.constraints.contains_key("items_pkey")));
/// # Ok::<(), autogenerate::model::MetadataError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Metadata {
    pub(super) tables: Vec<TableModel>,
    pub(super) sequences: Vec<SequenceModel>,
    pub(super) namespaces: BTreeSet<&'static str>,
    pub(super) extensions: BTreeMap<&'static str, Option<&'static str>>,
    pub(super) types: Vec<TypeModel>,
    sql: Vec<&'static str>,
    selection: Selection,
    qualified: bool,
}

impl Metadata {
    /// Creates an empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the table of `T`.
    #[must_use]
    pub fn table<T: Table>(mut self) -> Self {
        self.tables.push(T::TABLE);
        self.qualified |= names_a_schema(&T::TABLE);
        self
    }

    /// Adds the enum, domain or composite type of `T`. The types of columns are added
    /// automatically.
    #[must_use]
    pub fn data_type<T: SqlType + ?Sized>(mut self) -> Self {
        self.types.push(T::TYPE);
        self.qualified |= T::TYPE.with_parts().iter().any(TypeModel::is_in_a_schema);
        self
    }

    /// Adds a sequence.
    #[must_use]
    pub fn sequence(mut self, sequence: SequenceModel) -> Self {
        self.qualified |= sequence.schema.is_some();
        self.sequences.push(sequence);
        self
    }

    /// Adds a PostgreSQL schema. A schema that a model names is added automatically.
    #[must_use]
    pub fn namespace(mut self, name: &'static str) -> Self {
        self.namespaces.insert(name);
        self.qualified = true;
        self
    }

    /// Adds an extension in the default schema.
    #[must_use]
    pub fn extension(mut self, name: &'static str) -> Self {
        self.extensions.insert(name, None);
        self.qualified = true;
        self
    }

    /// Adds an extension in a given schema.
    #[must_use]
    pub fn extension_in(mut self, name: &'static str, schema: &'static str) -> Self {
        self.extensions.insert(name, Some(schema));
        self.qualified = true;
        self
    }

    /// Adds objects that are written in SQL: functions, procedures, triggers, views, materialized
    /// views, policies, row security, domains, composite and range types, collations, extended
    /// statistics and grants.
    ///
    /// A text holds the statements that create one object or several, usually
    /// `include_str!("views/active_items.sql")`. The order of the texts does not matter. Like a
    /// model, an object is compared with the actual one in PostgreSQL's own form, and a revision
    /// creates it, replaces it in place where PostgreSQL can, or drops and creates it again with
    /// what depends on it.
    ///
    /// ```
    /// # use autogenerate::{Table, model::Metadata};
    /// #[derive(Table)]
    /// #[table(name = "items")]
    /// struct Item {
    ///     #[column(primary_key)]
    ///     id: i64,
    ///     archived: bool,
    /// }
    ///
    /// Metadata::new()
    ///     .table::<Item>()
    ///     .sql("CREATE VIEW active_items AS SELECT id FROM items WHERE NOT archived");
    /// ```
    #[must_use]
    pub fn sql(mut self, text: &'static str) -> Self {
        self.sql.push(text);
        self
    }

    /// The texts that [`sql`](Self::sql) added.
    pub(crate) fn texts(&self) -> &[&'static str] {
        &self.sql
    }

    /// Declares that an object without a model is to be dropped by the next revision: a table,
    /// enum, domain, composite type, sequence, schema, extension, view, function or the like that a
    /// migration created. `name` is unquoted, as in `audit_log` or `billing.invoices`, but for a
    /// function as in `slug(text)`, and for a trigger, rule or policy as in `touch ON items`.
    ///
    /// Without this, an object that a generated revision created is never dropped when its model is
    /// gone; the revision fails, or asks. Remove the declaration when the revision is applied.
    #[must_use]
    pub fn dropped(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.qualified |= name.contains('.');
        self.selection.dropped.insert(name);
        self
    }

    /// Leaves out objects without a model whose name matches `pattern`: they are neither compared
    /// nor listed. `*` stands for any characters; a pattern with a dot matches `schema.name`.
    ///
    /// `attic.*`, where the [guide](crate::guide::copy_before_drop) keeps copies, is always
    /// ignored.
    #[must_use]
    pub fn ignore(mut self, pattern: impl Into<String>) -> Self {
        self.selection.ignored.push(pattern.into());
        self
    }

    /// Leaves out objects without a model whose name matches none of these patterns, as
    /// [`ignore`](Self::ignore) does. Can be called several times.
    #[must_use]
    pub fn only(mut self, pattern: impl Into<String>) -> Self {
        self.selection.only.push(pattern.into());
        self
    }

    /// Which objects without a model are dropped or left out.
    pub(crate) fn selection(&self) -> &Selection {
        &self.selection
    }

    /// The tables that external foreign keys reference, and where.
    pub(crate) fn externals(&self) -> impl Iterator<Item = (Name, Location)> {
        self.tables.iter().flat_map(|table| {
            let keys = table.foreign_keys.iter().filter(|key| key.external);
            keys.map(|key| (self.referenced_table(key, &self.table_name(table)), key.location))
        })
    }

    /// The name of the table that a foreign key of `table` references.
    pub(super) fn referenced_table(&self, key: &ForeignKeyModel, table: &Name) -> Name {
        match key.references_schema {
            Some(schema) => self.name(Some(schema), key.references),
            None => table.sibling(key.references),
        }
    }

    /// Whether the models need a scratch database rather than a scratch schema, because one names a
    /// schema or there are extensions. All names are then qualified, by default with `public`.
    #[must_use]
    pub fn needs_database(&self) -> bool {
        self.qualified
    }

    /// The scope to introspect for a comparison with the models. `schema` is the schema of models
    /// that name none.
    #[must_use]
    pub fn scope(&self, schema: &str) -> Scope {
        if self.needs_database() { Scope::Database } else { Scope::Schema(schema.to_owned()) }
    }

    /// The renames that `renamed_from` hints declare.
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
        let definitions: BTreeMap<_, _> =
            self.definitions().map(|model| (self.definition_name(model), model)).collect();
        for (name, model) in definitions {
            if let Some(from) = model.renamed_from() {
                renames.types.push((model.kind(), name.sibling(from), name));
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

    /// Where the model of a table, column or partition is declared.
    #[must_use]
    pub fn origin(&self, table: &Name, column: Option<&str>) -> Option<Origin> {
        for model in &self.tables {
            let name = self.table_name(model);
            if name == *table {
                return match column {
                    None => Some(Origin::new(model.location, model.rust_name.to_owned())),
                    Some(column) => model.column(column).map(|column| {
                        Origin::new(column.location, format!("{}::{}", model.rust_name, column.rust_name))
                    }),
                };
            }
            let partition = model.partitions.iter().find(|partition| name.sibling(partition.name) == *table);
            if let Some(partition) = partition {
                return Some(Origin::new(partition.location, model.rust_name.to_owned()));
            }
        }
        None
    }

    /// Where the model of an enum type or of one of its values is declared.
    #[must_use]
    pub fn enum_origin(&self, name: &Name, value: Option<&str>) -> Option<Origin> {
        let (_, model) = self.enums().find(|(candidate, _)| candidate == name)?;
        match value {
            None => Some(Origin::new(model.location, model.rust_name.to_owned())),
            Some(value) => model.values.iter().find(|candidate| candidate.name == value).map(|value| {
                Origin::new(value.location, format!("{}::{}", model.rust_name, value.rust_name))
            }),
        }
    }

    /// Where the model of a domain or composite type is declared.
    #[must_use]
    pub fn type_origin(&self, name: &SqlName) -> Option<Origin> {
        let is_it = |model: &&TypeDefinition| {
            model.kind() == name.kind && self.definition_name(model).to_string() == name.name
        };
        let model = self.definitions().find(is_it)?;
        Some(Origin::new(model.location(), model.rust_name().to_owned()))
    }

    /// The name of a table.
    pub(super) fn table_name(&self, table: &TableModel) -> Name {
        self.name(table.schema, table.name)
    }

    /// A name, qualified if [`needs_database`](Self::needs_database).
    pub(super) fn name(&self, schema: Option<&str>, name: &str) -> Name {
        if self.qualified {
            Name::qualified(schema.unwrap_or(DEFAULT_SCHEMA), name)
        } else {
            Name::local(name)
        }
    }
}

/// Whether a table's model names a schema anywhere.
fn names_a_schema(table: &TableModel) -> bool {
    table.schema.is_some()
        || table.foreign_keys.iter().any(|key| key.references_schema.is_some())
        || table.columns.iter().flat_map(|column| column.data_type.with_parts()).any(|it| it.is_in_a_schema())
}

/// Where something is declared, and in which struct, enum, field or variant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The file, as `file!()` names it.
    pub file: &'static str,
    /// The line, starting at 1.
    pub line: u32,
    /// The item, such as `Item` or `Item::name`.
    pub field: String,
}

impl Origin {
    pub(super) fn new(location: Location, field: String) -> Self {
        Self { file: location.file, line: location.line, field }
    }
}

/// Prints, for example, `src/models.rs:12 (Item::name)`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{} ({})", self.file, self.line, self.field)
    }
}
