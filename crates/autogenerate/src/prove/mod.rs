//! Proves a plan before it is written: on a [scratch](crate::scratch) place with rows in it, up leads to what is wanted, down leads back, and
//! the rows that neither is about are as they were. What each statement locks, writes anew and reads is seen there as well.

mod concurrent;
mod differences;
mod error;
mod measure;
mod rows;
mod run;
mod survive;

use crate::{
    hazard::Hazard,
    plan::{Plan, Renames, StatementNote, Style},
    planner,
    schema::{Name, Schema},
    scratch::Scratch,
};
use differences::differences;
pub use error::{Direction, ProofError};
pub use rows::Samples;
use run::{Pace, Run, truncate};
use std::collections::{BTreeMap, BTreeSet};
use survive::Survivors;

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

/// Proves both plans on `scratch`, whose scope has to be the one that the two schemas were read with. What was there is gone afterwards.
///
/// # Errors
///
/// [`ProofError`] where the way up is not proven. A way down that is not proven is [`Proof::irreversible`].
pub async fn prove(scratch: &mut Scratch, claim: &Claim<'_>) -> Result<Proof, ProofError> {
    let first = attempt(scratch, claim).await;
    let is_proven = first.as_ref().is_ok_and(|proof| proof.irreversible.is_none());
    if is_proven || matches!(first, Err(ProofError::Sql(_))) {
        return first;
    }
    // PostgreSQL may print an expression otherwise when it has read what it printed: then only what was read twice can be compared.
    let (Ok(from), Ok(to)) = (settle(scratch, claim.from).await, settle(scratch, claim.to).await) else {
        return first;
    };
    if (&from, &to) == (claim.from, claim.to) {
        return first;
    }
    attempt(scratch, &Claim { from: &from, to: &to, ..*claim }).await
}

async fn attempt(scratch: &mut Scratch, claim: &Claim<'_>) -> Result<Proof, ProofError> {
    recreate(scratch, claim.from).await?;
    let compared = differences(&scratch.read().await?.schema, claim.from);
    if !compared.is_empty() {
        return Err(ProofError::NotRecreated { objects: names(compared) });
    }
    let without_rows = seed(scratch, claim, Direction::Up, 0).await?;
    let up = lead(scratch, claim, Direction::Up).await?;
    let mut proof = Proof { up, without_rows, ..Proof::default() };
    seed(scratch, claim, Direction::Down, 30).await?;
    match lead(scratch, claim, Direction::Down).await {
        Ok(down) => proof.down = down,
        Err(ProofError::Sql(error)) => return Err(error.into()),
        Err(error) => proof.irreversible = Some(error.to_string()),
    }
    if !scratch.is_transactional() {
        measure(scratch, claim, &mut proof).await?;
    }
    Ok(proof)
}

/// The schema as PostgreSQL prints it when it is made anew.
async fn settle(scratch: &mut Scratch, schema: &Schema) -> Result<Schema, ProofError> {
    recreate(scratch, schema).await?;
    let printed = scratch.read().await?.schema;
    differences::settled(schema, printed)
        .map_err(|unlike| ProofError::NotRecreated { objects: names(unlike) })
}

impl<'a> Claim<'a> {
    fn ends(&self, direction: Direction) -> (&'a Schema, &'a Schema, &'a Plan) {
        match direction {
            Direction::Up => (self.from, self.to, self.up),
            Direction::Down => (self.to, self.from, self.down),
        }
    }

    fn renames(&self, direction: Direction) -> Renames {
        match direction {
            Direction::Up => self.renames.clone(),
            Direction::Down => self.renames.reversed(),
        }
    }

    /// The tables that need rows: those that a plan touches and that are there afterwards.
    fn touched(&self, direction: Direction) -> BTreeSet<Name> {
        let (from, to, plan) = self.ends(direction);
        let renames = self.renames(direction);
        let stays = |name: &Name| {
            let renamed = renames.tables.iter().find(|(old, _)| old == name);
            from.tables.contains_key(name) && to.tables.contains_key(renamed.map_or(name, |(_, new)| new))
        };
        let tables = plan.statements.iter().flat_map(|statement| &statement.tables);
        tables.filter(|name| stays(name)).cloned().collect()
    }
}

