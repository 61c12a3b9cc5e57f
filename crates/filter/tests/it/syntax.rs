//! What is a filter, and what a text that is none is told.

use curio_filter::{Filter, JsonType, MAX_LABELS, MAX_LENGTH, MAX_LEVELS, MAX_TERMS};

use crate::{FIELDS, parse};

const TEXT: &str = "a text in double quotes";
const TIMESTAMP: &str = "a timestamp such as 2026-11-27T12:00:00Z";
const OPERAND: &str = "`name`, `status`, `version`, `created_at`, `attributes.<path>`, `not` or `(`";
const ORDERED: &str = "`=`, `!=`, `<`, `<=`, `>`, `>=` or `in`";
const BARE: &str = "a number such as -1.5e3, or a timestamp such as 2026-11-27T12:00:00Z";
const LABEL: &str = "a name: letters, digits and `_`, or a text in double quotes";

#[track_caller]
fn assert_error(text: &str, column: usize, problem: &str, expected: &str) {
    let error = parse(text).expect_err(text);
    assert_eq!(
        (error.column, &error.problem[..], &error.expected[..]),
        (column, problem, expected),
        "{text}"
    );
}

#[test]
fn a_syntax_error_names_the_column_and_what_was_expected_there() {
    for (text, column, problem, expected) in [
        ("", 1, "unexpected end", OPERAND),
        ("  ", 3, "unexpected end", OPERAND),
        ("color = 1", 1, "unexpected `color`", OPERAND),
        ("NOT name = \"a\"", 1, "unexpected `NOT`", OPERAND),
        ("\"name\" = \"a\"", 1, "unexpected `\"name\"`", OPERAND),
        ("name", 5, "unexpected end", ORDERED),
        ("name == \"a\"", 7, "unexpected `=`", TEXT),
        ("name ! = \"a\"", 6, "unexpected `!`", ORDERED),
        ("name ~ \"a\"", 6, "unexpected `~`", ORDERED),
        ("name.first = \"a\"", 5, "unexpected `.`", ORDERED),
        ("name = 'a'", 8, "unexpected `'`", TEXT),
        ("name = é", 8, "unexpected `\\u{e9}`", TEXT),
        ("name = \"é\" é", 12, "unexpected `\\u{e9}`", "`and`, `or` or the end"),
        ("name = \"a\" AND name = \"b\"", 12, "unexpected `AND`", "`and`, `or` or the end"),
        ("name = \"a\" and", 15, "unexpected end", OPERAND),
        ("name = \"a\" or or", 15, "unexpected `or`", OPERAND),
        ("(name = \"a\"", 12, "unexpected end", "`and`, `or` or `)`"),
        ("name = \"a\")", 11, "unexpected `)`", "`and`, `or` or the end"),
        ("()", 2, "unexpected `)`", OPERAND),
        ("name in \"a\"", 9, "unexpected `\"a\"`", "`(`"),
        ("name in ()", 10, "unexpected `)`", TEXT),
        ("name in (\"a\" \"b\")", 14, "unexpected `\"b\"`", "`,` or `)`"),
        ("name in (\"a\",)", 14, "unexpected `)`", TEXT),
        ("attributes = 1", 12, "unexpected `=`", "`.` and a name"),
        ("attributes. = 1", 13, "unexpected `=`", LABEL),
        ("attributes.2 = 1", 12, "unexpected `2`", LABEL),
        ("attributes.a.b-c = 1", 15, "unexpected `-c`", "`.`, `=`, `!=`, `<`, `<=`, `>`, `>=`, `:` or `in`"),
        ("version = 1and", 11, "`1and` is neither a number nor a timestamp", BARE),
        ("version = 01", 11, "`01` is neither a number nor a timestamp", BARE),
        ("version = 1.", 11, "`1.` is neither a number nor a timestamp", BARE),
        ("version = -", 11, "`-` is neither a number nor a timestamp", BARE),
        (
            "created_at > 2026-02-30T00:00:00Z",
            14,
            "`2026-02-30T00:00:00Z` is neither a number nor a timestamp",
            BARE,
        ),
    ] {
        assert_error(text, column, problem, expected);
    }
}

