//! Objects and settings that a [`Schema`](crate::schema::Schema) does not describe.

use sqlx::{PgConnection, Row as _, postgres::PgRow, postgres::types::Oid};

use super::scope::Scope;

/// An object or setting that a [`Schema`](crate::schema::Schema) does not describe. It is left
/// alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unhandled {
    /// Its kind, such as `operator` or `tablespace`.
    pub kind: &'static str,
    /// Its name as SQL, such as `===(integer,integer)` or `items`.
    pub name: String,
}

pub(super) async fn read_unhandled(
    conn: &mut PgConnection,
    scope: &Scope,
    spaces: &[Oid],
    tables: &[Oid],
) -> sqlx::Result<Vec<Unhandled>> {
    let unhandled = |row: PgRow| {
        let kind: &str = row.try_get("kind")?;
        let kind = KINDS.split(',').find(|known| *known == kind).unwrap_or("object");
        Ok(Unhandled { kind, name: row.try_get("name")? })
    };
    let rows = sqlx::query(include_str!("unhandled.sql"))
        .bind(spaces)
        .bind(tables)
        .bind(*scope == Scope::Database)
        .fetch_all(conn)
        .await?;
    let mut all = rows.into_iter().map(unhandled).collect::<sqlx::Result<Vec<_>>>()?;
    all.sort();
    Ok(all)
}

/// The kinds in unhandled.sql, separated by commas.
const KINDS: &str = "\
    access method,conversion,foreign table,\
    foreign-data wrapper,inherited table,language,not null constraint,operator,operator class,\
    server,tablespace,text search parser,\
    text search template,type,typed table,unlogged sequence";

#[cfg(test)]
mod tests {
    use super::KINDS;

    #[test]
    fn the_list_has_every_kind_of_the_query() {
        let sql = include_str!("unhandled.sql");
        for kind in KINDS.split(',') {
            assert!(sql.contains(&format!("'{kind}'")), "{kind}");
        }
        assert!(KINDS.split(',').is_sorted());
    }
}
