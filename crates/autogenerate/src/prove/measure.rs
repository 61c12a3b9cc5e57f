//! Measures what a statement does to tables: which locks it takes, and which tables it rewrites and
//! scans.

use crate::{hazard::Hazard, plan::StatementNote, schema::Name};
use sqlx::{PgConnection, Row as _, postgres::PgRow};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

/// The table lock modes, the weakest first.
pub(super) const MODES: [&str; 8] = [
    "AccessShare",
    "RowShare",
    "RowExclusive",
    "ShareUpdateExclusive",
    "Share",
    "ShareRowExclusive",
    "Exclusive",
    "AccessExclusive",
];

/// The state of tables and indexes at one instant.
#[derive(Debug)]
pub(super) struct Snapshot {
    relations: BTreeMap<i64, Relation>,
    locks: BTreeMap<i64, usize>,
}

#[derive(Debug)]
struct Relation {
    oid: i64,
    schema: String,
    name: String,
    is_index: bool,
    table_oid: Option<i64>,
    is_valid: bool,
    filenode: Option<i64>,
    reads: i64,
}

impl Relation {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        Ok(Self {
            oid: row.try_get("oid")?,
            schema: row.try_get("schema")?,
            name: row.try_get("name")?,
            is_index: row.try_get("is_index")?,
            table_oid: row.try_get("table_oid")?,
            is_valid: row.try_get("is_valid")?,
            filenode: row.try_get("filenode")?,
            reads: row.try_get("reads")?,
        })
    }
}

/// What snapshots include.
#[derive(Debug, Clone)]
pub(super) struct View {
    /// The only schema to include, whose objects then have unqualified names.
    pub(super) schema: Option<String>,
    /// Whether snapshots are taken inside the statement's transaction, rather than after it.
    pub(super) within: bool,
    /// The tables to include, with their indexes; `None` for all.
    pub(super) only: Option<Vec<i64>>,
}

impl View {
    pub(super) async fn take(&self, conn: &mut PgConnection) -> sqlx::Result<Snapshot> {
        if !self.within {
            sqlx::raw_sql("SELECT pg_stat_force_next_flush()").execute(&mut *conn).await?;
        }
        let relations = sqlx::query(include_str!("relations.sql"));
        let relations = relations.bind(&self.schema).bind(self.within).bind(&self.only);
        let relations = relations.fetch_all(&mut *conn).await?;
        let relations =
            relations.iter().map(|row| Relation::from_row(row).map(|relation| (relation.oid, relation)));
        let relations = relations.collect::<sqlx::Result<_>>()?;
        Ok(Snapshot { relations, locks: locks(conn, None).await? })
    }

    fn name(&self, relation: &Relation) -> String {
        match self.schema {
            Some(_) => Name::local(relation.name.clone()),
            None => Name::qualified(relation.schema.clone(), relation.name.clone()),
        }
        .to_string()
    }

    /// The qualified names of the tables with these names.
    pub(super) fn qualified(&self, snapshot: &Snapshot, names: &BTreeSet<Name>) -> Vec<String> {
        let names: BTreeSet<String> = names.iter().map(Name::to_string).collect();
        let tables = snapshot.relations.values().filter(|it| !it.is_index && names.contains(&self.name(it)));
        tables.map(|it| Name::qualified(it.schema.clone(), it.name.clone()).to_string()).collect()
    }

    /// What happened between two snapshots to the tables of the first.
    pub(super) fn note(
        &self,
        before: &Snapshot,
        after: &Snapshot,
        locks: &BTreeMap<i64, usize>,
    ) -> StatementNote {
        let mut locked: Vec<(&usize, &Relation)> = locks
            .iter()
            .filter_map(|(oid, mode)| Some((mode, before.relations.get(oid).filter(|it| !it.is_index)?)))
            .collect();
        locked.sort_by_key(|(mode, relation)| (Reverse(**mode), self.name(relation)));
        let tables = before.relations.values().filter(|relation| !relation.is_index);
        let both = tables.filter_map(|relation| Some((relation, after.relations.get(&relation.oid)?)));
        let both: Vec<(&Relation, &Relation)> = both.collect();
        let rewritten: BTreeSet<i64> =
            both.iter().filter(|(was, is)| was.filenode != is.filenode).map(|(was, _)| was.oid).collect();
        let mut rewrites: Vec<String> = both
            .iter()
            .filter(|(was, _)| rewritten.contains(&was.oid))
            .map(|(was, _)| self.name(was))
            .collect();
        let mut scans: Vec<String> =
            both.iter().filter(|(was, is)| is.reads > was.reads).map(|(was, _)| self.name(was)).collect();
        rewrites.sort();
        scans.sort();
        rewrites.extend(self.rebuilt(before, after, &rewritten));
        let locks = locked
            .into_iter()
            .map(|(mode, relation)| (MODES[*mode].to_owned(), self.name(relation)))
            .collect();
        StatementNote { locks, rewrites, scans }
    }

