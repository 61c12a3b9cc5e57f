use crate::planner::PlanError;
use std::fmt;

/// Which of the two plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To what is wanted.
    Up,
    /// Back.
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

/// Why a plan is not proven.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The schema could not be made as it is, so nothing can be tried on it.
    #[error("the schema could not be made anew to try the plan on; it is not the same in: {}", .objects.join(", "))]
    NotRecreated {
        /// What is not as it was.
        objects: Vec<String>,
    },
    /// No statements could be found that make the schema.
    #[error("the schema could not be made anew to try the plan on")]
    Plan(#[from] PlanError),
    /// A statement fails, on made up rows or in itself.
    #[error("the way {direction} fails: {error}\n{statement}")]
    Fails {
        /// On which way.
        direction: Direction,
        /// The SQL.
        statement: String,
        /// What PostgreSQL said.
        error: String,
    },
    /// The plan leads somewhere else.
    #[error("the way {direction} does not lead to what is wanted; it is not the same in: {}", .objects.join(", "))]
    NotReached {
        /// On which way.
        direction: Direction,
        /// What is not as it should be.
        objects: Vec<String>,
    },
    /// Rows that the plan is not about are not what they were.
    #[error("the way {direction} changes rows that it is not about: {}", .changes.join("; "))]
    RowsChanged {
        /// On which way.
        direction: Direction,
        /// What is not as it was.
        changes: Vec<String>,
    },
    /// A new value of an enumerated type is used, which has to be committed first; a scratch schema cannot show that.
    #[error("a scratch database is needed to try this, a scratch schema is not enough:\n{statement}")]
    NeedsDatabase {
        /// The SQL.
        statement: String,
    },
    /// What the connection had to say, or PostgreSQL about a query that is not of the plan.
    #[error(transparent)]
    Sql(#[from] sqlx::Error),
}

impl ProofError {
    pub(super) fn of_rows(direction: Direction, changes: Vec<String>) -> Result<(), Self> {
        if changes.is_empty() { Ok(()) } else { Err(Self::RowsChanged { direction, changes }) }
    }
}
