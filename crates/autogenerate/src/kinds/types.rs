//! Types: how values are cast from one to another, and sample values.

use crate::schema::{Column, quote_literal};

/// Splits a type into its name and the numbers in parentheses.
///
/// The schema of an extension's type is ignored.
fn parts(data_type: &str) -> (String, Vec<u32>) {
    let data_type =
        data_type.rsplit_once('.').filter(|_| !data_type.contains('"')).map_or(data_type, |(_, name)| name);
    let Some((before, rest)) = data_type.split_once('(') else { return (data_type.to_owned(), Vec::new()) };
    let Some((inside, after)) = rest.split_once(')') else { return (data_type.to_owned(), Vec::new()) };
    let numbers = inside.split(',').filter_map(|number| number.trim().parse().ok()).collect();
    (format!("{before}{after}"), numbers)
}

/// Whether dependants of the column have to be rebuilt for the new type.
pub(super) fn needs_rebuild(from: &Column, to: &Column) -> bool {
    let base = |column: &Column| match parts(&column.data_type).0 {
        text if text == "character varying" => "text".to_owned(),
        other => other,
    };
    base(from) != base(to) || from.enum_type != to.enum_type
}

/// The effects of a type change on the values of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cast {
    /// The conversion in the `USING` clause.
    pub(super) using: Using,
    /// All rows are rewritten.
    pub(super) rewrites: bool,
    /// Some values cannot be cast.
    pub(super) may_fail: bool,
    /// Some values are truncated or lose precision.
    pub(super) loses: bool,
}

/// The conversion in a `USING` clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Using {
    /// No clause: PostgreSQL casts implicitly.
    Nothing,
    /// `column::type`.
    Cast,
    /// `column::text::type`.
    ViaText,
    /// Between timestamps with and without time zone, which are taken as UTC whatever the time zone
    /// of the session.
    Utc,
    /// An array of the value: `ARRAY[column]::type`.
    Array,
    /// The first element of an array: `column[1]::type`.
    FirstElement,
}

const NUMBERS: &[&str] = &["smallint", "integer", "bigint", "numeric", "real", "double precision"];
const TEXTS: &[&str] = &["character", "character varying", "text", "citext", "name", "\"char\""];
/// Texts that PostgreSQL stores alike, so that a cast between them copies nothing.
const SAME_BYTES: &[&str] = &["character varying", "text", "citext"];
const TIMES: &[&str] = &["date", "timestamp without time zone", "timestamp with time zone"];

/// Whether a column holds text.
pub(super) fn is_text(column: &Column) -> bool {
    TEXTS.contains(&parts(&column.data_type).0.as_str())
}

/// Whether a column holds text that is compared without regard to case.
pub(super) fn ignores_case(column: &Column) -> bool {
    parts(&column.data_type).0 == "citext"
}

/// Whether a column holds numbers.
pub(super) fn is_number(column: &Column) -> bool {
    NUMBERS.contains(&parts(&column.data_type).0.as_str())
}

/// Whether a type holds whole numbers.
pub(super) fn is_integer(data_type: &str) -> bool {
    matches!(data_type, "smallint" | "integer" | "bigint")
}

/// The smallest and the largest positive number of a floating-point type, rounded inwards.
pub(super) fn floating(data_type: &str) -> Option<(&'static str, &'static str)> {
    match data_type {
        "real" => Some(("1.2e-38", "3.4e38")),
        "double precision" => Some(("2.3e-308", "1.7e308")),
        _ => None,
    }
}

/// The number of digits after the point that a type with a limit retains.
pub(super) fn scale(data_type: &str) -> Option<u32> {
    let (base, size) = parts(data_type);
    (base == "numeric" && !size.is_empty()).then(|| size.get(1).copied().unwrap_or_default())
}

/// How values are cast from one type to another.
pub(super) fn cast(from: &Column, to: &Column) -> Cast {
    match (element(from), element(to)) {
        (None, None) => single(from, to),
        (Some(old), Some(new)) => {
            let it = single(&old, &new);
            let using = match it.using {
                Using::FirstElement | Using::Array | Using::Utc => Using::Cast,
                using => using,
            };
            // Only a limit that is lifted leaves the elements alone.
            let (old, new) = (parts(&old.data_type), parts(&new.data_type));
            let rewrites = it.rewrites || old.0 != new.0 || old.1 != new.1 && !new.1.is_empty();
            Cast { using, rewrites, ..it }
        }
        (None, Some(new)) => {
            let it = single(from, &new);
            Cast { using: Using::Array, rewrites: true, ..it }
        }
        (Some(old), None) => {
            Cast { using: Using::FirstElement, rewrites: true, loses: true, ..single(&old, to) }
        }
    }
}

/// The elements of an array.
pub(super) fn element(column: &Column) -> Option<Column> {
    let data_type = column.data_type.strip_suffix("[]")?.to_owned();
    Some(Column { data_type, ..column.clone() })
}

