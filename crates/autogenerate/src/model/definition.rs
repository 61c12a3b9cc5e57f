//! Domains and composite types, as the derive macros describe them.

use std::{collections::BTreeSet, fmt::Write as _};

use super::{
    describe::CheckModel, enumeration::EnumStorage, location::Location, metadata::Metadata, types::TypeModel,
};
use crate::schema::{Name, Object, SqlKind, SqlName, SqlObject, quote_identifier, quote_literal};

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
    pub(super) fn kind(&self) -> SqlKind {
        match self {
            Self::Domain(_) => SqlKind::Domain,
            Self::Composite(_) => SqlKind::CompositeType,
        }
    }

    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Domain(DomainModel { name, .. }) | Self::Composite(CompositeModel { name, .. }) => name,
        }
    }

    pub(super) fn schema(&self) -> Option<&'static str> {
        match self {
            Self::Domain(DomainModel { schema, .. }) | Self::Composite(CompositeModel { schema, .. }) => {
                *schema
            }
        }
    }

    pub(super) fn rust_name(&self) -> &'static str {
        match self {
            Self::Domain(DomainModel { rust_name, .. })
            | Self::Composite(CompositeModel { rust_name, .. }) => rust_name,
        }
    }

    pub(super) fn renamed_from(&self) -> Option<&'static str> {
        match self {
            Self::Domain(DomainModel { renamed_from, .. })
            | Self::Composite(CompositeModel { renamed_from, .. }) => *renamed_from,
        }
    }

    pub(super) fn location(&self) -> Location {
        match self {
            Self::Domain(DomainModel { location, .. }) | Self::Composite(CompositeModel { location, .. }) => {
                *location
            }
        }
    }

    /// The types of its attributes, or its base type.
    pub(super) fn parts(&self) -> Vec<TypeModel> {
        match self {
            Self::Domain(model) => vec![model.base],
            Self::Composite(model) => model.attributes.iter().map(|one| one.data_type).collect(),
        }
    }
}

impl Metadata {
    /// The name of a domain or composite type.
    pub(super) fn definition_name(&self, model: &TypeDefinition) -> Name {
        self.name(model.schema(), model.name())
    }

    /// The enum, domain or composite type that a type, or its array element, is.
    pub(super) fn user_type(&self, data_type: TypeModel) -> Option<Object> {
        if let Some(definition) = data_type.definition {
            return Some(Object::Sql(SqlName::of_type(definition.kind(), &self.definition_name(definition))));
        }
        match data_type.enumeration?.storage {
            EnumStorage::Type { name, schema, .. } => Some(Object::Enum(self.name(schema, name))),
            EnumStorage::Text => None,
        }
    }

    /// A type as SQL.
    pub(super) fn type_sql(&self, data_type: TypeModel) -> String {
        let name = match self.user_type(data_type) {
            Some(Object::Enum(name)) => name.to_string(),
            Some(Object::Sql(name)) => name.name,
            _ => data_type.name.to_owned(),
        };
        format!("{name}{}", "[]".repeat(data_type.dimensions))
    }

    /// The statements that create a domain or composite type, and what it uses.
    pub(super) fn definition_object(&self, definition: &TypeDefinition) -> SqlObject {
        let name = self.definition_name(definition);
        let (create, word, comment) = match definition {
            TypeDefinition::Domain(model) => (self.create_domain(&name, model), "DOMAIN", model.comment),
            TypeDefinition::Composite(model) => (self.create_composite(&name, model), "TYPE", model.comment),
        };
        let comment_on = |what: &str, text: &str| format!("COMMENT ON {what} IS {}", quote_literal(text));
        let mut statements = vec![create];
        statements.extend(comment.map(|text| comment_on(&format!("{word} {name}"), text)));
        if let TypeDefinition::Composite(model) = definition {
            statements.extend(model.attributes.iter().filter_map(|one| {
                let column = format!("COLUMN {name}.{}", quote_identifier(one.name));
                Some(comment_on(&column, one.comment?))
            }));
        }
        let mut uses: BTreeSet<_> =
            definition.parts().into_iter().filter_map(|part| self.user_type(part)).collect();
        uses.extend(Object::namespace(&name));
        SqlObject {
            create: statements,
            drop: vec![format!("DROP {word} {name}")],
            signature: None,
            uses,
            missing: BTreeSet::new(),
        }
    }

    fn create_domain(&self, name: &Name, model: &DomainModel) -> String {
        let mut sql =
            format!("CREATE DOMAIN {name} AS {}{}", self.type_sql(model.base), collate(model.collation));
        if let Some(default) = model.default {
            _ = write!(sql, " DEFAULT {default}");
        }
        for check in model.checks {
            if let Some(name) = check.name {
                _ = write!(sql, " CONSTRAINT {}", quote_identifier(name));
            }
            _ = write!(sql, " CHECK ({})", check.expression);
        }
        if model.not_null {
            sql.push_str(" NOT NULL");
        }
        sql
    }

    fn create_composite(&self, name: &Name, model: &CompositeModel) -> String {
        let attribute = |one: &AttributeModel| {
            let (name, data_type) = (quote_identifier(one.name), self.type_sql(one.data_type));
            format!("{name} {data_type}{}", collate(one.collation))
        };
        let attributes: Vec<_> = model.attributes.iter().map(attribute).collect();
        format!("CREATE TYPE {name} AS ({})", attributes.join(", "))
    }
}

fn collate(collation: Option<&str>) -> String {
    collation.map(|name| format!(" COLLATE {}", quote_identifier(name))).unwrap_or_default()
}