    /// Indexes that were rebuilt although their table was not rewritten. They may be new indexes
    /// with the same name.
    fn rebuilt(&self, before: &Snapshot, after: &Snapshot, rewritten: &BTreeSet<i64>) -> BTreeSet<String> {
        let indexes = |snapshot: &Snapshot| -> BTreeMap<String, (Option<i64>, Option<i64>)> {
            let indexes = snapshot.relations.values().filter(|relation| relation.is_index);
            indexes.map(|relation| (self.name(relation), (relation.table_oid, relation.filenode))).collect()
        };
        let after = indexes(after);
        let mut rebuilt: BTreeMap<_, _> = indexes(before);
        rebuilt.retain(|name, (table, filenode)| {
            table.is_none_or(|table| !rewritten.contains(&table))
                && after.get(name).is_some_and(|(_, now)| now != filenode)
        });
        rebuilt.into_keys().collect()
    }
}

impl Snapshot {
    /// The locks that the transaction has acquired or strengthened since `before`.
    pub(super) fn locked_since(&self, before: &Self) -> BTreeMap<i64, usize> {
        let mut locks = self.locks.clone();
        locks.retain(|oid, mode| before.locks.get(oid).is_none_or(|held| held < mode));
        locks
    }

    /// The OIDs of all tables and indexes.
    pub(super) fn relations(&self) -> BTreeSet<i64> {
        self.relations.keys().copied().collect()
    }

    /// Retains only these tables and indexes.
    pub(super) fn retain(&mut self, relations: &BTreeSet<i64>) {
        self.relations.retain(|oid, _| relations.contains(oid));
    }

    /// The qualified names of all tables.
    pub(super) fn tables(&self) -> Vec<String> {
        let tables = self.relations.values().filter(|relation| !relation.is_index);
        tables.map(|it| Name::qualified(it.schema.clone(), it.name.clone()).to_string()).collect()
    }

    /// The invalid indexes that a failed statement left behind.
    pub(super) fn left_behind(&self, before: &Self) -> Vec<String> {
        let broken =
            self.relations.values().filter(|it| !it.is_valid && !before.relations.contains_key(&it.oid));
        broken.map(|it| Name::qualified(it.schema.clone(), it.name.clone()).to_string()).collect()
    }
}

/// The strongest lock that a backend (by default this one) holds or waits for on each table and
/// index.
pub(super) async fn locks(conn: &mut PgConnection, pid: Option<i32>) -> sqlx::Result<BTreeMap<i64, usize>> {
    let query = "SELECT relation::int8, mode FROM pg_locks WHERE locktype = 'relation' AND pid = coalesce($1, pg_backend_pid()) \
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    let found: Vec<(i64, String)> = sqlx::query_as(query).bind(pid).fetch_all(conn).await?;
    let mut locks = BTreeMap::new();
    for (oid, mode) in found {
        if let Some(mode) = MODES.iter().position(|known| mode.strip_suffix("Lock") == Some(known)) {
            let strongest = locks.entry(oid).or_insert(mode);
            *strongest = mode.max(*strongest);
        }
    }
    Ok(locks)
}

/// The declared hazards, corrected by what was observed.
pub(super) fn hazards(
    declared: &BTreeSet<Hazard>,
    note: &StatementNote,
    tables: &BTreeSet<String>,
) -> BTreeSet<Hazard> {
    let mut hazards = declared.clone();
    let rewritten = note.rewrites.iter().filter(|name| tables.contains(*name));
    if rewritten.count() > 0 {
        hazards.insert(Hazard::RewritesTable);
    } else {
        hazards.remove(&Hazard::RewritesTable);
    }
    let takes_long = |table: &String| note.scans.contains(table) || note.rewrites.contains(table);
    for (mode, _) in note.locks.iter().filter(|(_, table)| takes_long(table)) {
        match MODES.iter().position(|known| known == mode) {
            Some(7) => hazards.extend([Hazard::BlocksReads, Hazard::BlocksWrites]),
            Some(4..) => hazards.extend([Hazard::BlocksWrites]),
            _ => {}
        }
    }
    hazards
}
