//! Generates values of a type, as text for its input function.

use crate::schema::{Column, Enum, Name, quote_identifier, quote_literal};
use std::collections::BTreeMap;

/// A value for a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Default,
    Text(String),
}

impl Value {
    pub(super) fn sql(&self) -> String {
        match self {
            Self::Null => "NULL".to_owned(),
            Self::Default => "DEFAULT".to_owned(),
            Self::Text(text) => quote_literal(text),
        }
    }
}

/// A parsed type: `character varying(200)[]` is `character varying`, `[200]` and an array.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Type<'a> {
    base: String,
    modifiers: Vec<i32>,
    is_array: bool,
    values: Option<&'a [String]>,
}

impl<'a> Type<'a> {
    pub(super) fn parse(column: &Column, enums: &'a BTreeMap<Name, Enum>) -> Self {
        let mut base = column.data_type.trim();
        let is_array = base.ends_with("[]");
        while let Some(element) = base.strip_suffix("[]") {
            base = element;
        }
        let values =
            column.enum_type.as_ref().and_then(|name| enums.get(name)).map(|known| known.values.as_slice());
        let mut modifiers = Vec::new();
        let mut plain = base.to_owned();
        if let (Some(open), Some(close)) = (base.find('('), base.rfind(')')) {
            modifiers.extend(
                base[open + 1..close].split(',').filter_map(|number| number.trim().parse::<i32>().ok()),
            );
            plain = format!("{}{}", &base[..open], &base[close + 1..]);
        }
        Self { base: plain, modifiers, is_array, values }
    }

    /// The maximum number of characters or bits.
    fn limit(&self) -> usize {
        let unlimited = if self.base == "bit" { 1 } else { 300 };
        self.modifiers.first().and_then(|limit| usize::try_from(*limit).ok()).unwrap_or(unlimited)
    }

    /// Whether the type or its element type is text.
    fn holds_text(&self) -> bool {
        matches!(self.base.as_str(), "text" | "character varying" | "character" | "citext")
    }

    fn is_text(&self) -> bool {
        self.holds_text() && !self.is_array
    }

    pub(super) fn is_number(&self) -> bool {
        NUMBERS.contains(&self.base.as_str()) && !self.is_array
    }

    fn is_json(&self) -> bool {
        matches!(self.base.as_str(), "json" | "jsonb") && !self.is_array
    }

    /// The number of enum values to cover; 0 for other types.
    pub(super) fn count(&self) -> usize {
        self.values.map_or(0, <[String]>::len).min(24)
    }

    /// The `n`th of many values, which differ as far as the type allows. Returns several guesses if
    /// it is unknown which one is valid.
    pub(super) fn nth(&self, n: usize) -> Vec<String> {
        let elements = self.element(n);
        if !self.is_array {
            return elements;
        }
        let next = self.element(n + 1);
        elements.iter().map(|element| array(&[element])).chain([array(&[&elements[0], &next[0]])]).collect()
    }

    fn element(&self, n: usize) -> Vec<String> {
        if let Some(values) = self.values {
            return values.get(n % values.len().max(1)).cloned().into_iter().collect();
        }
        let (day, hour) = (format!("{:04}-{:02}-{:02}", 2001 + n / 336, 1 + n / 28 % 12, 1 + n % 28), n % 24);
        let (from, to) = (n * 10, n * 10 + 5);
        let one = match self.base.as_str() {
            "smallint" | "integer" | "bigint" | "oid" | "xid" | "xid8" | "cid" => n.to_string(),
            "numeric" => return self.numerics(n),
            "real" | "double precision" => format!("{n}.5"),
            "money" => format!("{n}.25"),
            "boolean" => n.is_multiple_of(2).to_string(),
            "uuid" => format!("00000000-0000-4000-8000-{n:012x}"),
            "bytea" => format!("\\x{n:08x}"),
            "json" | "jsonb" => format!("{{\"n\": {n}}}"),
            "date" => day,
            "timestamp without time zone" | "timestamp with time zone" => {
                format!("{day} {hour:02}:34:56.789012")
            }
            "time without time zone" | "time with time zone" => format!("{hour:02}:34:56.789012"),
            "interval" => format!("{n} hours"),
            "inet" => format!("10.0.{}.{}", n / 250 % 250, 1 + n % 250),
            "cidr" => format!("10.{}.{}.0/24", n / 250 % 250, n % 250),
            "macaddr" => format!("08:00:2b:00:{:02x}:{:02x}", n / 256 % 256, n % 256),
            "macaddr8" => format!("08:00:2b:00:00:00:{:02x}:{:02x}", n / 256 % 256, n % 256),
            "bit" | "bit varying" => bits(n, self.limit()),
            "point" => format!("({n},{n})"),
            "line" => format!("{{1,1,{n}}}"),
            "lseg" | "path" => format!("[(0,0),({n},1)]"),
            "box" => format!("({},{n}),({n},{n})", n + 1),
            "polygon" => format!("((0,0),({n},0),(0,1))"),
            "circle" => format!("<({n},0),1>"),
            "xml" => format!("<a>{n}</a>"),
            "tsvector" | "tsquery" => format!("word{n}"),
            "pg_lsn" => format!("0/{n:X}"),
            "\"char\"" => char::from(b'a' + u8::try_from(n % 26).unwrap_or_default()).to_string(),
            "int4range" | "int8range" | "numrange" => format!("[{from},{to})"),
            "int4multirange" | "int8multirange" | "nummultirange" => format!("{{[{from},{to})}}"),
            "daterange" => format!("[{day},{day}]"),
            "tsrange" | "tstzrange" => format!("[{day} 01:00,{day} 02:00)"),
            "datemultirange" => format!("{{[{day},{day}]}}"),
            "tsmultirange" | "tstzmultirange" => format!("{{[{day} 01:00,{day} 02:00)}}"),
            _ if self.holds_text() || self.base == "name" => word(n, self.limit()),
            _ => return unknown(n),
        };
        vec![one]
    }

