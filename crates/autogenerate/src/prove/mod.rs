//! Proves a plan before it is written.
//!
//! In [scratch](crate::scratch) space with rows in it, the up plan leads to the target schema, the
//! down plans lead back file by file, and rows that neither should touch stay the same. The proof
//! also measures what each statement locks, rewrites and reads.

mod claim;
mod concurrent;
mod differences;
mod error;
mod measure;
mod rows;
mod run;
mod survive;

pub(crate) use self::differences::unlike_recreated;
pub use self::{
    claim::{Claim, Observed, Proof},
    error::{Direction, ProofError},
    rows::Samples,
};
use self::{
    differences::differences,
    run::{Run, Transactions, truncate},
    survive::Survivors,
};
use crate::{
    plan::{Plan, Renames, Style},
    planner,
    schema::{Name, Object, Schema},
    scratch::Scratch,
};
use std::collections::{BTreeMap, BTreeSet};

/// Proves both plans on `scratch`, and clears its previous contents.
///
/// The scope of `scratch` must be the one that both schemas were read with.
///
/// # Errors
///
/// The up plan is not proven. A down plan that is not proven is [`Proof::irreversible`] instead.
pub async fn prove(scratch: &mut Scratch, claim: &Claim<'_>) -> Result<Proof, ProofError> {
    let first = attempt(scratch, claim).await;
    let is_proven = first.as_ref().is_ok_and(|proof| proof.irreversible.is_none());
    if is_proven || matches!(first, Err(ProofError::Sql(_))) {
        return first;
    }
    // PostgreSQL may print an expression differently after parsing its own output. Then only
    // schemas that were read twice can be compared.
    let (Ok(from), Ok(to)) = (reprint(scratch, claim.from).await, reprint(scratch, claim.to).await) else {
        return first;
    };
    if (&from, &to) == (claim.from, claim.to) {
        return first;
    }
    attempt(scratch, &Claim { from: &from, to: &to, ..*claim }).await
}

/// The schemas before `up` and after each of its files: the schemas to which the ways down of the
/// files lead. Clears the previous contents of `scratch`.
///
/// # Errors
///
/// A statement fails, even without rows.
pub async fn states(
    scratch: &mut Scratch,
    (from, to): (&Schema, &Schema),
    up: &Plan,
) -> Result<Vec<Schema>, ProofError> {
    if up.files().count() < 2 {
        return Ok(vec![from.clone(), to.clone()]);
    }
    recreate(scratch, from).await?;
    let mut states = vec![scratch.read().await?.schema];
    let renames = Renames::default();
    let mut run = Run::new(scratch, (from, &renames), Direction::Up, Transactions::PerFile);
    for file in up.files() {
        run.run_file(file).await?;
        states.push(run.scratch.read().await?.schema);
    }
    Ok(states)
}

async fn attempt(scratch: &mut Scratch, claim: &Claim<'_>) -> Result<Proof, ProofError> {
    recreate(scratch, claim.from).await?;
    let compared = differences(&scratch.read().await?.schema, claim.from);
    if !compared.is_empty() {
        return Err(ProofError::NotRecreated { objects: print_objects(compared) });
    }
    let without_rows = seed(scratch, claim, Direction::Up, 0).await?;
    let up = run_and_compare(scratch, claim, Direction::Up).await?;
    let mut proof = Proof { up, without_rows, ..Proof::default() };
    seed(scratch, claim, Direction::Down, 30).await?;
    match run_and_compare(scratch, claim, Direction::Down).await {
        Ok(down) => proof.down = down,
        Err(ProofError::Sql(error)) => return Err(error.into()),
        Err(error) => proof.irreversible = Some(error.to_string()),
    }
    if !scratch.is_transactional() {
        measure(scratch, claim, &mut proof).await?;
    }
    Ok(proof)
}

