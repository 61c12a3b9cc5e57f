//! The differences between two schemas whose objects have the same names.

use std::collections::BTreeMap;

use super::{Change, Difference, Object, Property};
use crate::{
    render,
    schema::{Column, Constraint, Enum, Index, Name, Schema, Sequence, Table, quote_literal},
};

pub(super) fn compare((from, to): (&Schema, &Schema)) -> Vec<Change> {
    let mut found = Found(Vec::new());
    found.map(
        &from.namespaces,
        &to.namespaces,
        |name| Object::Namespace(name.clone()),
        |found, object, a, b| {
            found.comment(object, a.comment.as_ref(), b.comment.as_ref());
        },
    );
    found.map(
        &from.extensions,
        &to.extensions,
        |name| Object::Extension(name.clone()),
        |found, object, a, b| {
            found.text(object, Property::Schema, a.schema.as_deref(), b.schema.as_deref());
        },
    );
    found.map(&from.enums, &to.enums, |name| Object::Enum(name.clone()), Found::enumerated);
    found.map(&from.sequences, &to.sequences, |name| Object::Sequence(name.clone()), Found::sequence);
    found.map(&from.tables, &to.tables, |name| Object::Table(name.clone()), Found::table);
    for change in &mut found.0 {
        change.place = place(&change.object, from, to);
    }
    found.0
}

/// Whether all the values stay, in their order, so that the others can be added.
pub(crate) fn only_adds(from: &[String], to: &[String]) -> bool {
    let mut rest = to.iter();
    from.iter().all(|value| rest.any(|other| other == value))
}

fn place(object: &Object, from: &Schema, to: &Schema) -> (Option<Name>, Option<String>) {
    let table = |name| to.tables.get(name).or_else(|| from.tables.get(name));
    let one = |columns: &std::collections::BTreeSet<String>| match columns.first() {
        Some(column) if columns.len() == 1 => Some(column.clone()),
        _ => None,
    };
    match object {
        Object::Sequence(name) => {
            let sequence = to.sequences.get(name).or_else(|| from.sequences.get(name));
            match sequence.and_then(|sequence| sequence.owned_by.clone()) {
                Some((table, column)) => (Some(table), Some(column)),
                None => (None, None),
            }
        }
        Object::Column(table, column) => (Some(table.clone()), Some(column.clone())),
        Object::Constraint(name, constraint) => {
            let it = table(name).and_then(|table| table.constraints.get(constraint));
            (Some(name.clone()), it.and_then(|it| one(&it.uses.columns)))
        }
        Object::Index(name, index) => {
            let it = table(name).and_then(|table| table.indexes.get(index));
            (Some(name.clone()), it.and_then(|it| one(&it.uses.columns)))
        }
        _ => (object.table().cloned(), None),
    }
}

struct Found(Vec<Change>);

impl Found {
    fn map<K: Ord, V: Definition>(
        &mut self,
        from: &BTreeMap<K, V>,
        to: &BTreeMap<K, V>,
        object: impl Fn(&K) -> Object,
        both: impl Fn(&mut Self, &Object, &V, &V),
    ) {
        for (name, it) in to {
            match from.get(name) {
                Some(was) => both(self, &object(name), was, it),
                None if it.is_own() => {
                    self.push(&object(name), Difference::Add { definition: it.definition() });
                }
                None => {}
            }
        }
        for (name, it) in from {
            if !to.contains_key(name) && it.is_own() {
                self.push(&object(name), Difference::Drop);
            }
        }
    }

    fn push(&mut self, object: &Object, difference: Difference) {
        self.0.push(Change { object: object.clone(), difference, place: (None, None) });
    }

    fn text(&mut self, object: &Object, property: Property, from: Option<&str>, to: Option<&str>) {
        if from != to {
            let (from, to) = (from.unwrap_or_default().to_owned(), to.unwrap_or_default().to_owned());
            self.push(object, Difference::Alter { property, from, to });
        }
    }

    fn comment(&mut self, object: &Object, from: Option<&String>, to: Option<&String>) {
        let (from, to) = (from.map(|text| quote_literal(text)), to.map(|text| quote_literal(text)));
        self.text(object, Property::Comment, from.as_deref(), to.as_deref());
    }

    fn enumerated(&mut self, object: &Object, from: &Enum, to: &Enum) {
        self.comment(object, from.comment.as_ref(), to.comment.as_ref());
        if let (true, Object::Enum(name)) = (only_adds(&from.values, &to.values), object) {
            for value in to.values.iter().filter(|value| !from.values.contains(value)) {
                let definition = String::new();
                self.push(&Object::Value(name.clone(), value.clone()), Difference::Add { definition });
            }
        } else {
            let (from, to) = (from.definition(), to.definition());
            self.text(object, Property::Values, Some(&from), Some(&to));
        }
    }

