//! Puts one revision in place of many.

mod contents;
mod observe;
mod prove;

use std::path::{Path, PathBuf};

pub use self::observe::WrittenRows;
use self::{
    observe::observe,
    prove::{carries, revert},
};
use crate::{
    introspect::Scope,
    plan::Renames,
    planner,
    project::{
        error::ProjectError,
        live::{PLAIN, introspect_without_bookkeeping},
        settings::Project,
    },
    revision::{
        self, Draft, File, Migrations, Revision, RevisionError, Written, marks, ours_lines, render,
        replaced_sets, replaces_lines, terminated,
    },
    schema::Schema,
    scratch::Scratch,
};

/// The parameters of [`Project::squash`].
#[derive(Debug, Clone, Copy, Default)]
pub struct SquashRequest<'a> {
    /// The first revision, by its version or the first digits of it; the oldest if `None`.
    pub from: Option<&'a str>,
    /// The last revision; the newest if `None`.
    pub to: Option<&'a str>,
    /// What the new revision is for, in a few words.
    pub message: &'a str,
}

/// The result of [`Project::squash`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Squashed {
    /// The files of the new revision.
    pub written: Written,
    /// The versions of the revisions that it replaces.
    pub replaced: Vec<i64>,
    /// The old files, which were renamed to these paths, so that no tool reads them as migrations.
    pub renamed: Vec<PathBuf>,
    /// What the old files write in addition to the schema. Their statements are slots of the new
    /// revision.
    pub data: Vec<WrittenRows>,
    /// Why the way down is irreversible.
    pub irreversible: Option<String>,
}

impl Project {
    /// Puts one revision in place of several consecutive ones, with the version of the last one,
    /// and the same schema: both are created in an empty database and compared.
    ///
    /// A database that has all of the old ones applied counts as having the new one;
    /// [`upgrade`](crate::migrate::upgrade) and [`repair`](Self::repair) record it. A new database
    /// runs it. What generated revisions created still counts as created by them. Statements of the
    /// old files that write rows into an empty database become slots, which a person has to
    /// confirm.
    ///
    /// # Errors
    ///
    /// - [`ProjectError::Folder`] if there is no such revision, or the files cannot be written.
    /// - [`ProjectError::NothingToSquash`] if there are fewer than two revisions.
    /// - [`ProjectError::OpenSlot`] if one has an open slot.
    /// - [`ProjectError::Replay`] if a migration fails on an empty database.
    /// - [`ProjectError::NotSquashable`] if one revision cannot do the same.
    pub async fn squash(&self, request: &SquashRequest<'_>) -> Result<Squashed, ProjectError> {
        let migrations = self.migrations()?;
        let all = migrations.revisions();
        let first = request.from.map_or(Ok(0), |from| migrations.position(from))?;
        let last = request.to.map_or(Ok(all.len().saturating_sub(1)), |to| migrations.position(to))?;
        if first >= last {
            return Err(ProjectError::NothingToSquash);
        }
        if let Some(slot) = migrations.open_slots().into_iter().next() {
            return Err(ProjectError::OpenSlot(slot));
        }
        let (earlier, old, later) = (&all[..first], &all[first..=last], &all[last + 1..]);
        let live = introspect_without_bookkeeping(&mut self.connect().await?, &Scope::Database).await?.schema;
        let mut scratch = self.scratch_in(Scope::Database).await?;
        let outcome = squash([earlier, old, later], &live, &mut scratch).await;
        scratch.close().await?;
        let Plans { up, down, data } = outcome?;
        let irreversible = down.iter().find_map(|file| marks::irreversible(&file.sql));
        let irreversible = irreversible.map(|(_, reason)| reason.to_owned());
        let newest = old.last().and_then(|revision| revision.files.last()).map_or(0, |pair| pair.version);
        let version = newest + 1 - i64::try_from(up.len().max(down.len())).unwrap_or(1);
        let before = earlier.last().and_then(|revision| revision.files.last()).map_or(0, |pair| pair.version);
        if version <= before {
            return Err(ProjectError::NotSquashable(vec![format!(
                "the revision needs {} files, and there are not that many versions after {before}",
                up.len()
            )]));
        }
        let origin = format!("In place of {} revisions, and proven to create the same schema.", old.len());
        let draft = Draft { message: request.message, origin: &origin, up: &up, down: &down };
        let (written, renamed) = exchange(&draft, version, &self.folder, (&migrations, old))?;
        let replaced = old.iter().map(|revision| revision.version).collect();
        Ok(Squashed { written, replaced, renamed, data, irreversible })
    }
}

