//! Renders a description as SQL.

use std::fmt::Write as _;

use super::spec::{Check, Column, Counter, Family, ForeignKey, Index, Kind, Spec, Table, Unique};

/// Everything except foreign keys.
pub fn tables(spec: &Spec) -> String {
    let mut sql = String::new();
    for one in &spec.enums {
        let values: Vec<String> = one.values.iter().map(|value| format!("'{value}'")).collect();
        writeln!(sql, "CREATE TYPE {} AS ENUM ({});", one.name, values.join(", ")).unwrap();
    }
    for table in &spec.tables {
        let mut parts: Vec<String> =
            table.columns.iter().filter_map(|column| self::column(spec, table, column)).collect();
        let table = &written(spec, table);
        parts.extend(primary_key(table));
        parts.extend(table.uniques.iter().filter_map(|unique| self::unique(table, unique)));
        parts.extend(table.checks.iter().filter_map(|check| self::check(spec, table, check)));
        writeln!(sql, "CREATE TABLE {} (\n    {}\n);", table.name, parts.join(",\n    ")).unwrap();
        for index in table.indexes.iter().filter_map(|index| self::index(spec, table, index)) {
            writeln!(sql, "{index};").unwrap();
        }
        if table.comment {
            writeln!(sql, "COMMENT ON TABLE {0} IS 'It''s {0}';", table.name).unwrap();
        }
        for column in table.columns.iter().filter(|column| column.comment) {
            writeln!(
                sql,
                "COMMENT ON COLUMN {}.{} IS 'A {:?}';",
                table.name,
                column.name,
                column.kind.family()
            )
            .unwrap();
        }
    }
    sql
}

/// The foreign keys, which are added after the rows.
pub fn foreign_keys(spec: &Spec) -> String {
    let mut sql = String::new();
    for table in &spec.tables {
        let table = written(spec, table);
        for key in table.foreign_keys.iter().filter_map(|key| foreign_key(spec, &table, key)) {
            writeln!(sql, "ALTER TABLE {} ADD {key};", table.name).unwrap();
        }
    }
    sql
}

/// The table with only those columns whose types exist.
pub fn written(spec: &Spec, table: &Table) -> Table {
    let mut table = table.clone();
    table.columns.retain(|column| column.kind.of_enum().is_none_or(|name| spec.values(name).is_some()));
    table
}

fn data_type(kind: &Kind) -> String {
    match kind {
        Kind::Smallint => "smallint".to_owned(),
        Kind::Integer => "integer".to_owned(),
        Kind::Bigint => "bigint".to_owned(),
        Kind::Numeric(digits) => format!("numeric({digits},2)"),
        Kind::Text => "text".to_owned(),
        Kind::Varchar(length) => format!("varchar({length})"),
        Kind::Boolean => "boolean".to_owned(),
        Kind::Date => "date".to_owned(),
        Kind::Timestamp => "timestamp".to_owned(),
        Kind::Timestamptz => "timestamptz".to_owned(),
        Kind::Uuid => "uuid".to_owned(),
        Kind::Jsonb => "jsonb".to_owned(),
        Kind::Texts => "text[]".to_owned(),
        Kind::Integers => "integer[]".to_owned(),
        Kind::Enum(name) => name.clone(),
        Kind::Enums(name) => format!("{name}[]"),
    }
}

fn default(spec: &Spec, kind: &Kind) -> String {
    match kind {
        Kind::Smallint | Kind::Integer | Kind::Bigint => "7".to_owned(),
        Kind::Numeric(_) => "7.50".to_owned(),
        Kind::Text | Kind::Varchar(_) => "'none'".to_owned(),
        Kind::Boolean => "true".to_owned(),
        Kind::Date => "'2020-02-02'".to_owned(),
        Kind::Timestamp | Kind::Timestamptz => "now()".to_owned(),
        Kind::Uuid => "gen_random_uuid()".to_owned(),
        Kind::Jsonb | Kind::Texts | Kind::Integers => "'{}'".to_owned(),
        Kind::Enum(name) => format!("'{}'", spec.values(name).unwrap().last().unwrap()),
        Kind::Enums(name) => format!("'{{{}}}'", spec.values(name).unwrap().last().unwrap()),
    }
}

/// The sequence or identity that numbers a column, if it can have one.
pub fn counter(column: &Column) -> Option<Counter> {
    column.counter.filter(|_| column.kind.is_integer())
}

