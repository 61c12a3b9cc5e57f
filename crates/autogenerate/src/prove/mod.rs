//! Proves a plan before it is written: on a [scratch](crate::scratch) place with rows in it, up leads to what is wanted, down leads back, and
//! the rows that neither is about are as they were. What each statement locks, writes anew and reads is seen there as well.

mod claim;
mod concurrent;
mod differences;
mod error;
mod measure;
mod rows;
mod run;
mod survive;

pub use self::{
    claim::{Claim, Observed, Proof},
    error::{Direction, ProofError},
    rows::Samples,
};
use self::{
    differences::differences,
    run::{Pace, Run, truncate},
    survive::Survivors,
};
use crate::{
    plan::{Renames, Style},
    planner,
    schema::{Name, Object, Schema},
    scratch::Scratch,
};
use std::collections::{BTreeMap, BTreeSet};

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
    let mut run = Run::new(scratch, (from, &renames), direction, Pace::Files);
    run.lenient = claim.may_fail_on_data || direction == Direction::Down;
    run.survivors = Some(survivors);
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
    let mut run = Run::new(scratch, (from, &renames), direction, Pace::Apart);
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

fn names(objects: BTreeSet<Object>) -> Vec<String> {
    objects.into_iter().map(|object| object.to_string()).collect()
}
