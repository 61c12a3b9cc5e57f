//! Objects that hang on tables, and small groups of tables, types and functions: each is generated
//! as a whole, and changes by its variant.

use std::fmt::Write as _;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};

use super::{
    Pair,
    spec::{Spec, Table},
    sql::written,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    pub name: String,
    pub kind: Kind,
    /// The table, and its columns, that it hangs on.
    pub table: String,
    pub columns: Vec<String>,
    /// Its bits decide about details.
    pub variant: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    View,
    MaterializedView,
    Trigger,
    Policy,
    Statistics,
    Function,
    Domain,
    Composite,
    Partitions,
    Inheritance,
    Schema,
}

const KINDS: [Kind; 14] = [
    Kind::View,
    Kind::View,
    Kind::MaterializedView,
    Kind::Trigger,
    Kind::Policy,
    Kind::Statistics,
    Kind::Function,
    Kind::Domain,
    Kind::Composite,
    Kind::Partitions,
    Kind::Partitions,
    Kind::Partitions,
    Kind::Inheritance,
    Kind::Schema,
];

/// Adds extras to both sides of a pair, some of which change.
pub fn add(pair: &mut Pair, seed: u64) {
    // The rest of a pair does not depend on its extras.
    let mut rng = StdRng::seed_from_u64(!seed);
    for number in 0..rng.random_range(0..4) {
        let kind = *KINDS.choose(&mut rng).unwrap();
        let table = pair.before.tables.choose(&mut rng);
        let mut names: Vec<String> =
            table.iter().flat_map(|table| &table.columns).map(|column| column.name.clone()).collect();
        while names.len() > 2 {
            names.remove(rng.random_range(0..names.len()));
        }
        let table = table.map_or_else(String::new, |table| table.name.clone());
        let (name, variant) = (format!("x{number}"), rng.random());
        let before = Extra { name, kind, table, columns: names, variant };
        let mut after = moved(pair, &before);
        if rng.random_bool(0.6) {
            after.variant = rng.random();
        }
        let (old, new) = (rng.random_bool(0.8), rng.random_bool(0.8));
        pair.before.extras.extend(old.then_some(before));
        pair.after.extras.extend(new.then_some(after));
    }
}

/// The extra by the names after the renames.
fn moved(pair: &Pair, extra: &Extra) -> Extra {
    let mut moved = extra.clone();
    let is_it = |table: &&Table| super::origin(&pair.tables, &table.name) == extra.table;
    if let Some(table) = pair.after.tables.iter().find(is_it) {
        moved.table.clone_from(&table.name);
        for column in &mut moved.columns {
            let is_it = |name: &&String| pair.column_before(&table.name, name) == *column;
            if let Some(name) = table.columns.iter().map(|column| &column.name).find(is_it) {
                column.clone_from(name);
            }
        }
    }
    moved
}

/// Whether the whole database has to be read.
pub fn needs_database(spec: &Spec) -> bool {
    spec.extras.iter().any(|extra| extra.kind == Kind::Schema)
}

/// The extras as SQL, to be run after the tables.
pub fn sql(spec: &Spec) -> String {
    spec.extras.iter().filter_map(|extra| one(spec, extra)).map(|sql| sql + "\n").collect()
}

/// Rows of the extras' own tables.
pub fn rows(spec: &Spec) -> String {
    let row = |extra: &Extra| {
        let name = &extra.name;
        Some(match extra.kind {
            Kind::Domain => format!("INSERT INTO {name}_t VALUES (1, 5, '{{6}}');"),
            Kind::Composite => format!("INSERT INTO {name}_t (id, v.b) VALUES (1, 'x');"),
            Kind::Partitions => format!("INSERT INTO {name} VALUES (1, 5);"),
            Kind::Inheritance => format!("INSERT INTO {name}_c (id, a) VALUES (1, 5);"),
            Kind::Schema => format!("INSERT INTO {name}.t (v) VALUES ('x');"),
            _ => return None,
        })
    };
    spec.extras.iter().filter_map(row).map(|sql| sql + "\n").collect()
}