/// How one of [`TIMES`] is converted to another.
fn between_times(from: usize, to: usize) -> Using {
    match (from, to) {
        (2, 0 | 1) | (0 | 1, 2) => Using::Utc,
        _ if to < from => Using::Cast,
        _ => Using::Nothing,
    }
}

fn single(from: &Column, to: &Column) -> Cast {
    let ((old, old_size), (new, new_size)) = (parts(&from.data_type), parts(&to.data_type));
    let rank = |list: &[&str], name: &str| list.iter().position(|other| *other == name);
    let safe = |using, rewrites| Cast { using, rewrites, may_fail: false, loses: false };
    if (&from.data_type, &from.enum_type) == (&to.data_type, &to.enum_type) {
        return safe(Using::Nothing, false);
    }
    if let (Some(a), Some(b)) = (rank(TEXTS, &old), rank(TEXTS, &new)) {
        let fits = match new_size.first() {
            Some(new) => b >= a && old_size.first().is_some_and(|old| old <= new),
            None => b >= a || SAME_BYTES.contains(&old.as_str()) && SAME_BYTES.contains(&new.as_str()),
        };
        // A `name` holds 63 bytes and a `"char"` one. Longer values are truncated, while a varchar
        // without `USING` raises an error.
        let cuts = b >= 4 && a < b || (old.as_str(), new.as_str()) == ("name", "\"char\"");
        let rewrites = !fits || a == 0 || b >= 4;
        return Cast { may_fail: !fits && !cuts, loses: cuts, ..safe(Using::Nothing, rewrites) };
    }
    if old == "numeric" && new == "numeric" {
        return numeric(&old_size, &new_size);
    }
    if let (Some(a), Some(b)) = (rank(NUMBERS, &old), rank(NUMBERS, &new)) {
        let exact = a < 3 && b == 3 && new_size.is_empty()
            || b > a && b < 3
            || a < 2 && b == 5
            || (a, b) == (4, 5)
            || (a, b) == (0, 4);
        let fraction = a >= 3 && b < 3 || b >= 4 && !exact || a >= 4 && b == 3;
        let may_fail = !exact && (b <= 3 || b == 4 && a > 4 || a == 3);
        return Cast { using: Using::Nothing, rewrites: true, may_fail, loses: fraction };
    }
    if let (Some(a), Some(b)) = (rank(TIMES, &old), rank(TIMES, &new)) {
        // The default precision is six digits.
        let digits = |size: &[u32]| size.first().copied().unwrap_or(6);
        let coarser = b > 0 && a > 0 && digits(&new_size) < digits(&old_size);
        let using = between_times(a, b);
        return Cast { loses: b == 0 && a != 0 || coarser, ..safe(using, a != b || coarser) };
    }
    if old == new {
        let grows = old != "bit" && new_size.first().is_none_or(|new| old_size.iter().any(|old| old <= new));
        return Cast { loses: !grows, ..safe(Using::Nothing, !grows) };
    }
    let to_text = rank(TEXTS, &new).is_some();
    if to_text {
        return Cast { may_fail: !new_size.is_empty(), ..safe(Using::Cast, true) };
    }
    let direct = rank(TEXTS, &old).is_some() || PAIRS.contains(&(old.as_str(), new.as_str()));
    let both = (old.as_str(), new.as_str());
    let loses = matches!(both, ("integer", "boolean") | ("inet", "cidr"));
    let is_safe = loses || matches!(both, ("json", "jsonb") | ("jsonb", "json") | ("cidr", "inet"));
    let using = if direct { Using::Cast } else { Using::ViaText };
    Cast { using, rewrites: both != ("cidr", "inet"), may_fail: !is_safe, loses }
}

fn numeric(old_size: &[u32], new_size: &[u32]) -> Cast {
    let digits = |size: &[u32]| (size.first().copied(), size.get(1).copied().unwrap_or_default());
    let ((precision, scale), (wanted, kept)) = (digits(old_size), digits(new_size));
    let whole = |precision: u32, scale: u32| i64::from(precision) - i64::from(scale);
    let fits =
        wanted.is_none_or(|wanted| precision.is_some_and(|old| whole(old, scale) <= whole(wanted, kept)));
    let loses = wanted.is_some() && (precision.is_none() || kept < scale);
    let same_scale = wanted.is_none() || (precision.is_some() && kept == scale);
    Cast { using: Using::Nothing, rewrites: !(fits && same_scale), may_fail: !fits, loses }
}

const PAIRS: &[(&str, &str)] = &[
    ("json", "jsonb"),
    ("jsonb", "json"),
    ("integer", "boolean"),
    ("boolean", "integer"),
    ("timestamp without time zone", "time without time zone"),
    ("timestamp with time zone", "time without time zone"),
    ("interval", "time without time zone"),
    ("time without time zone", "interval"),
    ("cidr", "inet"),
    ("inet", "cidr"),
    ("bit", "integer"),
    ("integer", "bit"),
];

