//! What every match is between.

use curio_filter::{Bound, Range, ValuePath, Values, parse_timestamp};

use crate::parse;

fn range(path: &str, bound: Bound, values: Values) -> Range {
    Range { path: ValuePath::parse(path).unwrap(), bound, values }
}

#[test]
fn comparisons_that_and_joins_are_ranges() {
    let number = |number: &str| Values::Numbers(vec![number.to_owned()]);
    let text = |texts: &[&str]| Values::Texts(texts.iter().map(|text| (*text).to_owned()).collect());
    let time = Values::Timestamps(vec![parse_timestamp("2026-11-27T12:00:00.000001Z").unwrap()]);
    for (filter, expected) in [
        ("attributes.a < 1e1", vec![range("a", Bound::Upper, number("10"))]),
        ("attributes.a >= 1 and name = \"x\"", vec![range("a", Bound::Lower, number("1"))]),
        (
            "attributes.a > \"x\" and attributes.\"b\".c in (true, false)",
            vec![
                range("a", Bound::Lower, text(&["x"])),
                range("b.c", Bound::Equal, Values::Booleans(vec![true, false])),
            ],
        ),
        ("attributes.a in (\"x\", \"y\")", vec![range("a", Bound::Equal, text(&["x", "y"]))]),
        ("attributes.a <= 2026-11-27T12:00:00.0000014Z", vec![range("a", Bound::Upper, time)]),
    ] {
        assert_eq!(parse(filter).unwrap().ranges("attributes"), expected, "{filter}");
    }
}

#[test]
fn nothing_else_is_a_range() {
    for filter in [
        "name < \"x\"",
        "attributes.a = null",
        "attributes.a != 1",
        "attributes.a in (1, \"x\")",
        "attributes.a in (1, null)",
        "attributes.a : 1",
        "attributes.a < 1 or attributes.a > 2",
        "not (attributes.a < 1 and attributes.a > 2)",
    ] {
        assert_eq!(parse(filter).unwrap().ranges("attributes"), [], "{filter}");
    }
}

#[test]
fn a_path_has_one_spelling() {
    for (text, canonical, jsonpath) in [
        ("price", "price", r#"strict $."price""#),
        (" size . \"width\" ", "size.width", r#"strict $."size"."width""#),
        (r#""a.b"."\u00e9""#, r#""a.b"."é""#, r#"strict $."a.b"."é""#),
        ("and.\"0\"", "and.\"0\"", r#"strict $."and"."0""#),
    ] {
        let path = ValuePath::parse(text).unwrap();
        assert_eq!((path.to_string(), path.jsonpath()), (canonical.to_owned(), jsonpath.to_owned()));
        assert_eq!(ValuePath::parse(canonical).unwrap(), path, "{text}");
    }
    for text in ["", ".", "a.", "a..b", "a b", "a = 1", "0", "\"a", "\"\\u0000\"", &"a.".repeat(33)] {
        assert!(ValuePath::parse(text).is_err(), "{text}");
    }
}
