//! What is to be proven, and what was seen.

use super::{error::Direction, rows::Samples};
use crate::{
    hazard::Hazard,
    plan::{Plan, Renames, StatementNote},
    schema::{Name, Schema},
};
use std::collections::{BTreeMap, BTreeSet};

/// What is to be proven.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// The schema before, as [`introspect`](crate::introspect) read it.
    pub from: &'a Schema,
    /// The schema afterwards, read in the same way.
    pub to: &'a Schema,
    /// What leads from the one to the other.
    pub up: &'a Plan,
    /// What leads back.
    pub down: &'a Plan,
    /// What is called otherwise afterwards; its rows have to be the same.
    pub renames: &'a Renames,
    /// Rows of the actual database that are tried beside made up ones.
    pub samples: &'a Samples,
    /// Whether a statement of the way up may fail on rows, if it says so ([`Hazard::MayFailOnData`]) and has no slot, as in a plan without
    /// slots. On the way down it always may if it says so.
    pub may_fail_on_data: bool,
}

/// What was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// By statement of the way up.
    pub up: Vec<Observed>,
    /// By statement of the way down; empty where that is irreversible.
    pub down: Vec<Observed>,
    /// Tables that the plans touch, or that these refer to, for which no row could be made, and why.
    pub without_rows: BTreeMap<Name, String>,
    /// Why the way down could not be proven; the way up was.
    pub irreversible: Option<String>,
}

/// What a statement was seen to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observed {
    /// What it did to tables that were there before it. Locks are only seen in a scratch database.
    pub note: StatementNote,
    /// What the plan declared, and what was seen.
    pub hazards: BTreeSet<Hazard>,
    /// What PostgreSQL said where rows were in the way; without them it passed.
    pub refused: Option<String>,
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

    /// The tables that need rows: those that a plan touches and that are there afterwards.
    pub(super) fn touched(&self, direction: Direction) -> BTreeSet<Name> {
        let (from, to, plan) = self.ends(direction);
        let renames = self.renames(direction);
        let stays =
            |name: &Name| from.tables.contains_key(name) && to.tables.contains_key(renames.table(name));
        let tables = plan.statements.iter().flat_map(|statement| &statement.tables);
        tables.filter(|name| stays(name)).cloned().collect()
    }
}
