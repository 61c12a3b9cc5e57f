use crate::planner::PlanError;
use std::fmt;

/// One of the two plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the target schema.
    Up,
    /// Back to the original schema.
    Down,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Up => "up",
            Self::Down => "down",
        })
    }
}

/// Why a plan could not be proven.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The recreated schema differs from the original, so there is nothing to try the plan on.
    #[error("could not rebuild the schema in scratch space to try the plan; these objects differ: {}", .objects.join(", "))]
    NotRecreated {
        /// The objects that differ.
        objects: Vec<String>,
    },
    /// The schema has no plan that creates it.
    #[error("could not rebuild the schema in scratch space to try the plan")]
    Plan(#[from] PlanError),
    /// A statement fails, by itself or on generated rows.
    #[error("the {direction} plan fails: {error}\n{statement}")]
    Fails {
        /// Which plan.
        direction: Direction,
        /// The SQL.
        statement: String,
        /// PostgreSQL's error.
        error: String,
    },
    /// The plan leads to a different schema.
    #[error("the {direction} plan does not lead to the intended schema; these objects differ: {}", .objects.join(", "))]
    NotReached {
        /// Which plan.
        direction: Direction,
        /// The objects that differ.
        objects: Vec<String>,
    },
    /// The plan changes rows that it should not touch.
    #[error("the {direction} plan changes rows that it should not touch: {}", .changes.join("; "))]
    RowsChanged {
        /// Which plan.
        direction: Direction,
        /// The changes.
        changes: Vec<String>,
    },
    /// The plan uses a new enum value, which has to be committed first. A scratch schema cannot do
    /// that.
    #[error("a scratch schema cannot run this statement; use a scratch database:\n{statement}")]
    NeedsDatabase {
        /// The SQL.
        statement: String,
    },
    /// An error from the connection, or from a query that is not part of the plan.
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
}

impl ProofError {
    pub(super) fn check_rows(direction: Direction, changes: Vec<String>) -> Result<(), Self> {
        if changes.is_empty() { Ok(()) } else { Err(Self::RowsChanged { direction, changes }) }
    }
}