/// The schema as PostgreSQL prints it after recreating it.
async fn reprint(scratch: &mut Scratch, schema: &Schema) -> Result<Schema, ProofError> {
    recreate(scratch, schema).await?;
    let printed = scratch.read().await?.schema;
    differences::adopt_expressions(schema, printed)
        .map_err(|differences| ProofError::NotRecreated { objects: print_objects(differences) })
}

/// Recreates the schema.
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

/// Inserts rows into the tables that a plan touches.
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
    let (schema, _) = claim.ends(direction);
    // The rows are there as if they had been written before.
    let acting: Vec<_> = schema
        .sql_objects
        .iter()
        .filter(|(name, it)| name.kind.acts_on_writes() && it.is_printed())
        .collect();
    for (_, it) in &acting {
        scratch.execute(&it.drop.join(";\n")).await?;
    }
    let without =
        rows::seed(scratch.connection(), schema, &claim.touched(direction), (samples, first)).await?;
    for (_, it) in &acting {
        scratch.execute(&it.create.join(";\n")).await?;
    }
    scratch.execute(end).await?;
    Ok(without)
}

/// Runs a plan like its files will run, and compares the resulting schema and rows.
async fn run_and_compare(
    scratch: &mut Scratch,
    claim: &Claim<'_>,
    direction: Direction,
) -> Result<Vec<Observed>, ProofError> {
    let (from, to) = claim.ends(direction);
    let renames = claim.renames(direction);
    let survivors = Survivors::read(scratch.connection(), from, to, &renames).await?;
    let mut run = Run::new(scratch, (from, &renames), direction, Transactions::PerFile);
    run.may_fail_on_data = claim.may_fail_on_data || direction == Direction::Down;
    run.survivors = Some(survivors);
    let observed = match run.run_all(&claim.legs(direction)).await {
        Ok(observed) => observed,
        Err(error) => {
            run.abandon().await?;
            return Err(error);
        }
    };
    let survivors = run.survivors.take();
    run.check_schema(to).await?;
    if let Some(mut survivors) = survivors {
        ProofError::check_rows(direction, survivors.changes_after(scratch.connection()).await?)?;
    }
    Ok(observed)
}

/// Runs the proven plans again, with each statement in a transaction of its own, to observe its
/// locks.
async fn measure(scratch: &mut Scratch, claim: &Claim<'_>, proof: &mut Proof) -> Result<(), ProofError> {
    if proof.irreversible.is_some() {
        recreate(scratch, claim.from).await?;
    }
    truncate(scratch.connection(), &claim.touched(Direction::Up)).await?;
    seed(scratch, claim, Direction::Up, 0).await?;
    if observe_locks(scratch, claim, Direction::Up, &mut proof.up).await? && proof.irreversible.is_none() {
        observe_locks(scratch, claim, Direction::Down, &mut proof.down).await?;
    }
    Ok(())
}

/// Adds what is only observable with a transaction for each statement. Returns `false` if the plan
/// cannot run like that, which does not refute the proof.
async fn observe_locks(
    scratch: &mut Scratch,
    claim: &Claim<'_>,
    direction: Direction,
    observed: &mut [Observed],
) -> sqlx::Result<bool> {
    let (from, _) = claim.ends(direction);
    let renames = claim.renames(direction);
    let mut run = Run::new(scratch, (from, &renames), direction, Transactions::PerStatement);
    match run.run_all(&claim.legs(direction)).await {
        Ok(separate) => {
            for (whole, separate) in observed.iter_mut().zip(separate) {
                *whole = Observed { data_error: whole.data_error.take().or(separate.data_error), ..separate };
            }
            Ok(true)
        }
        Err(ProofError::Sql(error)) => Err(error),
        Err(error) => {
            tracing::debug!(%direction, %error, "cannot observe locks");
            run.abandon().await?;
            Ok(false)
        }
    }
}

fn print_objects(objects: BTreeSet<Object>) -> Vec<String> {
    objects.into_iter().map(|object| object.to_string()).collect()
}
