//! Judges whether a plan worked: our own introspection, and `pg_dump` as an independent second
//! opinion.

mod dump;
mod files;
mod measure;
mod place;
mod rows;
pub mod text;

use std::panic::{AssertUnwindSafe, catch_unwind};

use autogenerate::{
    diff::diff,
    plan::{Plan, Renames, Style},
    planner,
    schema::Schema,
};

pub use files::Files;
pub use place::Place;
pub use rows::Survivors;

/// The style of `db diff`.
pub const PLAIN: Style = Style { online: false, slots: false };

/// The style of migrations.
pub const ONLINE: Style = Style { online: true, slots: true };

/// How statements are sent to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// One statement at a time, as `psql -f` does.
    Singly,
    /// One file at a time: in a transaction unless its statement must be alone, and after the
    /// rehearsal of its slots.
    InFiles,
}

/// A schema as seen by both judges.
#[derive(Debug, Clone)]
pub struct Side {
    /// As seen by our own introspection.
    pub schema: Schema,
    /// As seen by `pg_dump`, if there is one for this server.
    pub dump: Option<String>,
}

/// Returns the plan, or the planner's panic or error as text.
pub fn plan(from: &Schema, to: &Schema, renames: &Renames, style: Style) -> Result<Plan, String> {
    catch_unwind(AssertUnwindSafe(|| planner::plan(from, to, renames, style)))
        .map_err(|_| "the planner panicked".to_owned())?
        .map_err(|error| error.to_string())
}

/// Checks that both judges see equal schemas and that no further plan is needed.
pub fn compare(is: &Side, should: &Side) -> Result<(), String> {
    let (was, want) = (is.schema.clone().normalized(), should.schema.clone().normalized());
    if was != want {
        return Err(format!(
            "our reader sees a difference (- is, + should be):\n{}",
            text::differences(&format!("{was:#?}"), &format!("{want:#?}"))
        ));
    }
    if let (Some(is), Some(should)) = (&is.dump, &should.dump)
        && is != should
    {
        return Err(format!(
            "pg_dump sees a difference (- is, + should be):\n{}",
            text::differences(is, should)
        ));
    }
    let changes = diff(&is.schema, &should.schema, &Renames::default());
    if !changes.is_empty() {
        return Err(format!("the schemas are equal, but diff says {changes:#?}"));
    }
    let rest = plan(&is.schema, &should.schema, &Renames::default(), ONLINE)?;
    if rest.is_empty() {
        Ok(())
    } else {
        Err(format!("the schemas are equal, but the plan is\n{}", text::golden(&rest)))
    }
}

/// Checks that the rows that should survive did.
pub fn same_rows(are: &[Vec<String>], were: &[Vec<String>]) -> Result<(), String> {
    if are == were { Ok(()) } else { Err(format!("rows are lost: {were:?} became {are:?}")) }
}
