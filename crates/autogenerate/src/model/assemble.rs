//! Assembles a schema from models.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    iter,
};

use super::{
    constraints,
    describe::{ColumnModel, IdentityModel, TableModel},
    enumeration::EnumModel,
    error::MetadataError,
    keys,
    location::Location,
    metadata::Metadata,
    naming::Taken,
    renames,
    selection::DEFAULT_SCHEMA,
    sequence::SequenceModel,
    types::TypeDefinition,
};
use crate::schema::{
    Column, Enum, Expression, Extension, Generated, Identity, Name, Namespace, NotNull, Object, Owner,
    PartitionOf, Schema, Sequence, SqlName, SqlObject, Table, quote_identifier,
};

impl Metadata {
    /// The schema that the models describe, as they spell it.
    ///
    /// Its SQL is not in PostgreSQL's canonical form: create it and read it back before comparing
    /// it.
    ///
    /// # Errors
    ///
    /// The models contradict each other.
    pub fn schema(&self) -> Result<Schema, MetadataError> {
        renames::check(self)?;
        let mut claims = Claims::default();
        let enums = enums(self, &mut claims)?;
        let sql_objects = definitions(self, &mut claims)?;
        for table in &self.tables {
            claims.table(&self.table_name(table), table)?;
        }
        let mut sequences = BTreeMap::new();
        for model in &self.sequences {
            let name = self.name(model.schema, model.name);
            claims.relation(&name, model.location, "sequence")?;
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
        let mut schema = Schema { enums, sequences, tables, sql_objects, ..Schema::default() };
        if self.needs_database() {
            schema.extensions = extensions(self);
            schema.namespaces = namespaces(self, &schema);
        }
        Ok(schema)
    }
}

/// The names that models claim, and where.
#[derive(Debug, Default)]
struct Claims {
    relations: HashMap<Name, Location>,
    types: HashMap<Name, Location>,
    constraints: HashMap<(Name, &'static str), Location>,
    taken: HashMap<Option<String>, Taken>,
}

impl Claims {
    fn relation(&mut self, name: &Name, location: Location, kind: &str) -> Result<(), MetadataError> {
        self.taken.entry(name.schema.clone()).or_default().relations.insert(name.name.clone());
        check_free(self.relations.insert(name.clone(), location), location, || format!("the {kind} `{name}`"))
    }

    /// Claims a table and its partitions, each of which is also a type.
    fn table(&mut self, name: &Name, model: &TableModel) -> Result<(), MetadataError> {
        let partitions =
            model.partitions.iter().map(|partition| (name.sibling(partition.name), partition.location));
        for (name, location) in iter::once((name.clone(), model.location)).chain(partitions) {
            self.relation(&name, location, "table")?;
            check_free(self.types.insert(name.clone(), location), location, || {
                format!("the table `{name}`")
            })?;
        }
        Ok(())
    }

    /// Claims the explicitly named constraints and indexes of a table.
    fn constraints(&mut self, table: &Name, model: &TableModel) -> Result<(), MetadataError> {
        for index in model.indexes {
            if let Some(name) = index.name {
                self.relation(&table.sibling(name), index.location, "index")?;
            }
        }
        let keys = model.primary_key.iter().chain(model.uniques).map(|key| (key.name, key.location));
        let exclusions = model.exclusions.iter().map(|exclusion| (exclusion.name, exclusion.location));
        for (name, location) in keys.chain(exclusions) {
            if let Some(name) = name {
                self.relation(&table.sibling(name), location, "constraint")?;
                self.constraint(table, name, location)?;
            }
        }
        let foreign_keys = model.foreign_keys.iter().map(|key| (key.name, key.location));
        for (name, location) in
            foreign_keys.chain(model.checks.iter().map(|check| (check.name, check.location)))
        {
            if let Some(name) = name {
                self.constraint(table, name, location)?;
            }
        }
        Ok(())
    }

