//! Which objects this project manages.

use std::collections::BTreeSet;

use super::replay::Replayed;
use crate::{
    introspect::{Reading, Unhandled},
    model::Metadata,
    schema::{Name, Object, Schema, SqlName, SqlObject, quote_identifier},
};

/// Tells apart the three kinds of objects: *described* by a model; *ours once*, which a generated
/// revision created and no model describes now; and *foreign*, which is everything else. Foreign
/// objects are never changed.
#[derive(Debug)]
pub(super) struct Ownership<'a> {
    metadata: &'a Metadata,
    /// The schema of unqualified names.
    home: String,
    /// The objects of the models, by their new names and by those that they are renamed from.
    described: BTreeSet<Object>,
    /// The objects without a model that are managed.
    ours_once: BTreeSet<Object>,
    /// The objects that the models' texts create.
    written: BTreeSet<SqlName>,
    /// The settings that migrations make. Others, such as privileges, were given by hand.
    replayed: BTreeSet<SqlName>,
}

impl<'a> Ownership<'a> {
    /// Manages only what the models describe.
    pub(super) fn described(metadata: &'a Metadata, declared: &Schema, home: &str) -> Self {
        let renamed = metadata.renames().pairs().into_iter().map(|(old, _)| old);
        let described = objects(declared).chain(renamed).collect();
        Self {
            metadata,
            home: home.to_owned(),
            described,
            ours_once: BTreeSet::new(),
            written: BTreeSet::new(),
            replayed: BTreeSet::new(),
        }
    }

    /// Manages what the models' texts create as well.
    pub(super) fn with_written(mut self, models: &Schema) -> Self {
        self.written.extend(models.sql_objects.keys().cloned());
        self
    }

    /// Manages what generated revisions created as well, and what is declared as dropped. A schema
    /// that contains foreign objects is left alone.
    pub(super) fn with_replayed(mut self, replayed: &Replayed, live: &Reading) -> Self {
        let selection = self.metadata.selection();
        let names = replayed.schema.sql_objects.keys();
        self.replayed.extend(names.filter(|name| name.kind.is_setting()).cloned());
        // Extensions are only dropped if declared: other objects may depend on them.
        let generated = replayed.generated.iter().filter(|object| !matches!(object, Object::Extension(_)));
        let generated = generated.filter(|object| selection.includes(object, &self.home)).cloned();
        let dropped = objects(&replayed.schema).filter(|object| selection.drops(object));
        let is_written = |object: &Object| matches!(object, Object::Sql(name) if self.written.contains(name));
        let is_described = |object: &Object| self.described.contains(object) || is_written(object);
        self.ours_once = generated.chain(dropped).filter(|object| !is_described(object)).collect();
        let occupied: Vec<Object> =
            self.ours_once.iter().filter(|object| self.has_foreign_contents(object, live)).cloned().collect();
        self.ours_once.retain(|object| !occupied.contains(object));
        self
    }

    fn manages(&self, object: &Object) -> bool {
        self.described.contains(object) || self.ours_once.contains(object)
    }

    fn has_foreign_contents(&self, object: &Object, live: &Reading) -> bool {
        let Object::Namespace(namespace) = object else { return false };
        let is_within = |object: &Object| match object {
            Object::Table(name) | Object::Enum(name) => name.schema.as_ref() == Some(namespace),
            _ => false,
        };
        let prefix = format!("{}.", quote_identifier(namespace));
        objects(&live.schema).any(|object| is_within(&object) && !self.manages(&object))
            || live
                .schema
                .sql_objects
                .keys()
                .any(|name| name.name.starts_with(&prefix) && !self.manages(&Object::Sql(name.clone())))
            || live.unhandled.iter().any(|it| it.name.starts_with(&prefix))
    }

    /// The objects that are ours once, as far as `from` contains them and they are not declared as
    /// dropped: what happened to them is for a person to say. A partition follows its partitioned
    /// table.
    pub(super) fn undescribed(&self, from: &Schema) -> Vec<Object> {
        let is_open =
            |object: &Object| self.ours_once.contains(object) && !self.metadata.selection().drops(object);
        let is_part = |object: &Object| match object {
            Object::Table(name) => from
                .tables
                .get(name)
                .and_then(|table| table.parent())
                .is_some_and(|parent| self.ours_once.contains(&Object::Table(parent.clone()))),
            Object::Sequence(name) => from.sequences.get(name).is_some_and(|it| it.owned_by.is_some()),
            // It is dropped with the table or view that it is part of.
            Object::Sql(name) => self.is_part_of_undescribed(name, from),
            _ => false,
        };
        objects(from).filter(|object| is_open(object) && !is_part(object)).collect()
    }

    /// Whether an object is part of a table or view that has no model either.
    fn is_part_of_undescribed(&self, name: &SqlName, from: &Schema) -> bool {
        let Some(table) = &name.table else { return false };
        let is_view = |used: &&Object| matches!(used, Object::Sql(view) if view.kind.is_view() && view.name == table.to_string());
        let uses = from.sql_objects.get(name).into_iter().flat_map(|it| &it.uses);
        uses.filter(|used| **used == Object::Table(table.clone()) || is_view(used))
            .any(|used| self.ours_once.contains(used))
    }

