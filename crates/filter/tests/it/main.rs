//! The filter language, on a text, on its SQL and on PostgreSQL.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a panic fails the test")]

mod containment;
mod hostile;
mod random;
mod range;
mod sql;
mod syntax;
mod timestamp;

use curio_filter::{Error, Field, Filter, Kind};

const FIELDS: &[Field] = &[
    Field { name: "name", column: "name", kind: Kind::Text },
    Field { name: "status", column: "status", kind: Kind::Choice(&["draft", "active", "archived"]) },
    Field { name: "version", column: "version", kind: Kind::Integer },
    Field { name: "created_at", column: "created_at", kind: Kind::Timestamp },
    Field { name: "attributes", column: "attributes", kind: Kind::Json },
];

fn parse(text: &str) -> Result<Filter, Error> {
    Filter::parse(text, FIELDS)
}