/// The column from which another is generated, if possible.
pub fn base<'a>(table: &'a Table, column: &Column) -> Option<&'a Column> {
    let base = table.column(column.generated.as_ref()?)?;
    let fits = matches!(column.kind, Kind::Bigint | Kind::Text | Kind::Boolean);
    (base.generated.is_none() && base.name != column.name && fits).then_some(base)
}

fn column(spec: &Spec, table: &Table, column: &Column) -> Option<String> {
    if column.kind.of_enum().is_some_and(|name| spec.values(name).is_none()) {
        return None;
    }
    let base = base(&written(spec, table), column).cloned();
    let counter = counter(column).filter(|_| base.is_none());
    let mut sql = format!("{} ", column.name);
    sql.push_str(&match (counter, &column.kind) {
        (Some(Counter::Serial), Kind::Smallint) => "smallserial".to_owned(),
        (Some(Counter::Serial), Kind::Bigint) => "bigserial".to_owned(),
        (Some(Counter::Serial), _) => "serial".to_owned(),
        (_, kind) => data_type(kind),
    });
    if column.collation && column.kind.family() == Family::Text {
        sql.push_str(" COLLATE \"C\"");
    }
    match (&base, counter) {
        (Some(base), _) => {
            write!(sql, " GENERATED ALWAYS AS ({}) STORED", computed(base, &column.kind)).unwrap();
        }
        (None, Some(Counter::ByDefault)) => sql.push_str(" GENERATED BY DEFAULT AS IDENTITY"),
        (None, Some(Counter::Always)) => sql.push_str(" GENERATED ALWAYS AS IDENTITY"),
        (None, None) if column.default => write!(sql, " DEFAULT {}", default(spec, &column.kind)).unwrap(),
        (None, _) => {}
    }
    if column.not_null && base.is_none() {
        sql.push_str(" NOT NULL");
    }
    Some(sql)
}

fn computed(base: &Column, kind: &Kind) -> String {
    let name = &base.name;
    match (kind, base.kind.family()) {
        (Kind::Bigint, Family::Number) => format!("({name} * 2)::bigint"),
        (Kind::Bigint, _) => format!("CASE WHEN {name} IS NULL THEN 0 ELSE 1 END"),
        (Kind::Text, Family::Text) => format!("upper({name})"),
        (Kind::Text, Family::Number) => format!("'n' || {name}::text"),
        (Kind::Text, _) => format!("CASE WHEN {name} IS NULL THEN 'none' ELSE 'some' END"),
        _ => format!("{name} IS NOT NULL"),
    }
}

/// A condition that every row satisfies, including values that a plan fills in.
fn condition(spec: &Spec, column: &Column, strict: bool) -> String {
    let name = &column.name;
    match &column.kind {
        Kind::Smallint | Kind::Integer | Kind::Bigint | Kind::Numeric(_) if strict => {
            format!("{name} BETWEEN -100 AND 100000000")
        }
        Kind::Smallint | Kind::Integer | Kind::Bigint | Kind::Numeric(_) => format!("{name} > -100"),
        Kind::Text | Kind::Varchar(_) if strict => format!("char_length({name}) < 100 AND {name} <> ''"),
        Kind::Text | Kind::Varchar(_) => format!("{name} <> ''"),
        Kind::Enum(of) => {
            let value = spec.values(of).unwrap().last().unwrap();
            format!("{name} <> '{value}' OR {name} IS NOT NULL")
        }
        Kind::Enums(of) => {
            let value = &spec.values(of).unwrap()[0];
            format!("NOT '{value}' = ANY ({name}) OR {name} IS NOT NULL")
        }
        Kind::Boolean => format!("{name} OR NOT {name}"),
        Kind::Date | Kind::Timestamp => format!("{name} > '1900-01-01'"),
        Kind::Texts | Kind::Integers => format!("cardinality({name}) < 10"),
        Kind::Jsonb => format!("jsonb_typeof({name}) <> 'nothing'"),
        Kind::Timestamptz | Kind::Uuid => format!("{name} IS NOT NULL OR {name} IS NULL"),
    }
}

fn named(name: Option<&String>) -> String {
    name.map_or_else(String::new, |name| format!("CONSTRAINT {name} "))
}

fn primary_key(table: &Table) -> Option<String> {
    let columns = table.all(&table.primary_key)?;
    let good = columns.iter().all(|column| base(table, column).is_none());
    let good = good && columns.iter().any(|column| distinguishes_rows(table, column));
    good.then(|| format!("PRIMARY KEY ({})", table.primary_key.join(", ")))
}

