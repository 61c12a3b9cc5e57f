//! Takes over an existing database.

use std::{fs, path::PathBuf, time::Duration};

use chrono::{DateTime, Utc};

use super::{error::ProjectError, live::PLAIN, settings::Project};
use crate::{
    introspect::{Reading, Scope, Unhandled},
    migrate::{self, Stamp},
    plan::Renames,
    planner,
    prove::unlike_recreated,
    revision::{
        Draft, File, Migrations, Replaced, RevisionError, Written, next_version, render, replaces_lines,
    },
    scratch::Scratch,
};

const ORIGIN: &str =
    "What the database contained when its migrations began. None of it is dropped by default.";
const IRREVERSIBLE: &str = "the baseline holds data that is older than the migrations";

/// The parameters of [`Project::baseline`].
#[derive(Debug, Clone, Copy)]
pub struct BaselineRequest<'a> {
    /// What the revision is for, in a few words.
    pub message: &'a str,
    /// The current time, from which its version is derived.
    pub now: DateTime<Utc>,
    /// Whether to write it without the objects that cannot be created.
    pub allow_incomplete: bool,
    /// The longest wait for another process that is migrating the database.
    pub patience: Duration,
}

/// The result of [`Project::baseline`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Baselined {
    /// The files.
    pub written: Written,
    /// The versions that were recorded in the database without files, and that it replaces.
    pub replaced: Vec<i64>,
    /// Objects of the database that a new database will lack.
    pub lacking: Vec<String>,
}

impl Project {
    /// Writes the first revision: what the database contains now, except what the metadata
    /// [ignores](crate::model::Metadata::ignore). It is recorded as applied, so that this database
    /// has nothing pending, and a new one gets the same schema from it.
    ///
    /// The statements run on a scratch database first, which then has to contain the same. The
    /// objects are foreign until a model describes them, so none is ever dropped by default. The
    /// way down is irreversible. Migrations that are recorded in the database but
    /// have no files any more are replaced.
    ///
    /// # Errors
    ///
    /// - [`ProjectError::Started`] if the folder has migrations already.
    /// - [`ProjectError::NothingThere`] if the database is empty.
    /// - [`ProjectError::NotCreatable`] if some of it cannot be created.
    /// - [`ProjectError::Folder`] or [`ProjectError::Migrate`] if the files or the record cannot be
    ///   written; nothing stays behind.
    pub async fn baseline(&self, request: &BaselineRequest<'_>) -> Result<Baselined, ProjectError> {
        let migrations = self.migrations()?;
        let mut conn = self.connect().await?;
        if !migrations.revisions().is_empty() {
            let state = migrate::state(&mut conn, &migrations).await?;
            return Err(ProjectError::Started(Box::new(state)));
        }
        let live = self.whole(&mut conn).await?;
        let mut scratch = self.scratch_in(Scope::Database).await?;
        let outcome = self.recreate(&mut scratch, &live).await;
        scratch.close().await?;
        let (files, lacking) = outcome?;
        if files.is_empty() {
            return Err(ProjectError::NothingThere);
        }
        if !lacking.is_empty() && !request.allow_incomplete {
            return Err(ProjectError::NotCreatable(lacking));
        }
        let recorded = migrate::applied(&mut conn).await?;
        let written = self.write_baseline(request, files, &recorded)?;
        let recording = async {
            let migrations = Migrations::from_folder(&self.folder)?;
            migrate::stamp(&mut conn, &migrations, &Stamp::Head, request.patience).await?;
            Ok::<_, ProjectError>(())
        };
        if let Err(error) = recording.await {
            remove(&written.paths)?;
            return Err(error);
        }
        let replaced = recorded.iter().map(|it| it.version).collect();
        Ok(Baselined { written, replaced, lacking })
    }

    /// The files that create what was read, and what they cannot create.
    async fn recreate(
        &self,
        scratch: &mut Scratch,
        live: &Reading,
    ) -> Result<(Vec<File>, Vec<String>), ProjectError> {
        let empty = self.whole(scratch.connection()).await?;
        let plan = planner::plan(&empty.schema, &live.schema, &Renames::default(), PLAIN)?;
        let files = render(&plan, &[]);
        for file in &files {
            scratch.execute(&file.sql).await.map_err(ProjectError::NotRecreated)?;
        }
        let created = self.whole(scratch.connection()).await?;
        let mut lacking: Vec<String> =
            unlike_recreated(&live.schema, created.schema).iter().map(ToString::to_string).collect();
        let unhandled = live.unhandled.iter().filter(|it| !created.unhandled.contains(it));
        lacking.extend(unhandled.map(|Unhandled { kind, name }| format!("{kind} {name}")));
        Ok((files, lacking))
    }

    fn write_baseline(
        &self,
        request: &BaselineRequest<'_>,
        mut up: Vec<File>,
        recorded: &[Replaced],
    ) -> Result<Written, ProjectError> {
        if !recorded.is_empty() {
            up[0].sql.insert_str(0, &format!("{}\n", replaces_lines(&[recorded.to_vec()])));
        }
        let down = [File::irreversible(IRREVERSIBLE)];
        let draft = Draft { message: request.message, origin: ORIGIN, up: &up, down: &down };
        let newest = recorded.iter().map(|it| it.version).max();
        Ok(draft.write_at(&self.folder, next_version(newest, request.now))?)
    }
}

/// Removes the files of a revision.
fn remove(paths: &[PathBuf]) -> Result<(), RevisionError> {
    paths
        .iter()
        .try_for_each(|path| fs::remove_file(path).map_err(|error| RevisionError::Io(path.clone(), error)))
}
