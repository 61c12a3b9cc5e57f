//! The claim to prove, and the proof.

use super::{error::Direction, rows::Samples};
use crate::{
    hazard::Hazard,
    plan::{Plan, Renames, StatementNote},
    schema::{Name, Schema},
};
use std::collections::{BTreeMap, BTreeSet};

/// A pair of plans to prove.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// The schema before the up plan, as [`introspect`](crate::introspect) read it.
    pub from: &'a Schema,
    /// The schema after the up plan, read in the same way.
    pub to: &'a Schema,
    /// The plan from `from` to `to`.
    pub up: &'a Plan,
    /// The plan back.
    pub down: &'a Plan,
    /// The renames of the up plan. Rows of renamed objects have to stay the same.
    pub renames: &'a Renames,
    /// Rows of the actual database to try in addition to generated ones.
    pub samples: &'a Samples,
    /// Whether a statement of the up plan without a slot may fail on rows if it has
    /// [`Hazard::MayFailOnData`], as in a plan without slots. A statement of the down plan with
    /// that hazard always may.
    pub may_fail_on_data: bool,
}

/// What was observed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// The statements of the up plan.
    pub up: Vec<Observed>,
    /// The statements of the down plan; empty if it is irreversible.
    pub down: Vec<Observed>,
    /// The tables for which no row could be generated, and why. The plans touch them, or a touched
    /// table references them.
    pub without_rows: BTreeMap<Name, String>,
    /// Why the down plan could not be proven, although the up plan was.
    pub irreversible: Option<String>,
}

/// What a statement was observed to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observed {
    /// What it did to tables that existed before it. Locks are only observable in a scratch
    /// database.
    pub note: StatementNote,
    /// The declared and the observed hazards.
    pub hazards: BTreeSet<Hazard>,
    /// PostgreSQL's error if rows made the statement fail. Without rows, it succeeded.
    pub data_error: Option<String>,
}

impl<'a> Claim<'a> {
    pub(super) fn ends(&self, direction: Direction) -> (&'a Schema, &'a Schema, &'a Plan) {
        match direction {
            Direction::Up => (self.from, self.to, self.up),
            Direction::Down => (self.to, self.from, self.down),
        }
    }

    pub(super) fn renames(&self, direction: Direction) -> Renames {
        match direction {
            Direction::Up => self.renames.clone(),
            Direction::Down => self.renames.reversed(),
        }
    }

    /// The tables that need rows: those that the plan touches and that still exist afterwards.
    pub(super) fn touched(&self, direction: Direction) -> BTreeSet<Name> {
        let (from, to, plan) = self.ends(direction);
        let renames = self.renames(direction);
        let stays =
            |name: &Name| from.tables.contains_key(name) && to.tables.contains_key(renames.table(name));
        let tables = plan.statements.iter().flat_map(|statement| &statement.tables);
        tables.filter(|name| stays(name)).cloned().collect()
    }
}