#[test]
fn a_type_error_names_the_column_and_what_was_expected_there() {
    const STATUS: &str = "\"draft\" or \"active\" or \"archived\"";
    let json = format!("{TEXT}, a number or {TIMESTAMP}");
    for (text, column, problem, expected) in [
        ("name = 1", 8, "`name` does not compare with `1`", TEXT),
        ("name = null", 8, "`name` does not compare with `null`", TEXT),
        ("name in (\"a\", true)", 15, "`name` does not compare with `true`", TEXT),
        ("name : \"a\"", 6, "unexpected `:`", ORDERED),
        ("status = \"gone\"", 10, "`status` does not compare with `\"gone\"`", STATUS),
        ("status < \"draft\"", 8, "unexpected `<`", "`=`, `!=` or `in`"),
        ("version = \"1\"", 11, "`version` does not compare with `\"1\"`", "an integer of 64 bits"),
        ("version < 1.5", 11, "`version` does not compare with `1.5`", "an integer of 64 bits"),
        (
            "version < 9223372036854775808",
            11,
            "`version` does not compare with `9223372036854775808`",
            "an integer of 64 bits",
        ),
        ("created_at = 2026", 14, "`created_at` does not compare with `2026`", TIMESTAMP),
        ("attributes.a < null", 16, "`attributes` does not compare with `null`", &json),
        ("attributes.a >= true", 17, "`attributes` does not compare with `true`", &json),
        (
            "attributes.a : 2026-11-27T12:00:00Z",
            16,
            "`attributes` does not compare with `2026-11-27T12:00:00Z`",
            "a text in double quotes, a number, `true`, `false` or `null`",
        ),
    ] {
        assert_error(text, column, problem, expected);
    }
}

#[test]
fn attributes_of_known_types_compare_with_those_types_only() {
    let admits = |path: &[String], json_type: JsonType| match path.join(".").as_str() {
        "watts" => json_type == JsonType::Number,
        "size.unit" => json_type == JsonType::String,
        "tags" => json_type == JsonType::Array,
        "flag" => json_type == JsonType::Boolean,
        _ => true,
    };
    let parse = |text: &str| Filter::parse_typed(text, FIELDS, &admits);
    for (text, column, problem, expected) in [
        ("attributes.watts = \"9\"", 20, "`\"9\"`", "a number or `null`"),
        ("attributes.watts != \"9\"", 21, "`\"9\"`", "a number or `null`"),
        ("not attributes.watts < \"9\"", 24, "`\"9\"`", "a number"),
        ("attributes.watts in (9, true)", 25, "`true`", "a number or `null`"),
        ("attributes.size.unit > 1", 24, "`1`", &format!("{TEXT} or {TIMESTAMP}")),
        ("attributes.flag < 1", 19, "`1`", "an attribute with texts or numbers"),
        ("attributes.flag = 1", 19, "`1`", "`true`, `false` or `null`"),
        ("attributes.tags = \"a\"", 19, "`\"a\"`", "`null`"),
    ] {
        let error = parse(text).expect_err(text);
        let problem = format!("`attributes` does not compare with {problem}");
        assert_eq!((error.column, error.problem, &*error.expected), (column, problem, expected), "{text}");
    }
    let error = parse("attributes.watts : 1").unwrap_err();
    assert_eq!((error.column, &*error.problem, &*error.expected), (18, "unexpected `:`", ORDERED));
    let error = parse("attributes.watts = ").unwrap_err();
    assert_eq!(error.expected, "a number or `null`");
    for text in [
        "attributes.watts = null and attributes.watts >= 1 and attributes.watts in (1, 2.5)",
        "attributes.size.unit < 2026-11-27T12:00:00Z and attributes.size.unit = \"m\"",
        "attributes.tags : true and attributes.tags = null and attributes.flag = false",
        "attributes.size = 1 and attributes.other : 1",
    ] {
        assert_eq!(parse(text), crate::parse(text), "{text}");
    }
}

