//! Finds out which objects generated revisions created, while the migrations are replayed.
//!
//! The catalogs are compared before and after each revision. An object has the same OID under any
//! name, so a rename in any migration is followed, and what a person wrote into a generated file
//! counts as generated. Reading the statements instead would miss both.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{PgConnection, Row as _};

use crate::{
    introspect::{Scope, SqlOids},
    revision::Revision,
    schema::{Name, Object, SqlKind, SqlName},
};

/// The identity of an object: its kind and OID.
type Id = (String, i64);

/// The schema or the table, if any, and the name of an object.
type FullName = (Option<String>, String);

/// The objects that exist, and those that generated revisions created.
#[derive(Debug)]
pub(super) struct Created {
    existing: BTreeMap<Id, FullName>,
    generated: BTreeSet<Id>,
}

impl Created {
    /// Starts before the first revision.
    pub(super) async fn begin(conn: &mut PgConnection) -> sqlx::Result<Self> {
        Ok(Self { existing: load(conn).await?, generated: BTreeSet::new() })
    }

    /// Records what a revision created; `None` if it was not a revision.
    pub(super) async fn record(
        &mut self,
        conn: &mut PgConnection,
        revision: Option<&Revision>,
    ) -> sqlx::Result<()> {
        let is_generated = |(kind, _): &Id, name: &FullName| {
            revision.is_some_and(|revision| revision.creates_for_models(&described(kind, name)))
        };
        let before = std::mem::replace(&mut self.existing, load(conn).await?);
        for (id, name) in self.existing.iter().filter(|(id, _)| !before.contains_key(*id)) {
            // An object that replaces one of the same name, like an enum whose values are removed,
            // belongs to the creator of the first one.
            let is_replaced = |(old, named): &(&Id, &FullName)| {
                old.0 == id.0 && *named == name && !self.existing.contains_key(*old)
            };
            let replaced = before.iter().find(is_replaced).map(|(old, _)| old);
            if replaced.map_or_else(|| is_generated(id, name), |old| self.generated.contains(old)) {
                self.generated.insert(id.clone());
            }
        }
        Ok(())
    }

    /// The existing objects that generated revisions created, as the revision that takes their
    /// place lists them.
    pub(super) fn described(&self) -> BTreeSet<String> {
        let existing = self.existing.iter().filter(|(id, _)| self.generated.contains(*id));
        existing.map(|((kind, _), name)| described(kind, name)).collect()
    }

    /// The existing objects that generated revisions created, by their current names; `oids` are
    /// those of the objects that are defined by a text of SQL.
    pub(super) fn generated(&self, scope: &Scope, oids: &SqlOids) -> BTreeSet<Object> {
        let existing = self.existing.iter().filter(|(id, _)| self.generated.contains(*id));
        let by_text = oids
            .iter()
            .filter(|(name, oid)| self.generated.contains(&(name.kind.name().to_owned(), i64::from(oid.0))));
        let by_text = by_text.map(|(name, _)| Object::Sql(name.clone()));
        existing.filter_map(|((kind, _), name)| object(kind, name, scope)).chain(by_text).collect()
    }
}

/// An object as a revision in place of generated ones lists it.
fn described(kind: &str, name: &FullName) -> String {
    match (object(kind, name, &Scope::Database), name) {
        (Some(object), _) => object.to_string(),
        (None, (Some(parent), name)) => format!("{kind} {parent}.{name}"),
        (None, (None, name)) => format!("{kind} {name}"),
    }
}

/// The object with this name; `None` if it is outside of the scope,
/// or if only the reader knows its name.
fn object(kind: &str, (schema, name): &FullName, scope: &Scope) -> Option<Object> {
    let full = || match scope {
        Scope::Database => Some(Name { schema: schema.clone(), name: name.clone() }),
        Scope::Schema(own) => (schema.as_ref() == Some(own)).then(|| Name::local(name)),
    };
    match kind {
        "table" => full().map(Object::Table),
        "sequence" => full().map(Object::Sequence),
        "enum" => full().map(Object::Enum),
        "domain" => full().map(|name| Object::Sql(SqlName::of_type(SqlKind::Domain, &name))),
        "composite type" => full().map(|name| Object::Sql(SqlName::of_type(SqlKind::CompositeType, &name))),
        "extension" => Some(Object::Extension(name.clone())),
        "schema" => (*scope == Scope::Database).then(|| Object::Namespace(name.clone())),
        _ => None,
    }
}

async fn load(conn: &mut PgConnection) -> sqlx::Result<BTreeMap<Id, FullName>> {
    let rows = sqlx::query(include_str!("created.sql")).fetch_all(conn).await?;
    let entry = |row: sqlx::postgres::PgRow| {
        Ok(((row.try_get("kind")?, row.try_get("oid")?), (row.try_get("schema")?, row.try_get("name")?)))
    };
    rows.into_iter().map(entry).collect()
}
