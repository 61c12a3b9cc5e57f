//! Rebases a revision that another branch overtook.

use std::path::PathBuf;

use super::{
    error::ProjectError,
    ownership::Ownership,
    replay::Replayed,
    revision::{Request, Revised},
    settings::Project,
    sides::Sides,
};
use crate::{
    diff, migrate,
    plan::Renames,
    revision::{self, Migrations, Written},
};

/// The result of [`Project::rebase`].
#[derive(Debug)]
pub enum Rebased {
    /// The revision still works after the others, manual edits included. It only got a new version.
    Renumbered(Written),
    /// The revision was generated again. The old files were renamed to these paths, which no tool
    /// reads as migrations.
    Regenerated(Box<Revised>, Vec<PathBuf>),
}

impl Project {
    /// Moves a revision after all others by giving it a new version. If it does not lead to the
    /// models from there, it is generated again. An empty message keeps the revision's own.
    ///
    /// # Errors
    ///
    /// - [`ProjectError::Folder`] if there is no such revision.
    /// - [`ProjectError::Applied`] if the database has it applied.
    /// - [`ProjectError::NotNeeded`] if the other revisions already lead to the models, and this
    ///   one cannot follow them.
    /// - Otherwise as [`Project::autogenerate`].
    pub async fn rebase(&self, revision: &str, request: &Request<'_>) -> Result<Rebased, ProjectError> {
        let migrations = Migrations::from_folder(&self.folder)?;
        let at = migrations.position(revision)?;
        let own = &migrations.revisions()[at];
        let mut conn = self.connect().await?;
        let state = migrate::state(&mut conn, &migrations).await?;
        if own.files.iter().any(|pair| state.applied.contains(&pair.version)) {
            return Err(ProjectError::Applied(own.version));
        }
        let (others, last) = (migrations.without(at), migrations.with_last(at));
        let live = self.live(&mut conn).await?;
        let (models, merged) = self.models_and(&others, &live.reading.schema).await?;
        let declared = self.metadata.schema()?;
        let sides = |replayed: &Replayed| {
            let ownership = Ownership::described(&self.metadata, &declared, &live.home)
                .with_written(&models)
                .with_replayed(replayed, &live.reading);
            let pools = [&live.reading.schema, &replayed.schema];
            Sides::new(&ownership, [&replayed.schema, &models], pools)
        };
        let leads_to_models = |replayed: &Replayed| {
            let sides = sides(replayed);
            sides.undescribed.is_empty() && diff::diff(&sides.from, &sides.to, &Renames::default()).is_empty()
        };
        // An error counts as "does not lead to the models": the revision may not even run after the
        // others.
        let whole = self.replayed(&last, &live.reading.schema).await;
        if whole.is_ok_and(|whole| leads_to_models(&whole)) {
            return Ok(Rebased::Renumbered(revision::renumber(&migrations, revision, request.now)?));
        }
        let message = if request.message.is_empty() { &own.message } else { request.message };
        let request = Request { message, ..*request };
        let revised = self
            .revise(sides(&merged), (&merged.schema, &merged.schema), &request, (&migrations, None))
            .await?;
        if revised.revision.is_none() {
            return Err(ProjectError::NotNeeded(own.version));
        }
        let renamed = revision::set_aside(&migrations, revision)?;
        Ok(Rebased::Regenerated(Box::new(revised), renamed))
    }
}
