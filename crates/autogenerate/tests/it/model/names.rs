//! Default names are the ones that PostgreSQL would choose.

use std::collections::BTreeSet;

use autogenerate::{Table, model::Metadata, schema::Name};
use sqlx::postgres::types::PgRange;

use super::made;
use crate::support::Database;

#[derive(Table)]
#[table(
    unique(columns = ["a", "b"]),
    unique(columns = ["c"], include = ["a"]),
    check("a > b"),
    check("c <> ''"),
    check("c <> 'c'"),
    check("d IS NULL OR d > a"),
    check("true"),
    exclude(using = "gist", elements = ["span WITH &&", "(span * span) WITH &&"]),
    foreign_key(columns = ["b", "a"], references = "names(a, b)"),
    index(columns = ["a", "b DESC"], include = ["c"]),
    index(columns = ["lower(c)", "upper(c)", "(a + b)", "(a - b)"]),
    index(columns = ["(c::varchar(3))", "((1 + a)::bigint)"]),
    index(columns = ["((a + 1)::int8)", "(c COLLATE \"C\")", "coalesce(c, '')"]),
    index(columns = ["a"]),
    index(columns = ["a"], unique, where = "b > 0"),
    index(columns = ["a_column_with_a_name_that_is_rather_long", "another_column_with_a_long_name"])
)]
#[expect(dead_code, reason = "only its description is used")]
struct Names {
    #[column(primary_key)]
    id: i64,
    #[column(check = "a > 0")]
    a: i32,
    b: i32,
    c: String,
    #[column(references = "names", unique)]
    d: Option<i64>,
    span: PgRange<i32>,
    a_column_with_a_name_that_is_rather_long: i32,
    another_column_with_a_long_name: i32,
}

/// The same schema without any explicit names.
const SQL: &str = "CREATE TABLE names (
    id bigint PRIMARY KEY,
    a integer NOT NULL CHECK (a > 0),
    b integer NOT NULL,
    c text NOT NULL,
    d bigint REFERENCES names UNIQUE,
    span int4range NOT NULL,
    a_column_with_a_name_that_is_rather_long integer NOT NULL,
    another_column_with_a_long_name integer NOT NULL,
    UNIQUE (a, b),
    UNIQUE (c) INCLUDE (a),
    CHECK (a > b),
    CHECK (c <> ''),
    CHECK (c <> 'c'),
    CHECK (d IS NULL OR d > a),
    CHECK (true),
    EXCLUDE USING gist (span WITH &&, (span * span) WITH &&),
    FOREIGN KEY (b, a) REFERENCES names (a, b)
);
CREATE INDEX ON names (a, b DESC) INCLUDE (c);
CREATE INDEX ON names (lower(c), upper(c), (a + b), (a - b));
CREATE INDEX ON names ((c::varchar(3)), ((1 + a)::bigint));
CREATE INDEX ON names (((a + 1)::int8), (c COLLATE \"C\"), coalesce(c, ''));
CREATE INDEX ON names (a);
CREATE UNIQUE INDEX ON names (a) WHERE b > 0;
CREATE INDEX ON names (a_column_with_a_name_that_is_rather_long, another_column_with_a_long_name);";

#[tokio::test]
async fn default_names_are_the_ones_that_postgresql_chooses() {
    let ours = made(&Metadata::new().table::<Names>()).await;
    let theirs = Database::with(SQL).await.public().await.schema;
    let names = |schema: &autogenerate::schema::Schema| -> BTreeSet<String> {
        let table = &schema.tables[&Name::local("names")];
        table.constraints.keys().chain(table.indexes.keys()).cloned().collect()
    };
    assert_eq!(names(&ours), names(&theirs));
    assert_eq!(ours, theirs);
}
