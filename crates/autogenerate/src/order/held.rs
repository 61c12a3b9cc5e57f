//! Locks that a file holds until its end.

use std::collections::BTreeSet;

use crate::{
    hazard::Hazard,
    plan::{Batch, Statement},
    schema::{Name, Schema},
};

/// Adds the hazards of statements that read all rows of a table to which an earlier statement of
/// their file already blocks access. `schema` has the tables above others.
pub(crate) fn add_held_locks(statements: &mut [Statement], schema: &Schema) {
    let mut held: BTreeSet<Name> = BTreeSet::new();
    for statement in statements {
        if statement.batch != Batch::Same {
            held.clear();
        }
        let tables = statement.tables.iter().flat_map(|table| schema.with_descendants(table));
        let tables: BTreeSet<Name> = tables.collect();
        if takes_long(statement) && !tables.is_disjoint(&held) {
            statement.hazards.extend([Hazard::BlocksReads, Hazard::BlocksWrites]);
        }
        if statement.batch != Batch::Alone && blocks_access(statement) {
            held.extend(tables);
        }
    }
}

/// Whether it takes a time that grows with its tables.
fn takes_long(it: &Statement) -> bool {
    let grows = [Hazard::RewritesTable, Hazard::BlocksWrites, Hazard::BuildsIndex];
    grows.iter().any(|hazard| it.hazards.contains(hazard)) || command(it).contains(" VALIDATE CONSTRAINT ")
}

/// Whether its lock conflicts with those of readers.
fn blocks_access(it: &Statement) -> bool {
    const WEAKER: [&str; 4] = [" VALIDATE CONSTRAINT ", " ATTACH PARTITION ", " FOREIGN KEY ", " SET ("];
    let sql = command(it);
    sql.starts_with("DROP INDEX ")
        || sql.starts_with("ALTER TABLE ") && !WEAKER.iter().any(|action| sql.contains(action))
}

/// The statement without the comments before it.
fn command(it: &Statement) -> &str {
    let mut sql = it.sql.as_str();
    while let Some((_, rest)) = sql.split_once('\n').filter(|_| sql.starts_with("--")) {
        sql = rest;
    }
    sql
}
