//! The filter language of lists: text in, a typed tree and SQL with bound values out.
//!
//! ```
//! use curio_filter::{Field, Filter, Kind, Part};
//!
//! const FIELDS: &[Field] = &[
//!     Field { name: "name", column: "name", kind: Kind::Text },
//!     Field { name: "attributes", column: "attributes", kind: Kind::Json },
//! ];
//!
//! let filter = Filter::parse(r#"name = "Lamp" and attributes.watts < 60"#, FIELDS)?;
//! let (mut sql, mut values) = (String::new(), 0);
//! for part in filter.sql() {
//!     match part {
//!         Part::Sql(text) => sql += &text,
//!         Part::Text(_) | Part::Timestamp(_) => {
//!             values += 1; // `push_bind` of sqlx's `QueryBuilder` writes the placeholder
//!             sql += &format!("${values}");
//!         }
//!     }
//! }
//! assert!(sql.starts_with("(name = $1::text AND "));
//! # Ok::<(), curio_filter::Error>(())
//! ```
//!
//! The crate knows no resource: a list describes its [`Field`]s. It knows neither HTTP nor a
//! database driver either.
//!
//! The language is that of `docs/filter.md`:
//!
#![cfg_attr(doc, doc = include_str!("../../../docs/filter.md"))]
#![warn(missing_docs)]

mod containment;
mod error;
mod field;
mod lexer;
mod literal;
mod number;
mod parser;
mod path;
mod range;
mod sql;
mod timestamp;
mod tree;

pub use error::Error;
pub use field::{Field, JsonType, Kind};
pub use parser::{MAX_LABELS, MAX_LENGTH, MAX_LEVELS, MAX_TERMS};
pub use path::ValuePath;
pub use range::{Bound, Range, Values};
pub use sql::Part;
pub use timestamp::{PATTERN as TIMESTAMP_PATTERN, ceiling as ceiling_timestamp, parse as parse_timestamp};
pub use tree::Filter;
