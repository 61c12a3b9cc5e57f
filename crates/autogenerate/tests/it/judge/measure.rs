//! What a statement does to tables that exist, compared with the hazards that its plan claims.

use std::collections::{BTreeMap, BTreeSet};

use autogenerate::{hazard::Hazard, plan::Statement};
use sqlx::{FromRow, PgConnection};

/// The tables and indexes at one instant, by OID.
#[derive(Debug)]
pub struct Snapshot(BTreeMap<i64, Relation>);

#[derive(Debug, FromRow)]
struct Relation {
    oid: i64,
    /// The table of an index.
    table_oid: Option<i64>,
    /// The table that a partition belongs to.
    parent_oid: Option<i64>,
    filenode: Option<i64>,
    scans: i64,
    /// Whether the transaction blocks others that write.
    blocks_writes: bool,
    /// Whether it also blocks those that read.
    blocks_reads: bool,
}

/// The hazards that can be measured.
const MEASURED: [Hazard; 4] =
    [Hazard::RewritesTable, Hazard::BlocksWrites, Hazard::BlocksReads, Hazard::BuildsIndex];

const RELATIONS: &str = r"
SELECT
    c.oid::int8 AS oid,
    i.indrelid::int8 AS table_oid,
    h.inhparent::int8 AS parent_oid,
    pg_relation_filenode(c.oid)::int8 AS filenode,
    pg_stat_get_xact_numscans(c.oid) AS scans,
    coalesce(l.blocks_writes, false) AS blocks_writes,
    coalesce(l.blocks_reads, false) AS blocks_reads
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_index i ON i.indexrelid = c.oid
LEFT JOIN pg_inherits h ON h.inhrelid = c.oid AND c.relispartition AND c.relkind IN ('r', 'p')
LEFT JOIN (
    SELECT
        relation,
        bool_or(mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')) AS blocks_writes,
        bool_or(mode = 'AccessExclusiveLock') AS blocks_reads
    FROM pg_locks
    WHERE pid = pg_backend_pid() AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    GROUP BY relation
) l ON l.relation = c.oid
WHERE c.relkind IN ('r', 'p', 'i', 'I') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%'";

impl Snapshot {
    pub async fn take(connection: &mut PgConnection) -> Self {
        let all: Vec<Relation> = sqlx::query_as(RELATIONS).fetch_all(connection).await.unwrap();
        Self(all.into_iter().map(|relation| (relation.oid, relation)).collect())
    }

    pub fn tables(&self) -> BTreeSet<i64> {
        self.0.values().filter(|it| it.table_oid.is_none()).map(|it| it.oid).collect()
    }

    /// The files of a table's indexes.
    fn indexes(&self, table: i64) -> BTreeSet<i64> {
        self.0.values().filter(|it| it.table_oid == Some(table)).filter_map(|it| it.filenode).collect()
    }

    /// What happened to these tables until `after`. What takes long on a partition does so on the
    /// tables above, too.
    fn hazards(&self, after: &Self, tables: &BTreeSet<i64>) -> BTreeSet<Hazard> {
        let mut hazards = BTreeSet::new();
        for oid in tables {
            let (Some(was), Some(is)) = (self.0.get(oid), after.0.get(oid)) else { continue };
            let is_rewritten = was.filenode != is.filenode;
            let builds = !after.indexes(*oid).is_subset(&self.indexes(*oid));
            hazards.extend(is_rewritten.then_some(Hazard::RewritesTable));
            hazards.extend((builds && !is_rewritten).then_some(Hazard::BuildsIndex));
            if is_rewritten || builds || is.scans > was.scans {
                let above = |it: &&Relation| after.0.get(&self.0.get(&it.oid)?.parent_oid?);
                let locked: Vec<_> =
                    std::iter::successors(Some(is), above).filter(|it| tables.contains(&it.oid)).collect();
                let any = |blocks: fn(&Relation) -> bool| locked.iter().any(|it| blocks(it));
                hazards.extend(any(|it| it.blocks_writes).then_some(Hazard::BlocksWrites));
                hazards.extend(any(|it| it.blocks_reads).then_some(Hazard::BlocksReads));
            }
        }
        hazards
    }

    /// Says in which hazards the claims of a statement differ from what it did.
    pub fn compare(&self, after: &Self, tables: &BTreeSet<i64>, statement: &Statement) -> Option<String> {
        let measured = self.hazards(after, tables);
        let claimed: BTreeSet<_> =
            statement.hazards.iter().copied().filter(|it| MEASURED.contains(it)).collect();
        let names =
            |list: Vec<&Hazard>| list.into_iter().map(Hazard::to_string).collect::<Vec<_>>().join(", ");
        let missing = names(measured.difference(&claimed).collect());
        let wrong = names(claimed.difference(&measured).collect());
        (measured != claimed)
            .then(|| format!("hazards: not claimed: [{missing}], not measured: [{wrong}]: {}", statement.sql))
    }
}
