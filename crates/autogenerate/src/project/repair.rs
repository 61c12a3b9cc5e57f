//! Repairs the table of applied migrations, as far as it is right.

use std::time::Duration;

use super::{
    error::ProjectError, live::introspect_without_bookkeeping, replay::replay, settings::Project,
    whole::differences,
};
use crate::{
    introspect::Scope,
    migrate::{self, Fault, Recorded},
    revision::Migrations,
};

/// What [`Project::diagnose`] found.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The contradictions between the table of applied migrations and the known ones.
    pub faults: Vec<Fault>,
    /// What would have to change in the database to have the schema of its migrations. Empty if no
    /// fault needs this comparison.
    pub differences: Vec<String>,
    recorded: Recorded,
}

impl Diagnosis {
    /// Whether [`Project::repair`] would correct anything.
    #[must_use]
    pub fn is_curable(&self) -> bool {
        self.differences.is_empty() && self.faults.iter().any(Fault::is_curable)
    }
}

impl Project {
    /// Compares the table of applied migrations with the known ones. If that needs correction, the
    /// applied migrations are replayed in an empty database, as their files are now, and the result
    /// is compared with the live one: all of it, whether a model describes it or not, except what
    /// the metadata [ignores](crate::model::Metadata::ignore). Rows are not compared.
    ///
    /// # Errors
    ///
    /// - [`ProjectError::OpenSlot`] if an applied migration has an open slot.
    /// - [`ProjectError::Replay`] if a migration fails on an empty database.
    /// - [`ProjectError::Migrate`] or [`ProjectError::Database`] if the database cannot be read.
    pub async fn diagnose(&self, migrations: &Migrations) -> Result<Diagnosis, ProjectError> {
        let mut conn = self.connect().await?;
        let (faults, recorded) = migrate::faults(&mut conn, migrations).await?;
        if !faults.iter().any(Fault::needs_proof) {
            return Ok(Diagnosis { faults, differences: Vec::new(), recorded });
        }
        let versions = migrate::applied_after(migrations, &faults, &recorded);
        let applied = migrations.only(&versions);
        let slot = applied.pairs().flat_map(|pair| pair.up.open_slots()).next();
        if let Some(slot) = slot {
            return Err(ProjectError::OpenSlot(slot));
        }
        let all = introspect_without_bookkeeping(&mut conn, &Scope::Database).await?.schema;
        let mut scratch = self.scratch_in(Scope::Database).await?;
        let outcome = match replay(&mut scratch, &applied, &all).await {
            Ok(_) => self.whole(scratch.connection()).await,
            Err(error) => Err(error),
        };
        scratch.close().await?;
        let differences = differences(self.whole(&mut conn).await?, outcome?);
        Ok(Diagnosis { faults, differences, recorded })
    }

    /// Corrects the table of applied migrations. No migration runs.
    ///
    /// # Errors
    ///
    /// - [`ProjectError::NotRepairable`] if the schema of the database is not that of its
    ///   migrations.
    /// - [`ProjectError::Migrate`] if the table changed since the diagnosis, or cannot be written.
    pub async fn repair(
        &self,
        migrations: &Migrations,
        diagnosis: &Diagnosis,
        patience: Duration,
    ) -> Result<(), ProjectError> {
        if !diagnosis.differences.is_empty() {
            return Err(ProjectError::NotRepairable(diagnosis.differences.clone()));
        }
        let mut conn = self.connect().await?;
        let found = (&*diagnosis.faults, &diagnosis.recorded);
        Ok(migrate::repair(&mut conn, migrations, found, patience).await?)
    }
}
