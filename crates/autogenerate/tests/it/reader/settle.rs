//! PostgreSQL may print an expression differently after parsing its own output.

use std::fmt::Write as _;

use crate::support::{Database, assert_alike};
use autogenerate::{
    introspect::Reading,
    schema::{Name, Table},
    scratch::Scratch,
};

/// Expressions as people write them, on the columns in `create` below.
const WRITTEN: &[&str] = &[
    "v IN ('a', 'b')",
    "v NOT IN ('a', 'it''s, (here)')",
    "v IN ('a')",
    "n BETWEEN 1 AND 5 AND v <> '' AND ok",
    "NOT (n BETWEEN 1 AND 5) OR n NOT BETWEEN 7 AND 9 OR (ok OR v = '')",
    "(n = 1 OR n = 2) AND (n BETWEEN SYMMETRIC 1 AND 5 AND ok) AND v LIKE 'a%'",
    "n IN (1, 2) AND b IN (1, 2) AND d IN (1, 2.5) AND c IN ('a', 'b') AND ci IN ('a', 'b') AND s IN ('x', 'y')",
    "v = ANY ('{a,b}') OR v ~~* ALL (ARRAY['a', 'b']) OR v::char(2) IN ('a', 'b')",
    "v::text = ANY (ARRAY['a', 'b']::varchar[])",
    "d = -1 AND b = -1 AND n <> -1 AND d > -0.5 AND n % 2 = 0",
    "CASE v WHEN 'a' THEN n > 1 AND n < 5 AND ok WHEN 'b' THEN true ELSE (n IS NULL OR ok) AND ok END",
    "ok AND NOT ok OR ok IS TRUE OR (v, n) > ('a', 1) OR v IS DISTINCT FROM 'a' OR v SIMILAR TO 'a'",
    "at > now() - interval '1 day' AND at AT TIME ZONE 'UTC' > '2026-01-01' AND extract(year FROM at) > 2000",
    "coalesce(v, '') || n::text <> '' AND nullif(n, 0) IS NOT NULL AND greatest(n, b, 3) > 0",
    "j ->> 'a' = 'b' AND j @> '{\"a\": [1, 2]}' AND (j -> 'b')::text::int > 0 AND j ? 'c' AND j #>> '{a,b}' IN ('c', 'd')",
    "array_length(a, 1) <= 3 AND a[1] = 'x' AND a[1:2] <> '{}' AND a <@ ARRAY['x', 'y'] AND 'x' = ANY (a)",
    "cardinality(ARRAY[n, b]::numeric[]) > 0 AND ARRAY[n] <> ARRAY[[1, 2], [3, 4]]",
    "substring(v FROM 1 FOR 2) <> '' AND position('a' IN v) > 0 AND trim(both ' ' FROM v) <> '' AND overlay(v PLACING 'x' FROM 1) <> ''",
    "v COLLATE \"C\" > 'a' AND lower(v) = v AND length(v) > 0 AND v ~ '^\\w+$' AND v <> E'\\n\\\\'",
    "(at, at + interval '1 h') OVERLAPS (at, at) AND tstzrange(at, at, '[)') @> at AND make_date(2026, 1, 1) < at::date",
    "s::text = 'x' AND s = ANY (enum_range(NULL::state)) AND s <> 'y' AND ss && '{x}' AND ss <> ARRAY['x', 'y']::state[]",
    "(((n > 0) AND ((n < 5) AND (ok))) AND (v IN ('a', 'b') AND (n IN (1, 2) OR (ok OR v IN ('c', 'd')))))",
];

fn create(checks: &[String], where_clauses: &[String], generated: &[String]) -> String {
    let mut sql = "CREATE TYPE state AS ENUM ('x', 'y');
        CREATE TABLE t (v varchar(20), n integer, b bigint, d numeric, c char(3), ci citext, s state, ss state[],
            ok boolean, at timestamptz, j jsonb, a text[]"
        .to_owned();
    for (number, check) in checks.iter().enumerate() {
        write!(sql, ", CONSTRAINT c{number} {check}").unwrap();
    }
    for (number, expression) in generated.iter().enumerate() {
        write!(sql, ", g{number} boolean GENERATED ALWAYS AS ({expression}) STORED").unwrap();
    }
    sql.push(')');
    for (number, definition) in where_clauses.iter().enumerate() {
        write!(sql, "; CREATE INDEX i{number} ON t USING {definition}").unwrap();
    }
    sql
}

async fn read(scratch: &mut Scratch, create: &str) -> Reading {
    scratch.clear().await.unwrap();
    scratch.execute(create).await.unwrap();
    scratch.read().await.unwrap()
}

#[tokio::test]
async fn a_schema_created_from_a_reading_reads_the_same() {
    let database = Database::with("CREATE EXTENSION citext").await;
    let mut scratch = Scratch::schema(&database.options).await.unwrap();
    let written = create(
        &WRITTEN.iter().map(|check| format!("CHECK ({check})")).collect::<Vec<_>>(),
        &[
            "btree (n) WHERE v IN ('a', 'b')".to_owned(),
            "btree ((v IN ('a', 'b') AND n BETWEEN 1 AND 2 AND ok), n) WHERE n BETWEEN 1 AND 2 AND ok"
                .to_owned(),
        ],
        &["v IN ('a', 'b')".to_owned(), "n BETWEEN 1 AND 2 AND ok".to_owned()],
    );
    let first = read(&mut scratch, &written).await;
    let table: &Table = &first.schema.tables[&Name::local("t")];
    assert_eq!(
        table.constraints["c0"].definition,
        "CHECK (((v)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text])))"
    );
    let again = create(
        &(0..WRITTEN.len())
            .map(|n| table.constraints[&format!("c{n}")].definition.clone())
            .collect::<Vec<_>>(),
        &table.indexes.values().map(|index| index.definition.clone()).collect::<Vec<_>>(),
        &table
            .columns
            .iter()
            .filter_map(|column| Some(column.generated.as_ref()?.expression.sql.clone()))
            .collect::<Vec<_>>(),
    );
    assert_alike(&read(&mut scratch, &again).await, &first);
    scratch.close().await.unwrap();
}
