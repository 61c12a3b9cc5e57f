//! From models to a schema.

use std::{
    collections::{BTreeMap, HashMap},
    iter,
};

use super::{
    constraints,
    describe::{ColumnModel, IdentityModel, TableModel},
    enumeration::{EnumModel, EnumStorage},
    error::MetadataError,
    keys,
    metadata::{DEFAULT_SCHEMA, Metadata},
    naming::Taken,
    location::Place,
    renames,
    sequence::SequenceModel,
};
use crate::schema::{
    Column, Enum, Expression, Extension, Generated, Identity, Name, Namespace, PartitionOf, Schema, Sequence,
    Table, quote_identifier,
};

impl Metadata {
    /// Everything that the models say, as it was written: good for being created and read back, not for being compared.
    ///
    /// # Errors
    ///
    /// Where models contradict each other.
    pub fn schema(&self) -> Result<Schema, MetadataError> {
        renames::check(self)?;
        let mut claims = Claims::default();
        let enums = enums(self, &mut claims)?;
        for table in &self.tables {
            claims.table(&self.table_name(table), table)?;
        }
        let mut sequences = BTreeMap::new();
        for model in &self.sequences {
            let name = self.name(model.schema, model.name);
            claims.relation(&name, model.place, "sequence")?;
            sequences.insert(name, sequence(self, model)?);
        }
        for table in &self.tables {
            claims.constraints(&self.table_name(table), table)?;
        }
        let mut tables = BTreeMap::new();
        for model in &self.tables {
            let name = self.table_name(model);
            let taken = claims.taken.entry(name.schema.clone()).or_default();
            let table = table(self, model, taken)?;
            for partition in model.partitions {
                let bound = partition
                    .values
                    .map_or_else(|| "DEFAULT".to_owned(), |values| format!("FOR VALUES {values}"));
                let table = Table {
                    columns: table.columns.clone(),
                    partition_of: Some(PartitionOf { parent: name.clone(), bound }),
                    comment: partition.comment.map(str::to_owned),
                    ..Table::default()
                };
                tables.insert(name.sibling(partition.name), table);
            }
            tables.insert(name, table);
        }
        let mut schema = Schema { enums, sequences, tables, ..Schema::default() };
        if self.needs_database() {
            schema.extensions = extensions(self);
            schema.namespaces = namespaces(self, &schema);
        }
        Ok(schema)
    }
}

/// Names that models gave, and where.
#[derive(Debug, Default)]
struct Claims {
    relations: HashMap<Name, Place>,
    types: HashMap<Name, Place>,
    constraints: HashMap<(Name, &'static str), Place>,
    taken: HashMap<Option<String>, Taken>,
}

impl Claims {
    fn relation(&mut self, name: &Name, place: Place, kind: &str) -> Result<(), MetadataError> {
        self.taken.entry(name.schema.clone()).or_default().relations.insert(name.name.clone());
        free(self.relations.insert(name.clone(), place), place, || format!("the {kind} `{name}`"))
    }

    /// A table and its partitions, each of which is a type as well.
    fn table(&mut self, name: &Name, model: &TableModel) -> Result<(), MetadataError> {
        let partitions =
            model.partitions.iter().map(|partition| (name.sibling(partition.name), partition.place));
        for (name, place) in iter::once((name.clone(), model.place)).chain(partitions) {
            self.relation(&name, place, "table")?;
            free(self.types.insert(name.clone(), place), place, || format!("the table `{name}`"))?;
        }
        Ok(())
    }

    /// The constraints and indexes of a table that have names.
    fn constraints(&mut self, table: &Name, model: &TableModel) -> Result<(), MetadataError> {
        for index in model.indexes {
            if let Some(name) = index.name {
                self.relation(&table.sibling(name), index.place, "index")?;
            }
        }
        let keys = model.primary_key.iter().chain(model.uniques).map(|key| (key.name, key.place));
        let exclusions = model.exclusions.iter().map(|exclusion| (exclusion.name, exclusion.place));
        for (name, place) in keys.chain(exclusions) {
            if let Some(name) = name {
                self.relation(&table.sibling(name), place, "constraint")?;
                self.constraint(table, name, place)?;
            }
        }
        let foreign_keys = model.foreign_keys.iter().map(|key| (key.name, key.place));
        for (name, place) in foreign_keys.chain(model.checks.iter().map(|check| (check.name, check.place))) {
            if let Some(name) = name {
                self.constraint(table, name, place)?;
            }
        }
        Ok(())
    }

