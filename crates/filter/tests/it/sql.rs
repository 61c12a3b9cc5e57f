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
            "COALESCE((attributes -> {size}::text -> {strange key}::text), 'null') = {\"a\"}::text::jsonb",
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
            "COALESCE((attributes -> {a}::text) ? {b}::text AND jsonb_typeof((attributes -> {a}::text)) <> 'string', false)",
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
        "(COALESCE((attributes -> {a}::text), 'null') = {\"b\"}::text::jsonb OR CASE WHEN (attributes ->> {a}::text)"
    );
    assert_eq!(
        after,
        "(attributes ->> {a}::text)::timestamptz = {2026-11-27T12:00:00Z}::timestamptz ELSE false END)"
    );
}
