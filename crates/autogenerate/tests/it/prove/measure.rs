//! Measurements during the proof of a plan.

use autogenerate::{hazard::Hazard, scratch::Scratch};

use super::{Case, ITEMS, plan};
use crate::support::{public, server};

/// The locks, rewrites, scans and hazards of a statement on tables with rows, in one line.
async fn measured(scratch: Scratch, before: &str, sql: &str) -> (Scratch, String) {
    let before = format!("{ITEMS}; CREATE TABLE parts (item_id int); {before}");
    let after = format!("{before}; {}", sql.replace("CONCURRENTLY ", ""));
    let mut case = Case::on(scratch, (&before, &after), plan(&[sql]), Vec::new()).await;
    case.may_fail_on_data = true;
    case.up.statements[0].hazards.insert(Hazard::MayFailOnData);
    let proof = case.prove().await.unwrap();
    let note = &proof.up[0].note;
    let locks: Vec<String> = note.locks.iter().map(|(mode, table)| format!("{mode} on {table}")).collect();
    let hazards = proof.up[0].hazards.iter().filter(|hazard| **hazard != Hazard::MayFailOnData);
    let hazards: Vec<String> = hazards.map(Hazard::to_string).collect();
    let [locks, rewrites, scans, hazards] =
        [&locks, &note.rewrites, &note.scans, &hazards].map(|list| list.join(", "));
    (case.scratch, format!("{locks}; rewrites: {rewrites}; scans: {scans}; {hazards}"))
}

/// Preparation, statement and expected measurement, according to PostgreSQL's documentation: ALTER
/// TABLE, CREATE INDEX, "Explicit Locking".
const DOCUMENTED: &[(&str, &str, &str)] = &[
    ("", "ALTER TABLE items ADD sku text DEFAULT 'a'", "AccessExclusive on items; rewrites: ; scans: ; "),
    (
        "",
        "ALTER TABLE items ADD made timestamptz DEFAULT clock_timestamp()",
        "AccessExclusive on items; rewrites: items; scans: items; rewrites-table, blocks-writes, blocks-reads",
    ),
    (
        "",
        "ALTER TABLE items ALTER note SET NOT NULL",
        "AccessExclusive on items; rewrites: ; scans: items; blocks-writes, blocks-reads",
    ),
    (
        "",
        "ALTER TABLE items ADD CONSTRAINT c CHECK (name <> 'x') NOT VALID",
        "AccessExclusive on items; rewrites: ; scans: ; ",
    ),
    (
        "ALTER TABLE items ADD CONSTRAINT c CHECK (name <> 'x') NOT VALID",
        "ALTER TABLE items VALIDATE CONSTRAINT c",
        "ShareUpdateExclusive on items; rewrites: ; scans: items; ",
    ),
    ("", "CREATE INDEX a ON items (note)", "Share on items; rewrites: ; scans: items; blocks-writes"),
    (
        "",
        "CREATE INDEX CONCURRENTLY a ON items (note)",
        "ShareUpdateExclusive on items; rewrites: ; scans: items; ",
    ),
    ("", "ALTER TABLE items ALTER name TYPE varchar(40)", "AccessExclusive on items; rewrites: ; scans: ; "),
    (
        "",
        "ALTER TABLE items ALTER id TYPE bigint",
        "AccessExclusive on items; rewrites: items; scans: items; rewrites-table, blocks-writes, blocks-reads",
    ),
    (
        "",
        "ALTER TABLE parts ADD FOREIGN KEY (item_id) REFERENCES items",
        "ShareRowExclusive on items, ShareRowExclusive on parts; rewrites: ; scans: items, parts; blocks-writes",
    ),
    (
        "ALTER TABLE items DROP CONSTRAINT items_pkey; CREATE UNIQUE INDEX items_pkey ON items (id)",
        "ALTER TABLE items ADD PRIMARY KEY USING INDEX items_pkey",
        "AccessExclusive on items; rewrites: ; scans: ; ",
    ),
    ("", "ALTER TABLE items RENAME note TO remark", "AccessExclusive on items; rewrites: ; scans: ; "),
    ("", "ALTER TABLE items RENAME TO things", "AccessExclusive on items; rewrites: ; scans: ; "),
    (
        "CREATE INDEX a ON items (note)",
        "ALTER TABLE items ALTER note TYPE text COLLATE \"C\"",
        "AccessExclusive on items; rewrites: a; scans: items; blocks-writes, blocks-reads",
    ),
    ("CREATE INDEX a ON items (note)", "DROP INDEX a", "AccessExclusive on items; rewrites: ; scans: ; "),
];

#[tokio::test]
async fn measurements_match_the_documentation_of_postgresql() {
    let mut scratch = Scratch::database(&server(), public()).await.unwrap();
    for (before, sql, expected) in DOCUMENTED {
        let (back, found) = measured(scratch, before, sql).await;
        scratch = back;
        assert_eq!(found, *expected, "{sql}");
    }
    scratch.close().await.unwrap();
}

#[tokio::test]
async fn a_predicted_hazard_that_is_not_observed_is_removed() {
    let mut case = Case::one_way(ITEMS, plan(&["ALTER TABLE items ALTER name TYPE varchar(40)"])).await;
    case.up.statements[0].hazards.insert(Hazard::RewritesTable);
    assert_eq!(case.prove().await.unwrap().up[0].hazards, [].into());
    case.close().await;
}
