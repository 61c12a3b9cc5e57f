//! Proves that a revision does the same as those that it replaces.

use super::{
    contents::{read_contents, unlike},
    observe::Effect,
};
use crate::{
    introspect::Unhandled,
    project::{error::ProjectError, live::without_bookkeeping, replay::Replay},
    prove::unlike_recreated,
    revision::{File, Revision, terminated},
    schema::Schema,
    scratch::Scratch,
};

/// Proves that the new revision creates the same schema. Returns whether the statements of the old
/// files that write rows do the same after it: they may depend on a state in between.
pub(super) async fn carries(
    effect: &Effect,
    (earlier, schema, later): (&[Revision], &[File], &[Revision]),
    live: &Schema,
    scratch: &mut Scratch,
) -> Result<bool, ProjectError> {
    if effect.data.is_empty() {
        let different = attempt(effect, (earlier, schema, later), live, scratch).await?;
        if different.is_empty() {
            return Ok(true);
        }
        let lost =
            |table: &String| format!("the rows of {table} would be lost; begin or end with another revision");
        return Err(ProjectError::NotSquashable(different.iter().map(lost).collect()));
    }
    let statements = effect.data.iter().flat_map(|data| &data.statements);
    let rows = File::new(statements.map(|sql| terminated(sql)).collect::<String>());
    let whole = [schema, &[rows]].concat();
    let fits = attempt(effect, (earlier, &whole, later), live, scratch).await;
    if fits.is_ok_and(|different| different.is_empty()) {
        return Ok(true);
    }
    attempt(effect, (earlier, schema, &[]), live, scratch).await?;
    Ok(false)
}

/// Runs the new revision instead of the old ones, and then the later ones. Returns the tables that
/// have other rows than after the old ones.
async fn attempt(
    effect: &Effect,
    (earlier, new, later): (&[Revision], &[File], &[Revision]),
    live: &Schema,
    scratch: &mut Scratch,
) -> Result<Vec<String>, ProjectError> {
    let mut replay = begin(earlier, live, scratch).await?;
    run(new, replay.scratch).await.map_err(|error| ProjectError::NotSquashable(vec![error.to_string()]))?;
    let created = without_bookkeeping(replay.scratch.read().await?);
    let mut different: Vec<String> = unlike_recreated(&effect.after.schema, created.schema)
        .iter()
        .map(|object| format!("{object} would differ"))
        .collect();
    let unhandled = effect.after.unhandled.iter().filter(|it| !created.unhandled.contains(it));
    different.extend(unhandled.map(|Unhandled { kind, name }| format!("{kind} {name} cannot be created")));
    if !different.is_empty() {
        return Err(ProjectError::NotSquashable(different));
    }
    let contents = read_contents(replay.scratch.connection()).await?;
    for revision in later {
        replay.run(revision).await?;
    }
    Ok(unlike(&effect.contents, &contents))
}

/// Runs the new revision up and down; returns why it cannot be reverted.
pub(super) async fn revert(
    effect: &Effect,
    (earlier, up, down): (&[Revision], &[File], &[File]),
    live: &Schema,
    scratch: &mut Scratch,
) -> Result<Result<(), String>, ProjectError> {
    let replay = begin(earlier, live, scratch).await?;
    run(up, replay.scratch).await?;
    if let Err(error) = run(down, replay.scratch).await {
        return Ok(Err(error.to_string()));
    }
    let reverted = without_bookkeeping(replay.scratch.read().await?);
    let different: Vec<String> =
        unlike_recreated(&effect.before.schema, reverted.schema).iter().map(ToString::to_string).collect();
    Ok(if different.is_empty() {
        Ok(())
    } else {
        Err(format!("it leaves {} different", different.join(", ")))
    })
}

/// Clears scratch, and runs the revisions before the squashed ones.
async fn begin<'a>(
    earlier: &[Revision],
    live: &'a Schema,
    scratch: &'a mut Scratch,
) -> Result<Replay<'a>, ProjectError> {
    scratch.clear().await?;
    let mut replay = Replay::begin(scratch, live).await?;
    for revision in earlier {
        replay.run(revision).await?;
    }
    Ok(replay)
}

async fn run(files: &[File], scratch: &mut Scratch) -> sqlx::Result<()> {
    for file in files {
        scratch.execute(&file.sql).await?;
    }
    Ok(())
}
