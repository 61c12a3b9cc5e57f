//! Objects that are defined by a text of SQL, and settings of tables and columns.

use std::collections::BTreeSet;

use super::{object::Object, owner::Owner, sql_name::SqlKind};

/// An object that is defined by a text of SQL rather than by parts that are compared one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct SqlObject {
    /// The statements that create it, as PostgreSQL prints them: the definition, then its indexes
    /// and comments. Empty if they are not known, because something that it uses is renamed.
    pub create: Vec<String>,
    /// The statements that drop it.
    pub drop: Vec<String>,
    /// What must be the same to replace it in place; `None` if it cannot be.
    pub signature: Option<String>,
    /// Its owner.
    pub owner: Owner,
    /// The objects that it depends on.
    pub uses: BTreeSet<Object>,
    /// The objects that it depends on and that a [`Schema`](super::Schema) does not describe.
    pub missing: BTreeSet<String>,
}

impl SqlObject {
    /// Whether its definition is known.
    pub(crate) fn is_printed(&self) -> bool {
        !self.create.is_empty()
    }

    /// Whether `CREATE OR REPLACE` turns it into `other`: a view may get more columns at the end.
    pub(crate) fn is_replaceable_by(&self, other: &Self, kind: SqlKind) -> bool {
        match (&self.signature, &other.signature) {
            (Some(was), Some(is)) if kind == SqlKind::View => {
                is.strip_prefix(was.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(", "))
            }
            (Some(was), Some(is)) => was == is,
            _ => false,
        }
    }
}