fn one(spec: &Spec, extra: &Extra) -> Option<String> {
    let Extra { name, kind, variant, .. } = extra;
    let bit = |at: u8, yes: &'static str| if variant >> at & 1 == 1 { yes } else { "" };
    let integer = if variant & 1 == 1 { "bigint" } else { "integer" };
    Some(match kind {
        Kind::View | Kind::MaterializedView | Kind::Trigger | Kind::Policy | Kind::Statistics => {
            return hanging(spec, extra);
        }
        Kind::Function => format!(
            "CREATE FUNCTION {name}({integer}) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT $1 + {}';\n\
             CREATE TABLE {name}_t (id {integer}{});",
            variant >> 1 & 1,
            if variant >> 2 & 1 == 1 { format!(" CHECK ({name}(id) > 0)") } else { String::new() }
        ),
        Kind::Domain => format!(
            "CREATE DOMAIN {name} AS {}{}{};\nCREATE TABLE {name}_t (id integer, v {name}, vs {name}[]);",
            ["integer", "bigint", "numeric(10,2)"][usize::from(variant % 3)],
            bit(3, " DEFAULT 3"),
            bit(4, " CHECK (VALUE > 0)"),
        ),
        Kind::Composite => format!(
            "CREATE TYPE {name} AS (a {integer}, b text);\nCREATE TABLE {name}_t (id integer, v {name});"
        ),
        Kind::Partitions => partitions(name, *variant, integer),
        Kind::Inheritance => format!(
            "CREATE TABLE {name} (id integer{}, a {integer}{}{});\n\
             CREATE TABLE {name}_c (b text) INHERITS ({name});\n{}",
            bit(1, " NOT NULL"),
            bit(2, " DEFAULT 3, CHECK (a > 0)"),
            bit(3, ", d text"),
            if variant >> 4 & 1 == 1 {
                format!("CREATE TABLE {name}_d () INHERITS ({name}_c);")
            } else {
                String::new()
            }
        ),
        Kind::Schema => format!(
            "CREATE SCHEMA {name};\nCREATE TABLE {name}.t (id serial PRIMARY KEY, v {});\n{}",
            if variant & 1 == 1 { "text" } else { "varchar(20)" },
            if variant >> 1 & 1 == 1 {
                format!("CREATE VIEW {name}.v AS SELECT id, v FROM {name}.t;")
            } else {
                String::new()
            }
        ),
    })
}

fn partitions(name: &str, variant: u8, integer: &str) -> String {
    let bit = |at: u8| variant >> at & 1 == 1;
    let mut sql = format!(
        "CREATE TABLE {name} (id integer NOT NULL, k {integer}{}{}{}) PARTITION BY LIST (id);\n\
         CREATE TABLE {name}_1 PARTITION OF {name} FOR VALUES IN (1);\n",
        if bit(1) { " DEFAULT 3" } else { "" },
        if bit(2) { ", n text" } else { "" },
        if bit(3) { ", PRIMARY KEY (id)" } else { "" },
    );
    if bit(4) {
        _ = writeln!(sql, "CREATE TABLE {name}_2 PARTITION OF {name} (CHECK (k > 0)) FOR VALUES IN (2);");
    }
    if bit(5) {
        _ = writeln!(sql, "CREATE INDEX {name}_k ON {name} (k);");
    }
    if bit(5) && bit(6) {
        _ = writeln!(sql, "ALTER INDEX {name}_1_k_idx RENAME TO {name}_own;");
    }
    if bit(3) && bit(7) {
        _ = writeln!(sql, "ALTER INDEX {name}_1_pkey RENAME TO {name}_key;");
    }
    sql
}

/// An object that hangs on a table; `None` if it does not exist.
fn hanging(spec: &Spec, extra: &Extra) -> Option<String> {
    let Extra { name, kind, table, variant, .. } = extra;
    let it = written(spec, spec.table(table)?);
    let columns: Vec<&String> = extra.columns.iter().filter(|column| it.column(column).is_some()).collect();
    let first = columns.first()?;
    let list = columns.iter().map(|column| column.as_str()).collect::<Vec<_>>().join(", ");
    Some(match kind {
        Kind::View => {
            let condition =
                if variant & 1 == 1 { format!(" WHERE {first} IS NOT NULL") } else { String::new() };
            let list = if variant & 2 == 2 { first.as_str() } else { &list };
            format!("CREATE VIEW {name} AS SELECT {list} FROM {table}{condition};")
        }
        Kind::MaterializedView => {
            let index = if variant & 1 == 1 {
                format!("\nCREATE INDEX {name}_idx ON {name} ({first});")
            } else {
                String::new()
            };
            format!("CREATE MATERIALIZED VIEW {name} AS SELECT {list} FROM {table};{index}")
        }
        Kind::Trigger => {
            let of =
                if variant & 1 == 1 { format!("UPDATE OF {first}") } else { "INSERT OR UPDATE".to_owned() };
            format!(
                "CREATE FUNCTION {name}_touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';\n\
                 CREATE TRIGGER {name} BEFORE {of} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}_touch();"
            )
        }
        Kind::Policy => {
            let to = if variant & 1 == 1 { " FOR SELECT" } else { "" };
            format!(
                "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;\n\
                 CREATE POLICY {name} ON {table}{to} USING ({first} IS NOT NULL);"
            )
        }
        _ if columns.len() < 2 => return None,
        _ => {
            let kinds = if variant & 1 == 1 { " (ndistinct)" } else { "" };
            format!("CREATE STATISTICS {name}{kinds} ON {list} FROM {table};")
        }
    })
}
