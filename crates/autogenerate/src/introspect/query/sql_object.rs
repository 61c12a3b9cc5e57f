//! Objects that are defined by a text of SQL, and settings of tables.

use std::{collections::BTreeMap, mem};

use sqlx::{Row as _, postgres::PgRow, postgres::types::Oid};

use super::reader::Reader;
use crate::{
    introspect::{canonical::canonicalize_expressions, printed::without_given_names, scope::Scope},
    schema::{Name, Object, Owner, SqlKind, SqlName, SqlObject},
};

/// What the query of references takes of each object.
#[derive(Default)]
struct Sources {
    class: Vec<Oid>,
    object: Vec<Oid>,
    column: Vec<i32>,
    table: Vec<Option<Oid>>,
    index: Vec<Option<Oid>>,
    is_setting: Vec<bool>,
}

/// Whether the text has expressions that PostgreSQL printed with all parentheses, and no text of
/// another language.
fn has_expressions(kind: SqlKind) -> bool {
    use SqlKind::{Domain, MaterializedView, Policy, Rule, Trigger, View};
    matches!(kind, Domain | MaterializedView | Policy | Rule | Trigger | View)
}

impl Reader<'_> {
    /// Reads the objects, and what they refer to if `with_uses`.
    pub(crate) async fn sql_objects(
        &mut self,
        with_uses: bool,
    ) -> sqlx::Result<BTreeMap<SqlName, SqlObject>> {
        let rows = sqlx::query(include_str!("sql_object.sql"))
            .bind(&self.spaces)
            .bind(self.oids())
            .bind(*self.scope == Scope::Database)
            .fetch_all(&mut *self.conn)
            .await?;
        let mut sources = Sources::default();
        let mut objects = Vec::with_capacity(rows.len());
        for row in &rows {
            let kind: &str = row.try_get("kind")?;
            let Some(kind) = SqlKind::from_name(kind) else { continue };
            sources.class.push(row.try_get("classid")?);
            sources.object.push(row.try_get("objid")?);
            sources.column.push(row.try_get("subid")?);
            sources.table.push(row.try_get("relid")?);
            sources.index.push(row.try_get("index")?);
            sources.is_setting.push(kind.is_setting());
            let name = SqlName { kind, table: self.scope.name_in(row, "table")?, name: row.try_get("name")? };
            let mut create: Vec<String> = row.try_get("create")?;
            let mut signature: Option<String> = row.try_get("signature")?;
            if matches!(kind, SqlKind::View | SqlKind::MaterializedView) {
                let texts = create.iter_mut().take(1).chain(&mut signature);
                texts.for_each(|sql| *sql = without_given_names(sql));
            }
            if has_expressions(kind) {
                let texts = create.iter_mut().chain(&mut signature);
                texts.for_each(|sql| *sql = canonicalize_expressions(mem::take(sql)));
            }
            let object = SqlObject {
                create,
                drop: row.try_get("drop")?,
                signature,
                owner: Owner { is_others: row.try_get("is_others")? },
                ..SqlObject::default()
            };
            if !kind.is_setting() {
                self.sql_oids.insert(name.clone(), row.try_get("objid")?);
            }
            objects.push((name, object));
        }
        if with_uses && !objects.is_empty() {
            self.sql_object_uses(&sources, &mut objects).await?;
        }
        Ok(objects.into_iter().collect())
    }

    async fn sql_object_uses(
        &mut self,
        sources: &Sources,
        objects: &mut [(SqlName, SqlObject)],
    ) -> sqlx::Result<()> {
        let ordinals: Vec<i32> = (0..).take(objects.len()).collect();
        let rows = sqlx::query(concat!(include_str!("../named.sql"), include_str!("sql_object_uses.sql")))
            .bind(ordinals)
            .bind(&sources.class)
            .bind(&sources.object)
            .bind(&sources.column)
            .bind(&sources.table)
            .bind(&sources.index)
            .bind(&sources.is_setting)
            .fetch_all(&mut *self.conn)
            .await?;
        for row in rows {
            let ordinal: i32 = row.try_get("ordinal")?;
            let at = usize::try_from(ordinal).unwrap_or_default();
            let Some((name, object)) = objects.get_mut(at) else { continue };
            match self.reference(&row)? {
                Some(used) if used == Object::Sql(name.clone()) => {}
                Some(used) => _ = object.uses.insert(used),
                None => _ = object.missing.insert(row.try_get("name")?),
            }
        }
        Ok(())
    }

    /// The object that a row refers to; `None` if a schema does not describe it.
    fn reference(&self, row: &PgRow) -> sqlx::Result<Option<Object>> {
        let kind: &str = row.try_get("kind")?;
        let name: String = row.try_get("name")?;
        let own = || -> sqlx::Result<Name> { Ok(self.scope.name(row.try_get("name_schema")?, name.clone())) };
        let table =
            || -> sqlx::Result<Name> { self.scope.name_in(row, "table")?.ok_or(sqlx::Error::RowNotFound) };
        Ok(Some(match kind {
            "table" => Object::Table(own()?),
            "column" => Object::Column(own()?, row.try_get("column")?),
            "sequence" => Object::Sequence(own()?),
            "enum" => Object::Enum(own()?),
            "index" => Object::Index(table()?, name),
            "constraint" => Object::Constraint(table()?, name),
            "schema" => Object::Namespace(name),
            "extension" => Object::Extension(name),
            kind => match SqlKind::from_name(kind) {
                Some(kind) => Object::Sql(SqlName { kind, table: None, name }),
                None => return Ok(None),
            },
        }))
    }
}