    fn sequence(&mut self, object: &Object, from: &Sequence, to: &Sequence) {
        self.text(object, Property::Type, Some(&from.data_type), Some(&to.data_type));
        if from.options != to.options {
            let said = render::changed_options(from.options, to.options).join(" ");
            let was = render::changed_options(to.options, from.options).join(" ");
            self.text(object, Property::Options, Some(&was), Some(&said));
        }
        let owner = |it: &Sequence| it.owned_by.as_ref().map(|owner| render::owned_by(Some(owner)));
        self.text(object, Property::Owner, owner(from).as_deref(), owner(to).as_deref());
        self.comment(object, from.comment.as_ref(), to.comment.as_ref());
    }

    fn table(&mut self, object: &Object, from: &Table, to: &Table) {
        let Object::Table(name) = object else { return };
        self.text(object, Property::PartitionKey, from.partition_by.as_deref(), to.partition_by.as_deref());
        let of = |it: &Table| it.partition_of.as_ref().map(|of| format!("{} {}", of.parent, of.bound));
        self.text(object, Property::PartitionOf, of(from).as_deref(), of(to).as_deref());
        let persistence = |it: &Table| Some(if it.unlogged { "unlogged" } else { "logged" });
        self.text(object, Property::Persistence, persistence(from), persistence(to));
        let storage = |it: &Table| it.options.join(", ");
        self.text(object, Property::Storage, Some(&storage(from)), Some(&storage(to)));
        self.comment(object, from.comment.as_ref(), to.comment.as_ref());
        let columns = |it: &Table| -> BTreeMap<String, Column> {
            it.columns.iter().map(|column| (column.name.clone(), column.clone())).collect()
        };
        let object = |column: &String| Object::Column(name.clone(), column.clone());
        self.map(&columns(from), &columns(to), object, Self::column);
        let object = |constraint: &String| Object::Constraint(name.clone(), constraint.clone());
        self.map(&from.constraints, &to.constraints, object, Self::constraint);
        let object = |index: &String| Object::Index(name.clone(), index.clone());
        self.map(&from.indexes, &to.indexes, object, Self::index);
    }

    fn column(&mut self, object: &Object, from: &Column, to: &Column) {
        self.text(object, Property::Type, Some(&from.data_type), Some(&to.data_type));
        self.text(object, Property::Collation, from.collation.as_deref(), to.collation.as_deref());
        let null = |it: &Column| Some(if it.nullable { "NULL" } else { "NOT NULL" });
        self.text(object, Property::Nullability, null(from), null(to));
        let default = |it: &Column| it.default.as_ref().map(|default| default.sql.clone());
        self.text(object, Property::Default, default(from).as_deref(), default(to).as_deref());
        let identity = |it: &Column| it.identity.map(|identity| render::identity(identity, &it.data_type));
        self.text(object, Property::Identity, identity(from).as_deref(), identity(to).as_deref());
        let generated = |it: &Column| it.generated.as_ref().map(render::generated);
        self.text(object, Property::Generated, generated(from).as_deref(), generated(to).as_deref());
        self.comment(object, from.comment.as_ref(), to.comment.as_ref());
    }

    fn constraint(&mut self, object: &Object, from: &Constraint, to: &Constraint) {
        if from.is_own() && to.is_own() {
            self.text(object, Property::Definition, Some(&from.definition), Some(&to.definition));
            let valid = |it: &Constraint| Some(if it.validated { "valid" } else { "NOT VALID" });
            self.text(object, Property::Validity, valid(from), valid(to));
        }
        self.comment(object, from.comment.as_ref(), to.comment.as_ref());
    }

    fn index(&mut self, object: &Object, from: &Index, to: &Index) {
        if from.is_own() && to.is_own() {
            self.text(object, Property::Definition, Some(&from.definition()), Some(&to.definition()));
            // No statement makes an index that cannot be used.
            if !from.valid && to.valid {
                self.text(object, Property::Validity, Some("invalid"), Some("valid"));
            }
        }
        self.comment(object, from.comment.as_ref(), to.comment.as_ref());
    }
}

/// What an object is, in short.
trait Definition {
    fn definition(&self) -> String {
        String::new()
    }

    /// Whether it is made and dropped by itself, not with what it came from.
    fn is_own(&self) -> bool {
        true
    }
}

impl Definition for crate::schema::Namespace {}
impl Definition for crate::schema::Extension {}
impl Definition for Table {}

impl Definition for Sequence {}

impl Definition for Enum {
    fn definition(&self) -> String {
        format!("({})", self.values.iter().map(|value| quote_literal(value)).collect::<Vec<_>>().join(", "))
    }
}

impl Definition for Column {
    fn definition(&self) -> String {
        self.data_type.clone()
    }
}

impl Definition for Constraint {
    fn definition(&self) -> String {
        self.definition.clone()
    }

    fn is_own(&self) -> bool {
        !self.inherited
    }
}

impl Definition for Index {
    fn definition(&self) -> String {
        let unique = if self.unique { "UNIQUE " } else { "" };
        format!("{unique}{}", self.definition)
    }

    fn is_own(&self) -> bool {
        self.part_of.is_none()
    }
}
