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
    /// The plans back, one for each file of `up` and in the same order. A single plan may also undo
    /// all of them.
    pub down: &'a [Plan],
    /// The schemas between the files of `up`, to which all but the first of `down` lead.
    pub between: &'a [Schema],
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
    /// The statements of the down plans, in the order in which they run; empty if one of them is
    /// irreversible.
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
    pub(super) fn ends(&self, direction: Direction) -> (&'a Schema, &'a Schema) {
        match direction {
            Direction::Up => (self.from, self.to),
            Direction::Down => (self.to, self.from),
        }
    }

    /// The plans in the order in which they run, each with the schema that it leads to, if that is
    /// to be checked.
    pub(super) fn legs(&self, direction: Direction) -> Vec<(&'a Plan, Option<&'a Schema>)> {
        match direction {
            Direction::Up => vec![(self.up, None)],
            Direction::Down => {
                let leads_to = |at: usize| self.between.get(at.checked_sub(1)?);
                let legs = self.down.iter().enumerate().map(|(at, plan)| (plan, leads_to(at)));
                legs.rev().collect()
            }
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
        let (from, to) = self.ends(direction);
        let renames = self.renames(direction);
        let stays =
            |name: &Name| from.tables.contains_key(name) && to.tables.contains_key(renames.table(name));
        let legs = self.legs(direction).into_iter();
        let tables = legs.flat_map(|(plan, _)| &plan.statements).flat_map(|statement| &statement.tables);
        tables.filter(|name| stays(name)).cloned().collect()
    }
}