#[test]
fn a_text_is_a_json_string_that_can_be_stored() {
    const ESCAPES: &str = "`\\\"`, `\\\\`, `\\/`, `\\b`, `\\f`, `\\n`, `\\r`, `\\t`, or `\\u` with 4 hexadecimal digits, surrogates in pairs";
    for (text, column, problem, expected) in [
        (r#"name = "a"#, 10, "unexpected end in a text", "`\"`"),
        (r#"name = "a\"#, 10, "invalid escape", ESCAPES),
        (r#"name = "é\x""#, 10, "invalid escape", ESCAPES),
        (r#"name = "\u12g4""#, 9, "invalid escape", ESCAPES),
        (r#"name = "\ud800""#, 9, "invalid escape", ESCAPES),
        (r#"name = "\ud800\u0041""#, 9, "invalid escape", ESCAPES),
        (r#"name = "\udc00\ud800""#, 9, "invalid escape", ESCAPES),
        (r#"name = "ab\u0000""#, 11, "U+0000, which no value contains,", "another character"),
        (
            "name = \"a\nb\"",
            10,
            "control character `\\u{a}` in a text",
            "an escape such as `\\n` or `\\u0009`",
        ),
    ] {
        assert_error(text, column, problem, expected);
    }
    let canonical = parse(r#"name = "\u00e9\uD83D\uDE00\/\"\\\b\f\n\r\t""#).unwrap().to_string();
    assert_eq!(canonical, r#"name = "é😀/\"\\\b\f\n\r\t""#);
}

#[test]
fn limits_are_exact() {
    let nested = |levels: usize| format!("{}name = \"a\"{}", "(".repeat(levels), ")".repeat(levels));
    assert!(parse(&nested(MAX_LEVELS)).is_ok());
    assert_error(&nested(MAX_LEVELS + 1), 9, "`(` on level 9", "at most 8 levels of parentheses and `not`");
    let negated = |levels: usize| format!("{}name = \"a\"", "not ".repeat(levels));
    assert!(parse(&negated(MAX_LEVELS)).is_ok());
    assert_error(
        &negated(MAX_LEVELS + 1),
        33,
        "`not` on level 9",
        "at most 8 levels of parentheses and `not`",
    );

    let list = |terms: usize| format!("version in ({})", vec!["1"; terms].join(","));
    assert!(parse(&list(MAX_TERMS)).is_ok());
    assert_error(&list(MAX_TERMS + 1), 141, "term 65", "at most 64 terms");
    let terms = |terms: usize| vec!["version = 1"; terms].join(" or ");
    assert!(parse(&terms(MAX_TERMS)).is_ok());
    assert_error(&terms(MAX_TERMS + 1), 971, "term 65", "at most 64 terms");

    let path = |labels: usize| format!("attributes{} = 1", ".a".repeat(labels));
    assert!(parse(&path(MAX_LABELS)).is_ok());
    assert_error(&path(MAX_LABELS + 1), 76, "label 33 of a path", "at most 32 labels");

    let long = |length: usize| format!("name = \"{:é<1$}\"", "", length - 9);
    assert!(parse(&long(MAX_LENGTH)).is_ok());
    assert_error(&long(MAX_LENGTH + 1), 1, "a filter of 65537 characters", "at most 65536 characters");

    let number = "a number with at most 131072 digits and 16383 decimal places";
    assert!(parse("attributes.a = 1e131071").is_ok());
    assert_error("attributes.a = 1e131072", 16, "number `1e131072`", number);
    assert_error("attributes.a = 1e-16384", 16, "number `1e-16384`", number);
}

#[test]
fn an_error_reads_as_a_sentence_and_shortens_what_it_quotes() {
    let error = parse(&format!("version = \"{}\"", "é\u{202e}".repeat(20))).unwrap_err().to_string();
    let quoted = r"\u{e9}\u{202e}\u{e9}\u{202e}\u{e9}...";
    assert_eq!(
        error,
        format!("`version` does not compare with `\"{quoted}` at column 11: expected an integer of 64 bits")
    );
}

#[test]
fn equal_filters_have_one_text() {
    for (texts, canonical) in [
        (
            &["name=\"a\"", " name =\n\t\"\\u0061\" ", "((name = \"a\"))", "name in (\"a\")"][..],
            "name = \"a\"",
        ),
        (&["name!=\"a\"", "not name = \"a\"", "not not not (name = \"a\")"], "name != \"a\""),
        (&["not (not version<1)"], "version < 1"),
        (&["version in(1,1e2,2.0)"], "version in (1, 100, 2)"),
        (&["created_at>2026-11-27t13:00:00+01:00"], "created_at > 2026-11-27T12:00:00.000000Z"),
        (&["attributes . \"a\".\"b c\":null", "attributes.a.\"b c\" : null"], "attributes.a.\"b c\" : null"),
        (&["attributes.in.and.\"\" = true"], "attributes.in.and.\"\" = true"),
        (
            &["version=1 and(version=2 and version=3)or(version=4 or(version=5))"],
            "version = 1 and version = 2 and version = 3 or version = 4 or version = 5",
        ),
        (&["(version=1 or version=2)and not(version>3)"], "(version = 1 or version = 2) and not version > 3"),
        (&["not(version=1 and version=2)"], "not (version = 1 and version = 2)"),
    ] {
        for text in texts {
            let filter = parse(text).expect(text);
            assert_eq!(filter.to_string(), canonical, "{text}");
            assert_eq!(parse(canonical).unwrap(), filter, "{text}");
        }
    }
}

#[test]
fn ordered_filters_differ_in_what_they_mean_only() {
    for (texts, ordered) in [
        (&["version in (3, 1, 2)", "version in (2,3,1,3)"][..], "version in (1, 2, 3)"),
        (&["version in (1, 1)", "version = 1 or version = 1"], "version = 1"),
        (&["version > 2 and name = \"a\"", "name = \"a\" and version > 2"], "name = \"a\" and version > 2"),
        (
            &["not (version = 2 or version in (5, 4)) and name = \"a\""],
            "name = \"a\" and not (version = 2 or version in (4, 5))",
        ),
        (&["not not (version < 3 or version < 2)"], "version < 2 or version < 3"),
        (&["(version = 1 or version = 2) and (version = 2 or version = 1)"], "version = 1 or version = 2"),
        (
            &["version = 3 and (version = 2 and name = \"a\" or name = \"a\" and version = 2)"],
            "name = \"a\" and version = 2 and version = 3",
        ),
        (
            &["version = 1 or (version = 2 or version = 2) and name = \"a\""],
            "name = \"a\" and version = 2 or version = 1",
        ),
    ] {
        for text in texts {
            let filter = parse(text).expect(text).ordered();
            assert_eq!(filter.to_string(), ordered, "{text}");
            assert_eq!(filter.ordered(), filter, "{text}");
        }
    }
}
