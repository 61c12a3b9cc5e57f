//! The rename of an object.

use super::user_type::definition::word;
use crate::{
    render::{self, rewrite},
    schema::{Name, Object, quote_identifier, quote_literal},
};

/// The rename of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rename {
    /// The object by its old name, but by the new name of its table.
    pub(crate) object: Object,
    /// The new name. Its schema matters only for objects that are not part of a table.
    pub(crate) to: Name,
    /// Whether the rename is not visible in a [`Schema`](crate::schema::Schema): it concerns the
    /// sequence of an identity column, whose name is guessed, or a temporary name.
    pub(crate) hidden: bool,
}

impl Rename {
    /// The new name as SQL.
    pub(crate) fn to_sql(&self) -> String {
        match &self.object {
            Object::Value(..) => quote_literal(&self.to.name),
            Object::Table(_) | Object::Enum(_) | Object::Sequence(_) | Object::Sql(_) => self.to.to_string(),
            _ => quote_identifier(&self.to.name),
        }
    }

    /// The statements, starting with `SET SCHEMA` if the schema changes.
    pub(crate) fn statements(&self) -> Vec<String> {
        let new = &self.to;
        let name = quote_identifier(&new.name);
        let part = |table: &Name, part: &str, old: &str| {
            let action = format_args!("RENAME {part} {} TO {name}", quote_identifier(old));
            vec![render::alter_table(table, action)]
        };
        match &self.object {
            Object::Table(old) => self.moved("TABLE", old),
            Object::Enum(old) => self.moved("TYPE", old),
            Object::Sequence(old) if self.hidden => self.moved("SEQUENCE IF EXISTS", old),
            Object::Sequence(old) => self.moved("SEQUENCE", old),
            Object::Value(of, old) => {
                let (old, new) = (quote_literal(old), quote_literal(&new.name));
                vec![format!("ALTER TYPE {of} RENAME VALUE {old} TO {new}")]
            }
            Object::Column(table, old) => part(table, "COLUMN", old),
            Object::Constraint(table, old) => part(table, "CONSTRAINT", old),
            Object::Index(table, old) => vec![format!("ALTER INDEX {} RENAME TO {name}", table.sibling(old))],
            Object::Sql(old) if old.kind.is_described() => self.moved(word(old.kind), &old.type_name()),
            Object::Namespace(_) | Object::Extension(_) | Object::Sql(_) => Vec::new(),
        }
    }

    fn moved(&self, kind: &str, old: &Name) -> Vec<String> {
        let (new, mut sql) = (&self.to, Vec::new());
        if old.schema != new.schema
            && let Some(schema) = &new.schema
        {
            sql.push(format!("ALTER {kind} {old} SET SCHEMA {}", quote_identifier(schema)));
        }
        if old.name != new.name {
            let name = quote_identifier(&new.name);
            sql.push(format!("ALTER {kind} {} RENAME TO {name}", new.sibling(&old.name)));
        }
        sql
    }
}

/// Rewrites a query on a table to use the names before the renames.
pub(crate) fn with_old_names(renames: &[Rename], table: &Name, sql: &str) -> String {
    let (mut table, mut sql) = (table.clone(), sql.to_owned());
    for rename in renames.iter().rev() {
        match &rename.object {
            Object::Column(of, old) if *of == table => sql = rewrite::column(&sql, &rename.to.name, old),
            Object::Table(old) if rename.to == table => {
                sql = rewrite::relation(&sql, &table, old);
                table = old.clone();
            }
            Object::Value(_, old) => {
                sql = sql.replace(&quote_literal(&rename.to.name), &quote_literal(old));
            }
            _ => {}
        }
    }
    sql
}
