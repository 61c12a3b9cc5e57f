//! Patterns of ECMA-262.

use curio_schema::Schema;
use serde_json::json;

use crate::codes;

#[test]
fn patterns_mean_what_ecma_262_says() {
    for (pattern, matching, others) in [
        ("", &["", "a"][..], &[][..]),
        (r"^\d+$", &["0123"], &["\u{0661}", "", "1a"]),
        (r"^\D$", &["\u{0661}", "a"], &["1"]),
        (r"^\w+$", &["aZ_0"], &["\u{e9}", "-"]),
        (r"^[\w-]+$", &["a-b"], &["a b"]),
        (r"^[+\d-]+$", &["+-1"], &[",", "1]"]),
        (r"^[+--]+$", &["+,-"], &["."]),
        (r"^[^]$", &["a", "\n", "\u{1f4a9}"], &[""]),
        (r"^[^^]$", &["a"], &["^"]),
        (r"^(?:[]|a)$", &["a"], &["", "b"]),
        (r"^\ud83d\udca9[\ud83d\udca8-\ud83d\udcaa]$", &["\u{1f4a9}\u{1f4aa}"], &["\u{1f4a9}"]),
        (r"^\W$", &["\u{e9}", " "], &["a"]),
        (r"^\s$", &[" ", "\t", "\u{feff}", "\u{2029}", "\u{a0}"], &["a", "\u{85}", "\u{180e}"]),
        (r"^[^\s]$", &["a", "\u{85}"], &[" ", "\u{2003}"]),
        (r"^\S$", &["a"], &["\u{3000}"]),
        (r"^.$", &["a", "\u{1f4a9}", "\u{85}"], &["", "\n", "\r", "\u{2028}", "ab"]),
        (r"^a$", &["a"], &["a\n", "\na"]),
        (r"\bfoo\b", &["foo", "a foo", "\u{e9}foo"], &["afoo", "foo1"]),
        (r"^\Ba", &[], &["a"]),
        (r"o\B", &["foo"], &["o"]),
        (r"\B", &["", "ab"], &["a", "a\u{e9}a"]),
        (r"^[\b]$", &["\u{8}"], &["b"]),
        (r"^\cA\x41\u0042\u{43}\0$", &["\u{1}ABC\u{0}"], &["AABC"]),
        (r"^[[&&~]$", &["[", "&", "~"], &["a"]),
        (r"^[a\]]$", &["a", "]"], &["\\"]),
        (r"^[a\-z]$", &["-", "z"], &["b"]),
        (r"^(?:a|b)(?<name>c)?$", &["a", "bc"], &["c"]),
        (r"^a{2,3}?$", &["aa", "aaa"], &["a", "aaaa"]),
        (r"^\/\.\$$", &["/.$"], &["/a$"]),
        (r"^\p{Lu}[\p{L} '-]{0,63}$", &["\u{c9}mile Zola"], &["\u{e9}mile", "A1"]),
        (r"^\P{L}$", &["1"], &["a"]),
        (r"^\p{Script=Greek}$", &["\u{3b1}"], &["a"]),
        ("^\u{1f4a9}*$", &["", "\u{1f4a9}\u{1f4a9}"], &["\u{1f4a8}"]),
        ("^(?:(?:){1000000}){1000000}$", &[""], &["a"]),
        ("^(a*)*$", &["", "aaaa"], &["b"]),
        ("^(a|ab)(c|bcd)$", &["abcd", "ac", "abc"], &["abd"]),
        ("a$|^b", &["ba", "b", "xa"], &["ab"]),
        ("(^|x)b", &["b", "axb"], &["ab"]),
    ] {
        let schema = Schema::compile(&json!({ "pattern": pattern }))
            .unwrap_or_else(|faults| panic!("{pattern}: {faults:?}"));
        for text in matching {
            assert_eq!(schema.validate(&json!(text)), Ok(()), "{pattern} matches {text:?}");
        }
        for text in others {
            assert!(schema.validate(&json!(text)).is_err(), "{pattern} does not match {text:?}");
        }
    }
}

/// The codes, and patterns that have them.
const REJECTED: &[(&str, &[&str])] = &[
    ("unsupported_pattern", &["(?=a)", "(?!a)", "(?<=a)", "(?<!a)", r"(a)\1", r"(?<n>a)\k<n>", r"\12"]),
    (
        "invalid_pattern",
        &[
            "(",
            ")",
            "[",
            "a(",
            "+",
            "a{2,1}",
            "[b-a]",
            "(?i)a",
            "(?P<n>a)",
            "(?#a)",
            "(?>a)",
            r"\A",
            r"\z",
            r"\a",
            r"\<a",
            r"a\>",
            r"\Q",
            r"\c1",
            r"\",
            "a**",
            "a{2}{3}",
            "a???",
            "a{,2}",
            "a{ 2}",
            "^*",
            r"\b+",
            "]",
            "}",
            "a{",
            r"\_",
            r"\-",
            r"[\_]",
            r"[+-\d]",
            r"\pL",
            r"\p{Greek}",
            r"\p{lu}",
            r"\p{^Lu}",
            r"\p{Age=3.0}",
            r"\x{41}",
            r"\u{+41}",
            r"\u00e",
            r"\ud83d",
            r"\ud83d\u0041",
            "(?<a.b>c)",
            "(?<a>b)(?<a>c)",
            "[a--b]",
            r"\p{Nothing}",
            r"[\B]",
            "(?",
            "(?i:a)",
            r"\u{110000}",
        ],
    ),
    ("too_complex", &["(a{1000}){1000}", "((a{100}){100}){100}", r"(\p{L}{100}){10}"]),
];

#[test]
fn what_is_no_pattern_or_takes_more_than_linear_time_is_rejected() {
    for (code, patterns) in REJECTED {
        for pattern in *patterns {
            let faults = codes(Schema::compile(&json!({ "pattern": pattern })));
            assert_eq!(faults, [("/pattern".to_owned(), *code)], "{pattern}");
            let faults = codes(Schema::compile(&json!({ "patternProperties": { *pattern: true } })));
            assert_eq!(faults.len(), 1, "{pattern}");
            assert_eq!(faults[0].1, *code, "{pattern}");
        }
    }
    let long = "a".repeat(curio_schema::MAX_PATTERN);
    assert_eq!(codes(Schema::compile(&json!({ "pattern": long }))), []);
    assert_eq!(
        codes(Schema::compile(&json!({ "pattern": long + "a" }))),
        [("/pattern".into(), "too_complex")]
    );
}