/// Whether a column distinguishes rows. A column that has the same value in all rows after it is
/// added does not.
fn distinguishes_rows(table: &Table, column: &Column) -> bool {
    let constant = column.default && counter(column).is_none() && column.kind != Kind::Uuid;
    column.distinct && !constant && base(table, column).is_none()
}

fn unique(table: &Table, unique: &Unique) -> Option<String> {
    let columns = table.all(&unique.columns)?;
    let good = columns.iter().any(|column| distinguishes_rows(table, column));
    let full = columns.iter().all(|column| column.not_null || table.primary_key.contains(&column.name));
    let nulls = if unique.nulls_not_distinct && full { " NULLS NOT DISTINCT" } else { "" };
    // PostgreSQL merges two equal constraints.
    (good && unique.columns != table.primary_key).then(|| {
        format!(
            "{}UNIQUE{nulls} ({}) {}",
            named(unique.name.as_ref()),
            unique.columns.join(", "),
            unique.suffix
        )
        .trim_end()
        .to_owned()
    })
}

fn check(spec: &Spec, table: &Table, check: &Check) -> Option<String> {
    let column = table.column(&check.column)?;
    Some(format!("{}CHECK ({})", named(check.name.as_ref()), condition(spec, column, check.strict)))
}

fn foreign_key(spec: &Spec, table: &Table, key: &ForeignKey) -> Option<String> {
    let other = written(spec, spec.table(&key.table)?);
    let (columns, referenced) = (table.all(&key.columns)?, other.all(&key.referenced)?);
    let alike = columns.len() == referenced.len()
        && columns
            .iter()
            .zip(&referenced)
            .all(|(a, b)| a.kind == b.kind || (a.kind.is_integer() && b.kind.is_integer()));
    let is_primary = other.primary_key == key.referenced && primary_key(&other).is_some();
    let is_unique = || {
        let mut uniques = other.uniques.iter().filter(|unique| unique.columns == key.referenced);
        uniques.any(|unique| !unique.suffix.contains("DEFERRABLE") && self::unique(&other, unique).is_some())
    };
    let plain = columns.iter().all(|column| base(table, column).is_none());
    (alike && plain && (is_primary || is_unique())).then(|| {
        format!(
            "{}FOREIGN KEY ({}) REFERENCES {} ({}) {}",
            named(key.name.as_ref()),
            key.columns.join(", "),
            key.table,
            key.referenced.join(", "),
            key.suffix
        )
        .trim_end()
        .to_owned()
    })
}

fn index(spec: &Spec, table: &Table, index: &Index) -> Option<String> {
    let columns = table.all(&index.columns)?;
    let special = index.special.then(|| match columns[0].kind.family() {
        Family::Array => Some("gin"),
        _ if columns[0].kind == Kind::Jsonb => Some("gin"),
        Family::Text | Family::Number => Some("hash"),
        _ => None,
    });
    let special = special.flatten();
    let unique =
        index.unique && special.is_none() && columns.iter().any(|column| distinguishes_rows(table, column));
    let name = index.name.as_ref().map_or_else(String::new, |name| format!("{name} "));
    let mut sql = format!("CREATE {}INDEX {name}ON {}", if unique { "UNIQUE " } else { "" }, table.name);
    if let Some(method) = special {
        write!(sql, " USING {method} ({})", columns[0].name).unwrap();
    } else {
        let keys: Vec<String> = columns
            .iter()
            .map(|column| match (index.expression && !unique, column.kind.family()) {
                (true, Family::Text) => format!("lower({})", column.name),
                (true, Family::Number) => format!("({} + 1)", column.name),
                _ if index.descending => format!("{} DESC", column.name),
                _ => column.name.clone(),
            })
            .collect();
        write!(sql, " ({})", keys.join(", ")).unwrap();
        let include = index
            .include
            .as_ref()
            .filter(|name| table.column(name).is_some() && !index.columns.contains(name));
        if let Some(include) = include {
            write!(sql, " INCLUDE ({include})").unwrap();
        }
    }
    // now() is not immutable, and comparing timestamps depends on the time zone.
    if let Some(column) = index.partial.as_ref().and_then(|name| table.column(name)) {
        write!(sql, " WHERE {}", condition(spec, column, false)).unwrap();
    }
    Some(sql)
}
