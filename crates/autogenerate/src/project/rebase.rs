//! A revision that another branch overtook.

use std::path::PathBuf;

use super::{
    error::ProjectError,
    revision::{Request, Revised},
    settings::Project,
};
use crate::{
    diff, migrate,
    plan::Renames,
    revision::{self, Migrations, Written},
};

/// What became of it.
#[derive(Debug)]
pub enum Rebased {
    /// What it does is right behind the others as well, parts made by hand included: it only got a new version.
    Redated(Written),
    /// It was made again. What it was is kept beside it, in files that no tool takes for migrations.
    Remade(Box<Revised>, Vec<PathBuf>),
}

impl Project {
    /// Puts a revision behind all others: with a new version, and made again where it does not lead to the models from there. An empty
    /// message leaves it its own.
    ///
    /// # Errors
    ///
    /// Where there is no such revision, where the database has it applied, where it does not work behind the others but the models need
    /// nothing in its place, and as [`Project::autogenerate`].
    pub async fn rebase(&self, revision: &str, request: &Request<'_>) -> Result<Rebased, ProjectError> {
        let migrations = Migrations::from_folder(&self.folder)?;
        let at = migrations.position(revision)?;
        let own = &migrations.revisions()[at];
        let state = migrate::state(&mut self.connect().await?, &migrations).await?;
        if own.files.iter().any(|pair| state.applied.contains(&pair.version)) {
            return Err(ProjectError::Applied(own.version));
        }
        let (others, last) = (migrations.without(at), migrations.with_last(at));
        let (models, merged) = self.models_and(&others).await?;
        // It may not even run behind the others.
        let whole = self.replayed(&last).await;
        if whole.is_ok_and(|whole| diff::diff(&whole, &models, &Renames::default()).is_empty()) {
            return Ok(Rebased::Redated(revision::redate(&migrations, revision, request.now)?));
        }
        let message = if request.message.is_empty() { &own.message } else { request.message };
        let revised =
            self.revise((&merged, &models), &Request { message, ..*request }, (&migrations, None)).await?;
        if revised.revision.is_none() {
            return Err(ProjectError::NotNeeded(own.version));
        }
        let kept = revision::set_aside(&migrations, revision)?;
        Ok(Rebased::Remade(Box::new(revised), kept))
    }
}