/// Makes the schema anew.
async fn recreate(scratch: &mut Scratch, schema: &Schema) -> Result<(), ProofError> {
    scratch.clear().await?;
    let style = Style { online: false, slots: false };
    let empty = scratch.read().await?.schema;
    let plan = planner::plan(&empty, schema, &Renames::default(), style)?;
    for statement in &plan.statements {
        scratch.execute(&statement.sql).await.map_err(|error| match error {
            sqlx::Error::Database(error) => {
                ProofError::NotRecreated { objects: vec![format!("{error} ({})", statement.sql)] }
            }
            error => error.into(),
        })?;
    }
    Ok(())
}

/// Puts rows into what a plan touches.
async fn seed(
    scratch: &mut Scratch,
    claim: &Claim<'_>,
    direction: Direction,
    first: usize,
) -> sqlx::Result<BTreeMap<Name, String>> {
    let none = Samples::new();
    let samples = if direction == Direction::Up { claim.samples } else { &none };
    let (begin, end) = if scratch.is_transactional() {
        ("SAVEPOINT rows", "RELEASE SAVEPOINT rows")
    } else {
        ("BEGIN", "COMMIT")
    };
    scratch.execute(begin).await?;
    let (schema, ..) = claim.ends(direction);
    let without =
        rows::seed(scratch.connection(), schema, &claim.touched(direction), (samples, first)).await?;
    scratch.execute(end).await?;
    Ok(without)
}

/// Runs a plan as its files will be, and looks at what has become of the schema and the rows.
async fn lead(
    scratch: &mut Scratch,
    claim: &Claim<'_>,
    direction: Direction,
) -> Result<Vec<Observed>, ProofError> {
    let (from, to, plan) = claim.ends(direction);
    let renames = claim.renames(direction);
    let survivors = Survivors::look(scratch.connection(), from, to, &renames).await?;
    let mut run = Run {
        scratch,
        from,
        renames: &renames,
        direction,
        pace: Pace::Files,
        lenient: claim.may_fail_on_data || direction == Direction::Down,
        survivors: Some(survivors),
        watcher: None,
        standing: BTreeSet::new(),
    };
    let observed = match run.all(plan).await {
        Ok(observed) => observed,
        Err(error) => {
            run.abandon().await?;
            return Err(error);
        }
    };
    let survivors = run.survivors.take();
    let objects = differences(&scratch.read().await?.schema, to);
    if !objects.is_empty() {
        return Err(ProofError::NotReached { direction, objects: names(objects) });
    }
    if let Some(mut survivors) = survivors {
        ProofError::of_rows(direction, survivors.changes_after(scratch.connection()).await?)?;
    }
    Ok(observed)
}

/// Runs what was proven again, each statement in a transaction of its own, to see the locks.
async fn measure(scratch: &mut Scratch, claim: &Claim<'_>, proof: &mut Proof) -> Result<(), ProofError> {
    if proof.irreversible.is_some() {
        recreate(scratch, claim.from).await?;
    }
    truncate(scratch.connection(), &claim.touched(Direction::Up)).await?;
    seed(scratch, claim, Direction::Up, 0).await?;
    if apart(scratch, claim, Direction::Up, &mut proof.up).await? && proof.irreversible.is_none() {
        apart(scratch, claim, Direction::Down, &mut proof.down).await?;
    }
    Ok(())
}

/// Adds what can only be seen of statements apart. Returns `false` where they cannot be run so, which proves nothing.
async fn apart(
    scratch: &mut Scratch,
    claim: &Claim<'_>,
    direction: Direction,
    observed: &mut [Observed],
) -> sqlx::Result<bool> {
    let (from, _, plan) = claim.ends(direction);
    let renames = claim.renames(direction);
    let mut run = Run {
        scratch,
        from,
        renames: &renames,
        direction,
        pace: Pace::Apart,
        lenient: true,
        survivors: None,
        watcher: None,
        standing: BTreeSet::new(),
    };
    match run.all(plan).await {
        Ok(apart) => {
            for (whole, apart) in observed.iter_mut().zip(apart) {
                *whole = Observed { refused: whole.refused.take().or(apart.refused), ..apart };
            }
            Ok(true)
        }
        Err(ProofError::Sql(error)) => Err(error),
        Err(error) => {
            tracing::debug!(%direction, %error, "locks cannot be seen");
            run.abandon().await?;
            Ok(false)
        }
    }
}

fn names(objects: BTreeSet<crate::diff::Object>) -> Vec<String> {
    objects.into_iter().map(|object| object.to_string()).collect()
}
