//! The reading in progress, and what the queries for parts of tables need.

use std::collections::{BTreeMap, HashMap};

use sqlx::{PgConnection, Row as _, postgres::PgRow, postgres::types::Oid};

use crate::{
    introspect::{scope::Scope, uses::AllUses},
    schema::{Name, SqlName, Table},
};

/// The OID of each object that is defined by a text of SQL.
pub(crate) type SqlOids = BTreeMap<SqlName, Oid>;

/// Reads one kind of object after another.
pub(crate) struct Reader<'c> {
    pub(crate) conn: &'c mut PgConnection,
    pub(crate) scope: &'c Scope,
    /// The schemas to read.
    pub(crate) spaces: Vec<Oid>,
    /// The tables read so far, by OID.
    pub(crate) tables: HashMap<Oid, (Name, Table)>,
    /// The identities of the objects that are defined by a text of SQL.
    pub(crate) sql_oids: SqlOids,
    /// What expressions refer to, until it is moved to their owners.
    pub(crate) uses: AllUses,
}

impl<'c> Reader<'c> {
    pub(crate) fn new(conn: &'c mut PgConnection, scope: &'c Scope) -> Self {
        Self {
            conn,
            scope,
            spaces: Vec::new(),
            tables: HashMap::new(),
            uses: AllUses::new(),
            sql_oids: SqlOids::new(),
        }
    }

    pub(crate) fn oids(&self) -> Vec<Oid> {
        self.tables.keys().copied().collect()
    }
}

/// The table that a row belongs to.
pub(super) fn table_of_row<'t>(
    tables: &'t mut HashMap<Oid, (Name, Table)>,
    row: &PgRow,
) -> sqlx::Result<&'t mut Table> {
    let oid: Oid = row.try_get("table")?;
    tables.get_mut(&oid).map(|(_, table)| table).ok_or(sqlx::Error::RowNotFound)
}