    fn constraint(
        &mut self,
        table: &Name,
        name: &'static str,
        location: Location,
    ) -> Result<(), MetadataError> {
        self.taken.entry(table.schema.clone()).or_default().constraints.insert(name.to_owned());
        let other = self.constraints.insert((table.clone(), name), location);
        check_free(other, location, || format!("the constraint `{name}` of `{table}`"))
    }
}

/// Rejects a name that another object has claimed.
fn check_free(
    other: Option<Location>,
    location: Location,
    what: impl FnOnce() -> String,
) -> Result<(), MetadataError> {
    other.map_or(Ok(()), |other| Err(MetadataError::Taken { location, what: what(), other }))
}

/// The enum types of all columns.
fn enums(metadata: &Metadata, claims: &mut Claims) -> Result<BTreeMap<Name, Enum>, MetadataError> {
    let mut models: BTreeMap<Name, &EnumModel> = BTreeMap::new();
    for (name, model) in metadata.enums() {
        claims.types.insert(name.clone(), model.location);
        if let Some(other) = models.insert(name.clone(), model)
            && !describe_same_type(model, other)
        {
            return Err(MetadataError::Enum {
                location: model.location,
                name: name.to_string(),
                other: other.location,
            });
        }
    }
    let schema = |model: &EnumModel| Enum {
        owner: Owner::default(),
        values: model.values.iter().map(|value| value.name.to_owned()).collect(),
        comment: model.comment.map(str::to_owned),
    };
    Ok(models.into_iter().map(|(name, model)| (name, schema(model))).collect())
}

/// The domains and composite types of all columns.
fn definitions(
    metadata: &Metadata,
    claims: &mut Claims,
) -> Result<BTreeMap<SqlName, SqlObject>, MetadataError> {
    let mut all = BTreeMap::new();
    let mut models: HashMap<Name, &TypeDefinition> = HashMap::new();
    for model in metadata.definitions() {
        let (name, location) = (metadata.definition_name(model), model.location());
        let object = metadata.definition_object(model);
        if let Some(other) = models.insert(name.clone(), model) {
            let is_same = metadata.definition_object(other) == object
                && (model.kind(), model.renamed_from()) == (other.kind(), other.renamed_from());
            if !is_same {
                let name = name.to_string();
                return Err(MetadataError::Definition { location, name, other: other.location() });
            }
        } else {
            check_free(claims.types.insert(name.clone(), location), location, || {
                format!("the type `{name}`")
            })?;
        }
        all.insert(SqlName::of_type(model.kind(), &name), object);
    }
    Ok(all)
}

/// Whether two enums describe the same type, wherever they are defined.
fn describe_same_type(one: &EnumModel, other: &EnumModel) -> bool {
    let values = |model: &EnumModel| -> Vec<_> {
        model.values.iter().map(|value| (value.name, value.renamed_from)).collect()
    };
    (one.storage, one.comment) == (other.storage, other.comment) && values(one) == values(other)
}

fn extensions(metadata: &Metadata) -> BTreeMap<String, Extension> {
    let extension = |schema: Option<&str>| Extension {
        schema: Some(schema.unwrap_or(DEFAULT_SCHEMA).to_owned()),
        ..Extension::default()
    };
    metadata.extensions.iter().map(|(&name, &schema)| (name.to_owned(), extension(schema))).collect()
}

/// The listed schemas and those that contain an object, except the default one, which every
/// database has.
fn namespaces(metadata: &Metadata, schema: &Schema) -> BTreeMap<String, Namespace> {
    let names = schema.tables.keys().chain(schema.enums.keys()).chain(schema.sequences.keys());
    let of_types = metadata.definitions().map(|model| metadata.definition_name(model));
    let of_objects = names.cloned().chain(of_types).filter_map(|name| name.schema);
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
            let owner = owner.ok_or_else(|| MetadataError::UnknownTable {
                location: model.location,
                table: name.to_string(),
            })?;
            keys::check_columns(&[column], owner, &name, model.location)?;
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

/// A table with its columns, constraints and indexes, without its partitions.
fn table(metadata: &Metadata, model: &TableModel, taken: &mut Taken) -> Result<Table, MetadataError> {
    let mut columns: Vec<Column> =
        model.columns.iter().map(|column| self::column(metadata, column)).collect();
    for key in model.primary_key.iter().flat_map(|key| key.columns) {
        columns.iter_mut().filter(|column| column.name == *key).for_each(|column| column.nullable = false);
    }
    Ok(Table {
        columns,
        constraints: constraints::constraints(metadata, model, taken)?,
        indexes: constraints::indexes(model, taken),
        partition_by: model.partition_by.map(str::to_owned),
        partition_of: None,
        inherits: Vec::new(),
        owner: Owner::default(),
        unlogged: model.unlogged,
        options: options(model.options),
        comment: model.comment.map(str::to_owned),
    })
}

/// Splits storage parameters, and sorts them.
fn options(text: Option<&str>) -> Vec<String> {
    let mut options: Vec<String> =
        text.into_iter().flat_map(|text| text.split(',')).map(|one| one.trim().to_owned()).collect();
    options.sort();
    options
}

fn column(metadata: &Metadata, model: &ColumnModel) -> Column {
    let (mut enum_type, mut type_uses) = (None, BTreeSet::new());
    match metadata.user_type(model.data_type) {
        Some(Object::Enum(name)) => enum_type = Some(name),
        defined => type_uses.extend(defined),
    }
    Column {
        name: model.name.to_owned(),
        data_type: metadata.type_sql(model.data_type),
        enum_type,
        type_uses,
        row_type: None,
        inherited: false,
        identity_sequence: None,
        collation: model.collation.map(quote_identifier),
        nullable: model.data_type.nullable,
        not_null: NotNull::default(),
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