    /// A number within the precision and scale.
    fn numerics(&self, n: usize) -> Vec<String> {
        let scale = self.modifiers.get(1).copied().unwrap_or(0);
        match self.modifiers.first().map(|precision| precision - scale) {
            Some(..1) => {
                vec![format!("0.{n:0>width$}", width = usize::try_from(scale).unwrap_or(0)), "0".to_owned()]
            }
            Some(1) => vec![(n % 10).to_string()],
            _ => vec![n.to_string()],
        }
    }

    /// Extreme values: those that do not fit a narrower type, and empty ones.
    pub(super) fn extremes(&self) -> Vec<String> {
        if self.values.is_some() {
            return if self.is_array { vec!["{}".to_owned()] } else { Vec::new() };
        }
        let found: Vec<String> = match self.base.as_str() {
            "smallint" => vec!["32767".into()],
            "integer" => vec!["40000".into(), "2147483647".into()],
            "bigint" => vec!["3000000000".into()],
            "numeric" => vec![self.nines(), "-1".into()],
            "double precision" => vec!["1e300".into()],
            "real" => vec!["1e30".into()],
            "date" => vec!["2999-12-31".into()],
            "timestamp without time zone" | "timestamp with time zone" => {
                vec!["2999-12-31 23:59:59.999999".into()]
            }
            "interval" => vec!["3 years 2 mons 1 day 00:00:00.5".into()],
            "bit varying" => vec!["1".repeat(self.limit()), String::new()],
            "bytea" => vec![format!("\\x{}", "ff".repeat(300)), "\\x".into()],
            "jsonb" | "json" => vec![r#"{"a": [1, "é", null, {"b": 1.5}]}"#.into(), "[]".into(), "{}".into()],
            "int4range" | "int8range" | "numrange" | "daterange" | "tsrange" | "tstzrange" => {
                vec!["empty".into()]
            }
            _ if self.holds_text() => vec!["é".repeat(self.limit().min(2_000)), String::new()],
            _ => Vec::new(),
        };
        if self.is_array {
            found.iter().map(|element| array(&[element])).chain(["{}".to_owned()]).collect()
        } else {
            found
        }
    }

    fn nines(&self) -> String {
        let [precision, scale] = self.modifiers[..] else { return "123456789012345678.901234".to_owned() };
        let digits = |count: i32| "9".repeat(usize::try_from(count).unwrap_or(0));
        match precision - scale {
            1.. if scale > 0 => format!("{}.{}", digits(precision - scale), digits(scale)),
            1.. => format!("{}{}", digits(precision), "0".repeat(usize::try_from(-scale).unwrap_or(0))),
            _ => format!("0.{:0>width$}", digits(precision), width = usize::try_from(scale).unwrap_or(0)),
        }
    }

    /// Values that a check with these literals may accept.
    pub(super) fn values_near(&self, literals: &super::literals::Literals) -> Vec<String> {
        let texts = literals.texts.iter().cloned();
        if self.is_number() {
            let texts: Vec<String> = texts.filter(|text| text.parse::<f64>().is_ok()).collect();
            let near = |number: &String| match number.parse::<i64>() {
                Ok(whole) => vec![whole.to_string(), (whole + 1).to_string(), (whole - 1).to_string()],
                Err(_) => vec![number.clone()],
            };
            literals.numbers.iter().chain(&texts).flat_map(near).collect()
        } else if self.is_text() {
            let limit = self.limit();
            let lengths = literals.numbers.iter().filter_map(|number| number.parse::<usize>().ok());
            let sized = lengths
                .flat_map(|n| [n, n + 1, n.saturating_sub(1)])
                .filter(|n| *n <= 5_000)
                .map(|n| "x".repeat(n));
            let matching = literals.texts.iter().flat_map(|text| super::pattern::matching(text));
            let fits = |text: &String| text.chars().count() <= limit || self.modifiers.is_empty();
            texts.chain(matching).chain(sized).chain(SHAPES.map(str::to_owned)).filter(fits).collect()
        } else if self.is_json() {
            json(&literals.texts)
        } else if self.is_array {
            let (mut all, numbers) = (literals.texts.clone(), literals.numbers.iter().cloned());
            all.extend(numbers);
            let single = all.iter().map(|text| array(&[text]));
            let sized = literals
                .numbers
                .iter()
                .filter_map(|number| number.parse::<usize>().ok())
                .filter(|n| *n <= 100);
            let sized = sized.map(|n| array(&vec![&self.element(1)[0]; n]));
            texts
                .filter(|text| text.starts_with('{'))
                .chain(single)
                .chain(sized)
                .chain(["{}".to_owned()])
                .collect()
        } else {
            texts.collect()
        }
    }
}

const NUMBERS: [&str; 7] = ["smallint", "integer", "bigint", "numeric", "real", "double precision", "money"];

/// Common formats of texts.
const SHAPES: [&str; 8] =
    ["a", "ABC", "123", "a@example.com", "https://example.com/a", "2026-01-01", "EUR", "+15555550100"];

/// A text that differs for each `n`, within `limit` characters if possible.
fn word(n: usize, limit: usize) -> String {
    let long = format!("value {n}");
    if long.len() <= limit {
        return long;
    }
    let digits: Vec<char> = (0..u32::try_from(limit.max(1)).unwrap_or(1))
        .map(|digit| {
            char::from(b'a' + u8::try_from(n / 26_usize.saturating_pow(digit) % 26).unwrap_or_default())
        })
        .collect();
    digits.into_iter().rev().collect()
}

fn bits(n: usize, limit: usize) -> String {
    let all = format!("{n:0>limit$b}");
    all[all.len() - limit.max(1)..].to_owned()
}

fn array(elements: &[&String]) -> String {
    let quoted =
        elements.iter().map(|text| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")));
    format!("{{{}}}", quoted.collect::<Vec<_>>().join(","))
}

fn json(texts: &[String]) -> Vec<String> {
    let quote = |text: &String| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let mut found: Vec<String> = ["{}", "[]", "\"a\"", "1", "true", "null"].map(str::to_owned).to_vec();
    for key in texts {
        found.push(format!("{{{}: \"a\"}}", quote(key)));
        found.push(format!("{{{}: 1}}", quote(key)));
        found.extend(
            texts
                .iter()
                .filter(|text| *text != key)
                .map(|text| format!("{{{}: {}}}", quote(key), quote(text))),
        );
        found.push(format!("[{}]", quote(key)));
    }
    let all: Vec<String> = texts.iter().map(|key| format!("{}: \"a\"", quote(key))).collect();
    found.push(format!("{{{}}}", all.join(", ")));
    found
}

/// Guesses for a type that is not known, such as an extension's; one of them may be valid.
fn unknown(n: usize) -> Vec<String> {
    vec![
        format!("value {n}"),
        format!("value{n}"),
        n.to_string(),
        format!("a=>{n}"),
        format!("[{n},1,1]"),
        format!("({n},1)"),
        format!("POINT({n} 1)"),
        format!("{{{n}}}"),
    ]
}

/// Casts a value to the column's own type, which expressions of checks expect.
pub(super) fn cast(value: &str, column: &Column) -> String {
    format!("CAST({value} AS {})", column.data_type)
}

/// Quoted columns in parentheses.
pub(super) fn list<'a>(columns: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = columns.into_iter().map(quote_identifier).collect();
    format!("({})", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(data_type: &str) -> Type<'static> {
        static NONE: BTreeMap<Name, Enum> = BTreeMap::new();
        Type::parse(&Column { data_type: data_type.into(), ..Column::default() }, &NONE)
    }

    #[test]
    fn a_type_is_parsed() {
        let time = of("timestamp(3) with time zone[]");
        assert_eq!(
            (time.base.as_str(), time.modifiers.as_slice(), time.is_array),
            ("timestamp with time zone", &[3][..], true)
        );
        assert_eq!(of("numeric(10,2)").modifiers, [10, 2]);
    }

    #[test]
    fn values_fit_their_type() {
        assert_eq!(of("character varying(3)").nth(27), ["abb"]);
        assert_eq!(of("character varying(3)").extremes()[0], "ééé");
        assert_eq!(of("bit(3)").nth(13), ["101"]);
        assert_eq!(of("numeric(5,2)").extremes()[0], "999.99");
        assert_eq!(of("numeric(2,2)").nth(3)[0], "0.03");
        assert_eq!(of("text[]").nth(1), ["{\"value 1\"}", "{\"value 1\",\"value 2\"}"]);
    }
}
