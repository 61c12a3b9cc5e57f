//! Golden SQL.

use curio_filter::{Filter, Part};

use crate::parse;

/// The SQL with the values in braces.
fn shown(filter: &Filter) -> String {
    filter
        .sql()
        .into_iter()
        .map(|part| match part {
            Part::Sql(sql) => sql.into_owned(),
            Part::Text(text) => format!("{{{text}}}"),
            Part::Timestamp(instant) => format!("{{{instant:?}}}"),
        })
        .collect()
}

#[test]
fn the_condition_of_a_filter_is_as_expected() {
    for (text, expected) in [
        ("name = \"a'b\"", "name = {a'b}::text"),
        ("name >= \"a\"", "name COLLATE \"C\" >= {a}::text"),
        ("status in (\"draft\", \"active\")", "status IN ({draft}::text, {active}::text)"),
        ("version != 1e1", "NOT version = {10}::text::bigint"),
        ("created_at < 2026-11-27T12:00:00Z", "created_at < {2026-11-27T12:00:00Z}::timestamptz"),
        (
            "created_at <= 2026-11-27T12:00:00.0000019Z",
            "created_at <= {2026-11-27T12:00:00.000001Z}::timestamptz",
        ),
        (
            "created_at < 2026-11-27T12:00:00.0000011Z",
            "created_at < {2026-11-27T12:00:00.000002Z}::timestamptz",
        ),
        ("created_at = 2026-11-27T12:00:00.0000019Z", "created_at = {-4368-04-02T04:26:40Z}::timestamptz"),
        (
            "attributes.size.\"strange key\" = \"a\"",
            "COALESCE(jsonb_path_query_first(attributes, {strict $.\"size\".\"strange key\"}::text::jsonpath, '{}', true), 'null') = {\"a\"}::text::jsonb",
        ),
        (
            "attributes.a in (1, null, true)",
            "COALESCE((attributes -> {a}::text), 'null') IN ({1}::text::jsonb, {null}::text::jsonb, {true}::text::jsonb)",
        ),
        (
            "attributes.a < 1.50",
            "COALESCE(jsonb_path_exists((attributes -> {a}::text), 'strict $ ? (@ < $literal)', {{\"literal\":1.5}}::text::jsonb), false)",
        ),
        (
            "attributes.a : \"b\"",
            "(SELECT COALESCE(value_0 ? {b}::text AND jsonb_typeof(value_0) <> 'string', false) FROM (SELECT (attributes -> {a}::text) AS value_0 OFFSET 0) AS shared)",
        ),
        ("attributes.a : 1", "COALESCE((attributes -> {a}::text) @> {[1]}::text::jsonb, false)"),
        (
            "version = 1 and (name = \"a\" or not (name = \"b\" and version > 2))",
            "(version = {1}::text::bigint AND (name = {a}::text OR NOT (name = {b}::text AND version > {2}::text::bigint)))",
        ),
    ] {
        assert_eq!(shown(&parse(text).unwrap()), expected, "{text}");
    }
}

#[test]
fn a_timestamp_is_compared_with_strings_that_are_one() {
    let sql = shown(&parse("attributes.a in (2026-11-27T12:00:00Z, \"b\")").unwrap());
    let (before, rest) = sql.split_once(" ~ '").unwrap();
    let (_pattern, after) = rest.split_once("' THEN ").unwrap();
    assert_eq!(
        before,
        "(SELECT (COALESCE(value_0, 'null') = {\"b\"}::text::jsonb OR CASE WHEN jsonb_typeof(value_0) = 'string' AND value_0 #>> '{}'"
    );
    assert_eq!(
        after,
        "(value_0 #>> '{}')::timestamptz = {2026-11-27T12:00:00Z}::timestamptz ELSE false END) FROM (SELECT (attributes -> {a}::text) AS value_0 OFFSET 0) AS shared)"
    );
}

#[test]
fn a_value_that_is_used_several_times_is_read_once() {
    let text = "attributes.a = 1 and (attributes.b = 1 or name = \"a\") and not attributes.a > 2";
    assert_eq!(
        shown(&parse(text).unwrap()),
        "((COALESCE((attributes -> {b}::text), 'null') = {1}::text::jsonb OR name = {a}::text) AND (SELECT \
         (COALESCE(value_0, 'null') = {1}::text::jsonb AND NOT COALESCE(jsonb_path_exists(value_0, \
         'strict $ ? (@ > $literal)', {{\"literal\":2}}::text::jsonb), false)) \
         FROM (SELECT (attributes -> {a}::text) AS value_0 OFFSET 0) AS shared))"
    );
}