    /// Whether an object that is defined by a text of SQL is managed. A setting is if a text makes
    /// it, or if a migration makes it on an object without a model. What was set by hand is never
    /// compared.
    fn manages_text(&self, name: &SqlName, it: &SqlObject) -> bool {
        let is_ours = |used: &Object| matches!(used, Object::Sql(_)) && self.ours_once.contains(used);
        self.written.contains(name)
            || self.manages(&Object::Sql(name.clone()))
            || self.replayed.contains(name) && it.uses.iter().any(is_ours)
    }

    /// The declarations of dropped objects that match nothing in `from`.
    pub(super) fn stale_drops(&self, from: &Schema) -> Vec<String> {
        let given = self.metadata.selection().dropped();
        let is_stale = |given: &&str| !objects(from).any(|object| crate::model::is_named(&object, given));
        given.filter(is_stale).map(str::to_owned).collect()
    }

    /// Removes the foreign objects from `schema`, and returns those that are not left out.
    pub(super) fn restrict(&self, schema: &mut Schema) -> Vec<Unhandled> {
        let mut foreign = Vec::new();
        let mut leave = |kind: &'static str, object: &Object, name: String| {
            if self.metadata.selection().includes(object, &self.home) {
                foreign.push(Unhandled { kind, name });
            }
            false
        };
        schema.tables.retain(|name, _| {
            let object = Object::Table(name.clone());
            self.manages(&object) || leave("table", &object, name.to_string())
        });
        schema.sequences.retain(|name, sequence| {
            let object = Object::Sequence(name.clone());
            let owner = sequence.owned_by.as_ref().map(|(table, _)| Object::Table(table.clone()));
            match owner {
                Some(owner) => self.manages(&owner) || self.manages(&object),
                None => self.manages(&object) || leave("sequence", &object, name.to_string()),
            }
        });
        schema.enums.retain(|name, _| {
            let object = Object::Enum(name.clone());
            self.manages(&object) || leave("enum", &object, name.to_string())
        });
        schema.extensions.retain(|name, _| {
            let object = Object::Extension(name.clone());
            self.manages(&object) || leave("extension", &object, quote_identifier(name))
        });
        schema.namespaces.retain(|name, _| {
            let object = Object::Namespace(name.clone());
            name == "public" || self.manages(&object) || leave("schema", &object, quote_identifier(name))
        });
        let mut by_text = Vec::new();
        schema.sql_objects.retain(|name, it| {
            let is_managed = self.manages_text(name, it);
            if !is_managed && !name.kind.is_setting() {
                let of_table = |table: &Name| format!("{} ON {table}", name.name);
                let text = name.table.as_ref().map_or_else(|| name.name.clone(), of_table);
                by_text.push(Unhandled { kind: name.kind.name(), name: text });
            }
            is_managed
        });
        foreign.extend(self.select(by_text));
        foreign
    }

    /// Removes the objects that are left out from a list.
    pub(super) fn select(&self, unhandled: Vec<Unhandled>) -> Vec<Unhandled> {
        let is_included = |it: &Unhandled| {
            let (schema, name) = split_name(it);
            self.metadata.selection().includes_name(schema.as_deref().unwrap_or(&self.home), &name)
        };
        unhandled.into_iter().filter(is_included).collect()
    }
}

/// The schema and the name of an object, or of the table that it belongs to.
pub(super) fn split_name(it: &Unhandled) -> (Option<String>, String) {
    let name = it.name.rsplit_once(" ON ").map_or(&*it.name, |(_, table)| table);
    let name = name.split('(').next().unwrap_or(name);
    let name = if it.kind.starts_with("column ") {
        name.rsplit_once('.').map_or(name, |(table, _)| table)
    } else {
        name
    };
    let unquoted = |name: &str| name.trim_matches('"').to_owned();
    match name.split_once('.') {
        Some((schema, name)) => (Some(unquoted(schema)), unquoted(name)),
        None => (None, unquoted(name)),
    }
}

/// The tables, enums, sequences, schemas, extensions, and objects that are defined by a text of
/// SQL.
pub(super) fn objects(schema: &Schema) -> impl Iterator<Item = Object> {
    let names = |names: Vec<&Name>, object: fn(Name) -> Object| -> Vec<Object> {
        names.into_iter().cloned().map(object).collect()
    };
    let namespaces = schema.namespaces.keys().cloned().map(Object::Namespace);
    let extensions = schema.extensions.keys().cloned().map(Object::Extension);
    let mut all: Vec<Object> = namespaces.chain(extensions).collect();
    all.extend(names(schema.enums.keys().collect(), Object::Enum));
    all.extend(names(schema.sequences.keys().collect(), Object::Sequence));
    all.extend(names(schema.tables.keys().collect(), Object::Table));
    let by_text = schema.sql_objects.keys().filter(|name| !name.kind.is_setting());
    all.extend(by_text.cloned().map(Object::Sql));
    all.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_unhandled_object_is_that_of_its_table() {
        let split = |kind, name: &str| split_name(&Unhandled { kind, name: name.to_owned() });
        let of = |schema: Option<&str>, name: &str| (schema.map(str::to_owned), name.to_owned());
        assert_eq!(split("view", "legacy.\"A b\""), of(Some("legacy"), "A b"));
        assert_eq!(split("function", "slug(text, public.mood)"), of(None, "slug"));
        assert_eq!(split("trigger", "touch ON legacy.items"), of(Some("legacy"), "items"));
        assert_eq!(split("column storage", "items.name"), of(None, "items"));
    }
}
