//! Questions that only a person can answer.

use std::{fmt, pin::Pin};

use crate::{
    diff::{self, Ambiguity, Object},
    plan::Renames,
    schema::Schema,
};

/// A question about an object that would otherwise be dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Whether a column or an enum value was renamed, or is dropped while another one is added. The
    /// answer is [`Answer::Renamed`] or [`Answer::Unrelated`].
    Renamed(Ambiguity),
    /// What happened to an object without a model that a generated revision created. The answer is
    /// [`Answer::Dropped`], [`Answer::RenamedTo`] or [`Answer::Forgotten`].
    Undescribed(Undescribed),
}

/// An object that a generated revision created and that no model describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undescribed {
    /// The object.
    pub object: Object,
    /// The new objects that it may have been renamed to, the most similar first.
    pub candidates: Vec<Object>,
}

impl Undescribed {
    /// The name for [`Metadata::dropped`](crate::model::Metadata::dropped).
    #[must_use]
    pub fn name(&self) -> String {
        crate::model::given_name(&self.object)
    }
}

/// Formats the question.
impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Renamed(ambiguity) => ambiguity.fmt(f),
            Self::Undescribed(Undescribed { object, .. }) => {
                write!(
                    f,
                    "no model describes {object}, which an earlier revision created: what happened to it?"
                )
            }
        }
    }
}

/// The answer to a [`Question`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The new object is the old one under another name.
    Renamed,
    /// The new object is unrelated to the old one.
    Unrelated,
    /// The object is to be dropped.
    Dropped,
    /// The object is now called like this candidate.
    RenamedTo(Object),
    /// The object still has a model, which the metadata lacks.
    Forgotten,
    /// There is no terminal to ask on.
    Unknown,
}

/// Asks a question. Asynchronous, because a person may take long to answer.
pub type Ask = dyn Fn(&Question) -> Pin<Box<dyn Future<Output = Answer> + Send>> + Sync;

/// The new objects that `object` may have been renamed to, the most similar first.
pub(super) fn candidates(object: &Object, (from, to): (&Schema, &Schema), renames: &Renames) -> Vec<Object> {
    let is_target = |new: &Object| renames.pairs().iter().any(|(_, other)| other == new);
    let similar: Vec<Object> = diff::ambiguities(from, to, renames)
        .into_iter()
        .filter(|ambiguity| ambiguity.old == *object)
        .map(|ambiguity| ambiguity.new)
        .collect();
    let new: Vec<Object> = match object {
        Object::Table(_) => to
            .tables
            .iter()
            .filter(|(_, it)| it.partition_of.is_none())
            .map(|(name, _)| Object::Table(name.clone()))
            .collect(),
        Object::Enum(_) => to.enums.keys().cloned().map(Object::Enum).collect(),
        // One that is not a type holds no data: the old one is dropped, and the new one is created.
        Object::Sql(old) => {
            let same_kind =
                to.sql_objects.keys().filter(|new| new.kind == old.kind && new.table == old.table);
            same_kind.cloned().map(Object::Sql).collect()
        }
        _ => Vec::new(),
    };
    let others =
        new.into_iter().filter(|new| !from.contains(new) && !is_target(new) && !similar.contains(new));
    similar.iter().cloned().chain(others).collect()
}

/// Adds a rename to those that the models hint at.
pub(super) fn add_rename(renames: &mut Renames, old: &Object, new: &Object) {
    match (old.clone(), new.clone()) {
        (Object::Table(old), Object::Table(new)) => renames.tables.push((old, new)),
        (Object::Enum(old), Object::Enum(new)) => renames.enums.push((old, new)),
        (Object::Column(table, old), Object::Column(_, new)) => renames.columns.push((table, old, new)),
        (Object::Sql(old), Object::Sql(new)) => {
            renames.types.push((old.kind, old.type_name(), new.type_name()));
        }
        (Object::Value(name, old), Object::Value(_, new)) => renames.values.push((name, old, new)),
        _ => {}
    }
}
