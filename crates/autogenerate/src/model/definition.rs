//! The SQL of domains and composite types.

use std::{collections::BTreeSet, fmt::Write as _};

use super::{
    enumeration::EnumStorage,
    metadata::Metadata,
    types::{AttributeModel, CompositeModel, DomainModel, TypeDefinition, TypeModel},
};
use crate::schema::{Name, Object, Owner, SqlName, SqlObject, quote_identifier, quote_literal};

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
            owner: Owner::default(),
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
