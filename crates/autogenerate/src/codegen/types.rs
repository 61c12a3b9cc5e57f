//! The Rust types of SQL types.

use super::{code::Code, names::Names};

/// The Rust type of a column, attribute or domain.
pub(super) struct RustType {
    pub(super) rust: String,
    /// The SQL type, if the Rust type has another one.
    pub(super) named: Option<String>,
    /// Whether sqlx has no type for it.
    pub(super) is_unknown: bool,
}

/// The Rust type, the SQL type that it has in a model, and the feature of sqlx that it needs.
const TYPES: &[(&str, &str, &str)] = &[
    ("boolean", "bool", ""),
    ("\"char\"", "i8", ""),
    ("smallint", "i16", ""),
    ("integer", "i32", ""),
    ("bigint", "i64", ""),
    ("real", "f32", ""),
    ("double precision", "f64", ""),
    ("text", "String", ""),
    ("bytea", "Vec<u8>", ""),
    ("uuid", "sqlx::types::Uuid", "uuid"),
    ("jsonb", "sqlx::types::JsonValue", "json"),
    ("numeric", "sqlx::types::Decimal", "rust_decimal"),
    ("date", "sqlx::types::chrono::NaiveDate", "chrono"),
    ("time without time zone", "sqlx::types::chrono::NaiveTime", "chrono"),
    ("timestamp without time zone", "sqlx::types::chrono::NaiveDateTime", "chrono"),
    ("timestamp with time zone", "sqlx::types::chrono::DateTime<sqlx::types::chrono::Utc>", "chrono"),
    (
        "time with time zone",
        "sqlx::postgres::types::PgTimeTz<sqlx::types::chrono::NaiveTime, sqlx::types::chrono::FixedOffset>",
        "chrono",
    ),
    ("interval", "sqlx::postgres::types::PgInterval", ""),
    ("inet", "sqlx::types::ipnetwork::IpNetwork", "ipnetwork"),
    ("macaddr", "sqlx::types::mac_address::MacAddress", "mac_address"),
    ("bit varying", "sqlx::types::BitVec", "bit-vec"),
    ("oid", "sqlx::postgres::types::Oid", ""),
    ("money", "sqlx::postgres::types::PgMoney", ""),
    ("citext", "sqlx::postgres::types::PgCiText", ""),
    ("hstore", "sqlx::postgres::types::PgHstore", ""),
    ("ltree", "sqlx::postgres::types::PgLTree", ""),
    ("lquery", "sqlx::postgres::types::PgLQuery", ""),
    ("cube", "sqlx::postgres::types::PgCube", ""),
    ("point", "sqlx::postgres::types::PgPoint", ""),
    ("line", "sqlx::postgres::types::PgLine", ""),
    ("lseg", "sqlx::postgres::types::PgLSeg", ""),
    ("box", "sqlx::postgres::types::PgBox", ""),
    ("path", "sqlx::postgres::types::PgPath", ""),
    ("polygon", "sqlx::postgres::types::PgPolygon", ""),
    ("circle", "sqlx::postgres::types::PgCircle", ""),
    ("int4range", "sqlx::postgres::types::PgRange<i32>", ""),
    ("int8range", "sqlx::postgres::types::PgRange<i64>", ""),
    ("numrange", "sqlx::postgres::types::PgRange<sqlx::types::Decimal>", "rust_decimal"),
    ("daterange", "sqlx::postgres::types::PgRange<sqlx::types::chrono::NaiveDate>", "chrono"),
    ("tsrange", "sqlx::postgres::types::PgRange<sqlx::types::chrono::NaiveDateTime>", "chrono"),
    (
        "tstzrange",
        "sqlx::postgres::types::PgRange<sqlx::types::chrono::DateTime<sqlx::types::chrono::Utc>>",
        "chrono",
    ),
];

/// SQL types that sqlx decodes as the type of another one.
const COMPATIBLE: &[(&str, &str)] = &[
    ("character varying", "text"),
    ("character", "text"),
    ("name", "text"),
    ("json", "jsonb"),
    ("cidr", "inet"),
    ("bit", "bit varying"),
];

/// Finds the Rust type of an SQL type as PostgreSQL prints it. `types` is the path of the module of
/// enums, domains and composite types.
pub(super) fn rust_type(code: &mut Code, names: &Names, data_type: &str, types: &str) -> RustType {
    let (element, is_array) = match data_type.strip_suffix("[]") {
        Some(element) => (element, true),
        None => (data_type, false),
    };
    let wrap = |rust: &str| if is_array { format!("Vec<{rust}>") } else { rust.to_owned() };
    if let Some((_, name)) = names.type_named(element) {
        return RustType { rust: wrap(&format!("{types}{name}")), named: None, is_unknown: false };
    }
    // The types of extensions may be in any schema.
    let local = element.rsplit_once('.').filter(|_| !element.contains('"')).map_or(element, |(_, name)| name);
    let (base, is_plain) = without_size(local);
    let compatible = COMPATIBLE.iter().find(|(name, _)| *name == base).map(|(_, other)| *other);
    let found = TYPES.iter().find(|(name, ..)| *name == compatible.unwrap_or(&base));
    match found {
        Some((_, rust, feature)) => {
            code.features.extend(Some(*feature).filter(|feature| !feature.is_empty()));
            let is_same = is_plain && compatible.is_none() && local == element;
            RustType { rust: wrap(rust), named: (!is_same).then(|| data_type.to_owned()), is_unknown: false }
        }
        None => RustType { rust: wrap("String"), named: Some(data_type.to_owned()), is_unknown: true },
    }
}

/// Removes the numbers in parentheses, and says whether there were none.
fn without_size(data_type: &str) -> (String, bool) {
    let parts = data_type.split_once('(').and_then(|(before, rest)| Some((before, rest.split_once(')')?.1)));
    match parts {
        Some((before, after)) => (format!("{before}{after}"), false),
        None => (data_type.to_owned(), true),
    }
}
