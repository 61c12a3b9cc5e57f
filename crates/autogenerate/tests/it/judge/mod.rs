//! Who says whether a plan did what it should: our own reader, and `pg_dump`, which we did not write.

mod dump;
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

pub use place::Place;
pub use rows::Survivors;

/// What `db diff` uses.
pub const PLAIN: Style = Style { online: false, slots: false };

/// What migrations are written in.
pub const ONLINE: Style = Style { online: true, slots: true };

/// How statements are sent to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// One by one, as by `psql -f`.
    Singly,
    /// A file at a time, in a transaction but for those that are alone, after the rehearsal of their slots.
    InFiles,
}

/// A schema as both judges see it.
#[derive(Debug, Clone)]
pub struct Side {
    /// As our own reader sees it.
    pub schema: Schema,
    /// As `pg_dump` sees it, where there is one for this server.
    pub dump: Option<String>,
}

/// The plan, or what the planner died of.
pub fn plan(from: &Schema, to: &Schema, renames: &Renames, style: Style) -> Result<Plan, String> {
    catch_unwind(AssertUnwindSafe(|| planner::plan(from, to, renames, style)))
        .map_err(|_| "the planner panicked".to_owned())?
        .map_err(|error| error.to_string())
}

/// That both judges see the same, and nothing is left to do.
pub fn alike(is: &Side, should: &Side) -> Result<(), String> {
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

/// That the rows that should have survived did.
pub fn same_rows(are: &[Vec<String>], were: &[Vec<String>]) -> Result<(), String> {
    if are == were { Ok(()) } else { Err(format!("rows are lost: {were:?} became {are:?}")) }
}