/// Whether sample values of the type differ from each other.
pub(super) fn differs(column: &Column) -> bool {
    column.enum_type.is_none() && column.data_type != "boolean"
}

/// An expression for a sample value of the type, which depends on `numbered.n`.
pub(super) fn sample(column: &Column, values: Option<&Vec<String>>) -> String {
    let (base, size) = parts(&column.data_type);
    let whole = size.first().unwrap_or(&0).saturating_sub(size.get(1).copied().unwrap_or_default());
    let size = size.first().copied();
    if let Some(element) = column.data_type.strip_suffix("[]") {
        if values.is_some() {
            return format!("'{{}}'::{}", column.data_type);
        }
        let element = Column { data_type: element.to_owned(), ..Column::default() };
        return format!("ARRAY[{}]::{}", sample(&element, None), column.data_type);
    }
    if let Some(value) = values.and_then(|values| values.first()) {
        return format!("{}::{}", quote_literal(value), column.data_type);
    }
    match base.as_str() {
        "numeric" if size.is_some() => {
            format!("(numbered.n % 1{})::numeric", "0".repeat(whole.min(18) as usize))
        }
        "smallint" | "integer" | "bigint" | "real" | "double precision" | "numeric" | "oid" => {
            format!("numbered.n::{base}")
        }
        "character varying" | "character" => match size {
            Some(size) => format!("right(numbered.n::text, {size})"),
            None => "numbered.n::text".to_owned(),
        },
        "text" | "citext" | "name" => "numbered.n::text".to_owned(),
        "boolean" => "numbered.n % 2 = 0".to_owned(),
        "uuid" => "lpad(to_hex(numbered.n), 32, '0')::uuid".to_owned(),
        "date" => "date '2000-01-01' + numbered.n::integer".to_owned(),
        "timestamp without time zone" | "timestamp with time zone" => {
            "timestamp '2000-01-01' + numbered.n * interval '1 hour'".to_owned()
        }
        "time without time zone" => "time '00:00' + numbered.n * interval '1 second'".to_owned(),
        "interval" => "numbered.n * interval '1 second'".to_owned(),
        "jsonb" => "to_jsonb(numbered.n)".to_owned(),
        "json" => "to_json(numbered.n)".to_owned(),
        "bytea" => "convert_to(numbered.n::text, 'UTF8')".to_owned(),
        "inet" => "inet '10.0.0.0' + numbered.n".to_owned(),
        "hstore" | "tsvector" => format!("''::{base}"),
        other if other.ends_with("range") => format!("'empty'::{other}"),
        other => format!("NULL::{other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(data_type: &str) -> Column {
        Column { data_type: data_type.to_owned(), ..Column::default() }
    }

    #[test]
    fn widening_rewrites_nothing_and_narrowing_may_fail() {
        for (from, to, rewrites, may_fail, loses) in [
            ("character varying(40)", "character varying(80)", false, false, false),
            ("character varying(40)", "text", false, false, false),
            ("text", "character varying(40)", true, true, false),
            ("character varying(80)", "character varying(40)", true, true, false),
            ("numeric(10,2)", "numeric(12,2)", false, false, false),
            ("numeric(10,2)", "numeric(12,1)", true, false, true),
            ("numeric(10,2)", "numeric", false, false, false),
            ("integer", "bigint", true, false, false),
            ("bigint", "integer", true, true, false),
            ("integer", "text", true, false, false),
            ("text", "integer", true, true, false),
            ("timestamp with time zone", "date", true, false, true),
            ("json", "jsonb", true, false, false),
            ("text", "name", true, false, true),
            ("text", "\"char\"", true, false, true),
            ("timestamp without time zone", "timestamp(0) without time zone", true, false, true),
            ("timestamp(0) with time zone", "timestamp with time zone", false, false, false),
            ("character varying(20)[]", "character varying(5)[]", true, true, false),
            ("integer[]", "bigint[]", true, false, false),
            ("character varying(20)[]", "text[]", true, false, false),
            ("character varying(20)[]", "character varying[]", false, false, false),
            ("numeric(10,2)[]", "numeric(12,2)[]", true, false, false),
            ("text", "character varying", false, false, false),
            ("text", "citext", false, false, false),
            ("ext.citext", "text", false, false, false),
            ("citext", "character varying(9)", true, true, false),
            ("time(0) without time zone", "time without time zone", false, false, false),
            ("time without time zone", "time(0) without time zone", true, false, true),
            ("bit varying(4)", "bit varying(8)", false, false, false),
            ("cidr", "inet", false, false, false),
            ("inet", "cidr", true, false, true),
            ("integer", "integer[]", true, false, false),
        ] {
            let cast = cast(&column(from), &column(to));
            assert_eq!(
                (cast.rewrites, cast.may_fail, cast.loses),
                (rewrites, may_fail, loses),
                "{from} → {to}"
            );
        }
    }
}
