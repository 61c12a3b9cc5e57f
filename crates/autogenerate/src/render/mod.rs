//! SQL as a person would write it.

mod create;
pub(crate) mod tokens;

pub(crate) use create::{column, create_enum, create_partition, create_table, is_inline};

use crate::{
    diff::Object,
    schema::{
        Column, Constraint, Generated, Identity, Index, Name, Sequence, SequenceOptions, quote_identifier,
        quote_literal,
    },
};

/// `ALTER TABLE items …`.
pub(crate) fn alter_table(table: &Name, action: impl std::fmt::Display) -> String {
    format!("ALTER TABLE {table} {action}")
}

/// `ALTER TABLE items ALTER COLUMN sku …`.
pub(crate) fn alter_column(table: &Name, column: &str, action: impl std::fmt::Display) -> String {
    format!("ALTER TABLE {table} ALTER COLUMN {} {action}", quote_identifier(column))
}

/// `COMMENT ON …`, or what takes the comment away.
pub(crate) fn comment(object: &Object, text: Option<&str>) -> String {
    format!("COMMENT ON {} IS {}", object.sql(), text.map_or_else(|| "NULL".to_owned(), quote_literal))
}

/// `CONSTRAINT items_pkey PRIMARY KEY (id)`.
pub(crate) fn constraint(name: &str, constraint: &Constraint) -> String {
    format!("CONSTRAINT {} {}", quote_identifier(name), constraint.definition)
}

/// `ALTER TABLE … ADD CONSTRAINT …`.
pub(crate) fn add_constraint(table: &Name, name: &str, constraint: &Constraint, not_valid: bool) -> String {
    let not_valid = if not_valid { " NOT VALID" } else { "" };
    format!("ALTER TABLE {table}\n    ADD {}{not_valid}", self::constraint(name, constraint))
}

/// `CREATE INDEX …`.
pub(crate) fn create_index(table: &Name, name: &str, index: &Index, concurrently: bool) -> String {
    let unique = if index.unique { "UNIQUE " } else { "" };
    let concurrently = if concurrently { "CONCURRENTLY " } else { "" };
    let name = quote_identifier(name);
    let head = format!("CREATE {unique}INDEX {concurrently}{name} ON {table}");
    let definition = &index.definition;
    let space = if head.len() + definition.len() > 90 { "\n    " } else { " " };
    format!("{head}{space}USING {definition}")
}

/// `CREATE SEQUENCE …`; whose it is, is said once there is the table.
pub(crate) fn create_sequence(name: &Name, sequence: &Sequence) -> String {
    let data_type = match sequence.data_type.as_str() {
        "bigint" => String::new(),
        other => format!(" AS {other}"),
    };
    let mut options = options_of_new(sequence.options, &sequence.data_type);
    options.insert(0, format!("CREATE SEQUENCE {name}{data_type}"));
    options.join(" ")
}

/// `OWNED BY …`.
pub(crate) fn owned_by(owner: Option<&(Name, String)>) -> String {
    owner.map_or_else(
        || "OWNED BY NONE".to_owned(),
        |(table, column)| format!("OWNED BY {table}.{}", quote_identifier(column)),
    )
}

/// `GENERATED … AS IDENTITY (…)` for a column of that type.
pub(crate) fn identity(identity: Identity, data_type: &str) -> String {
    let kind = if identity.always { "ALWAYS" } else { "BY DEFAULT" };
    let options = identity.options.map(|options| options_of_new(options, data_type)).unwrap_or_default();
    let options = if options.is_empty() { String::new() } else { format!(" ({})", options.join(" ")) };
    format!("GENERATED {kind} AS IDENTITY{options}")
}

/// `GENERATED ALWAYS AS (…) STORED`.
pub(crate) fn generated(generated: &Generated) -> String {
    let stored = if generated.stored { "STORED" } else { "VIRTUAL" };
    format!("GENERATED ALWAYS AS {} {stored}", tokens::parenthesized(&generated.expression.sql))
}

/// How a sequence of that type counts where nothing is said but its increment.
pub(crate) fn usual_options(increment: i64, data_type: &str) -> SequenceOptions {
    let (least, most) = match data_type {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    let (min, max) = if increment < 0 { (least, -1) } else { (1, most) };
    let start = if increment < 0 { max } else { min };
    SequenceOptions { start, increment, min, max, cache: 1, cycle: false }
}

fn options_of_new(options: SequenceOptions, data_type: &str) -> Vec<String> {
    let mut usual = usual_options(options.increment, data_type);
    usual.increment = 1;
    usual.start = if options.increment < 0 { options.max } else { options.min };
    changed_options(usual, options)
}

/// What has to be said for a sequence to count otherwise than it did.
pub(crate) fn changed_options(from: SequenceOptions, to: SequenceOptions) -> Vec<String> {
    let mut said = Vec::new();
    let mut say = |name: &str, from: i64, to: i64| {
        if from != to {
            said.push(format!("{name} {to}"));
        }
    };
    say("START WITH", from.start, to.start);
    say("INCREMENT BY", from.increment, to.increment);
    say("MINVALUE", from.min, to.min);
    say("MAXVALUE", from.max, to.max);
    say("CACHE", from.cache, to.cache);
    if from.cycle != to.cycle {
        said.push(if to.cycle { "CYCLE" } else { "NO CYCLE" }.to_owned());
    }
    said
}

/// ` COLLATE …` where there is one.
pub(crate) fn collate(column: &Column) -> String {
    column.collation.as_ref().map(|collation| format!(" COLLATE {collation}")).unwrap_or_default()
}

/// Columns between parentheses.
pub(crate) fn list<'a>(columns: impl IntoIterator<Item = &'a String>) -> String {
    columns.into_iter().map(|column| quote_identifier(column)).collect::<Vec<_>>().join(", ")
}