    fn constraint(&mut self, table: &Name, name: &'static str, place: Place) -> Result<(), MetadataError> {
        self.taken.entry(table.schema.clone()).or_default().constraints.insert(name.to_owned());
        let other = self.constraints.insert((table.clone(), name), place);
        free(other, place, || format!("the constraint `{name}` of `{table}`"))
    }
}

/// Whether nothing else has a name.
fn free(other: Option<Place>, place: Place, what: impl FnOnce() -> String) -> Result<(), MetadataError> {
    other.map_or(Ok(()), |other| Err(MetadataError::Taken { place, what: what(), other }))
}

/// The enumerated types of all columns.
fn enums(metadata: &Metadata, claims: &mut Claims) -> Result<BTreeMap<Name, Enum>, MetadataError> {
    let mut models: BTreeMap<Name, &EnumModel> = BTreeMap::new();
    for (name, model) in metadata.enums() {
        claims.types.insert(name.clone(), model.place);
        if let Some(other) = models.insert(name.clone(), model)
            && !alike(model, other)
        {
            return Err(MetadataError::Enum {
                place: model.place,
                name: name.to_string(),
                other: other.place,
            });
        }
    }
    let schema = |model: &EnumModel| Enum {
        values: model.values.iter().map(|value| value.name.to_owned()).collect(),
        comment: model.comment.map(str::to_owned),
    };
    Ok(models.into_iter().map(|(name, model)| (name, schema(model))).collect())
}

/// Whether two enums make the same type, wherever they are.
fn alike(one: &EnumModel, other: &EnumModel) -> bool {
    let values = |model: &EnumModel| -> Vec<_> {
        model.values.iter().map(|value| (value.name, value.renamed_from)).collect()
    };
    (one.storage, one.comment) == (other.storage, other.comment) && values(one) == values(other)
}

fn extensions(metadata: &Metadata) -> BTreeMap<String, Extension> {
    let extension =
        |schema: Option<&str>| Extension { schema: Some(schema.unwrap_or(DEFAULT_SCHEMA).to_owned()) };
    metadata.extensions.iter().map(|(&name, &schema)| (name.to_owned(), extension(schema))).collect()
}

/// The schemas that are listed, and those that something is in. The default one is in every database, so nothing has to make it.
fn namespaces(metadata: &Metadata, schema: &Schema) -> BTreeMap<String, Namespace> {
    let names = schema.tables.keys().chain(schema.enums.keys()).chain(schema.sequences.keys());
    let of_objects = names.filter_map(|name| name.schema.clone());
    let of_extensions = schema.extensions.values().filter_map(|extension| extension.schema.clone());
    let listed = metadata.namespaces.iter().map(|&name| name.to_owned());
    let all = listed.chain(of_objects).chain(of_extensions).filter(|name| name != DEFAULT_SCHEMA);
    all.map(|name| (name, Namespace::default())).collect()
}

fn sequence(metadata: &Metadata, model: &SequenceModel) -> Result<Sequence, MetadataError> {
    let owned_by = match model.owned_by {
        None => None,
        Some((table, column)) => {
            let name = metadata.name(model.schema, table);
            let owner = metadata.tables.iter().find(|table| metadata.table_name(table) == name);
            let owner = owner
                .ok_or_else(|| MetadataError::UnknownTable { place: model.place, table: name.to_string() })?;
            keys::known(&[column], owner, &name, model.place)?;
            Some((name, column.to_owned()))
        }
    };
    Ok(Sequence {
        data_type: model.data_type.to_owned(),
        options: model.options(),
        owned_by,
        comment: model.comment.map(str::to_owned),
    })
}

/// A table with everything that belongs to it, but for its partitions.
fn table(metadata: &Metadata, model: &TableModel, taken: &mut Taken) -> Result<Table, MetadataError> {
    let mut columns: Vec<Column> =
        model.columns.iter().map(|column| self::column(metadata, column)).collect();
    for key in model.primary_key.iter().flat_map(|key| key.columns) {
        columns.iter_mut().filter(|column| column.name == *key).for_each(|column| column.nullable = false);
    }
    Ok(Table {
        columns,
        constraints: constraints::of(metadata, model, taken)?,
        indexes: constraints::indexes(model, taken),
        partition_by: model.partition_by.map(str::to_owned),
        partition_of: None,
        unlogged: model.unlogged,
        options: options(model.options),
        comment: model.comment.map(str::to_owned),
    })
}

/// Storage parameters one by one, sorted.
fn options(text: Option<&str>) -> Vec<String> {
    let mut options: Vec<String> =
        text.into_iter().flat_map(|text| text.split(',')).map(|one| one.trim().to_owned()).collect();
    options.sort();
    options
}

fn column(metadata: &Metadata, model: &ColumnModel) -> Column {
    let enum_type = model.data_type.enumeration.and_then(|model| match model.storage {
        EnumStorage::Type { name, schema, .. } => Some(metadata.name(schema, name)),
        EnumStorage::Text => None,
    });
    Column {
        name: model.name.to_owned(),
        data_type: model.sql_type(enum_type.as_ref()),
        enum_type,
        collation: model.collation.map(quote_identifier),
        nullable: model.data_type.nullable,
        default: model.default.map(expression),
        identity: model
            .identity
            .map(|identity| Identity { always: identity == IdentityModel::Always, options: None }),
        generated: model.generated.map(|generated| Generated {
            expression: expression(generated.expression),
            stored: generated.stored,
        }),
        comment: model.comment.map(str::to_owned),
    }
}

fn expression(sql: &str) -> Expression {
    Expression { sql: sql.to_owned(), ..Expression::default() }
}