/// Writes the new revision and renames the files of the old ones, or changes nothing.
fn exchange(
    draft: &Draft<'_>,
    version: i64,
    folder: &Path,
    (migrations, old): (&Migrations, &[Revision]),
) -> Result<(Written, Vec<PathBuf>), RevisionError> {
    let mut renamed = Vec::new();
    let outcome = old.iter().try_for_each(|revision| {
        renamed.extend(revision::set_aside(migrations, &revision.version.to_string())?);
        Ok(())
    });
    match outcome.and_then(|()| draft.write_at(folder, version)) {
        Ok(written) => Ok((written, renamed)),
        Err(error) => {
            revision::restore(&renamed)?;
            Err(error)
        }
    }
}

/// The files of the new revision.
struct Plans {
    up: Vec<File>,
    down: Vec<File>,
    data: Vec<WrittenRows>,
}

/// Plans and proves the revision in place of `old`.
async fn squash(
    [earlier, old, later]: [&[Revision]; 3],
    live: &Schema,
    scratch: &mut Scratch,
) -> Result<Plans, ProjectError> {
    let effect = observe((earlier, old), live, scratch).await?;
    let (from, to) = (&effect.before.schema, &effect.after.schema);
    let mut up = render(&planner::plan(from, to, &Renames::default(), PLAIN)?, &[]);
    if up.is_empty() {
        up.push(File::default());
    }
    let schema = up.clone();
    let carries = carries(&effect, (earlier, &schema, later), live, scratch).await?;
    if let Some(last) = up.last_mut() {
        last.sql.push_str(&slots(&effect.data, carries));
    }
    let marks = replaces_lines(&replaced_sets(old)) + &ours_lines(effect.ours.iter().cloned());
    up[0].sql.insert_str(0, &format!("{marks}\n"));
    let mut down = render(&planner::plan(to, from, &Renames::default(), PLAIN)?.guarded(), &[]);
    if let Some(reason) = irreversible(old) {
        down = vec![File::irreversible(&reason)];
    } else if let Err(reason) = revert(&effect, (earlier, &schema, &down), live, scratch).await? {
        down = vec![File::irreversible(&reason)];
    }
    Ok(Plans { up, down, data: effect.data })
}

/// The slots for the rows that the old files write. `as_they_are` is whether their statements do
/// the same at the end.
fn slots(data: &[WrittenRows], as_they_are: bool) -> String {
    let mut text = String::new();
    for WrittenRows { files, tables, statements } in data {
        let title =
            format!("{files} writes rows of {}: carry over what a new database needs", tables.join(", "));
        text.extend(["\n", marks::slot_line(&title).as_str(), "\n"]);
        for sql in statements {
            let sql = terminated(sql);
            if as_they_are {
                text.push_str(&sql);
            } else {
                text.extend(sql.lines().flat_map(|line| ["-- ", line, "\n"]));
            }
        }
    }
    text
}

/// Why one of the revisions cannot be reverted.
fn irreversible(old: &[Revision]) -> Option<String> {
    let downs = old.iter().flat_map(|revision| &revision.files);
    downs.into_iter().find_map(|pair| match &pair.down {
        Some(down) => marks::irreversible(down.sql.as_str()).map(|(_, reason)| reason.to_owned()),
        None => Some(format!("{} has no way down", pair.up.name)),
    })
}
