//! Writes whose body is read after they have begun, so that the fingerprint of the request is known
//! only at the end.

use super::{Outcome, Write};
use crate::{
    app::App,
    postgres::{service::models::StoredResponse, transaction::Transaction},
};

/// How a write begins whose body was not read yet.
#[derive(Debug)]
pub enum Start {
    /// It is carried out. A dry run with a key that was already used has what is stored under it.
    Run(Transaction, Option<StoredResponse>),
    /// The key was already used, and this is stored under it.
    Used(StoredResponse),
}

impl<Q> Write<Q> {
    /// Whether the request has an `Idempotency-Key`, so that its body is to be hashed.
    pub fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// As [`begin`](Self::begin), before the body was read.
    ///
    /// # Errors
    ///
    /// 409 if a request with this key is in progress.
    pub async fn begin_streamed(&self, app: &App) -> Result<Start, Outcome> {
        let Some(key) = &self.key else { return Ok(Start::Run(app.database.begin().await?, None)) };
        match key.claim(&app.database).await? {
            Ok(tx) => Ok(Start::Run(tx, None)),
            Err(stored) if self.validate_only => Ok(Start::Run(app.database.begin().await?, Some(stored))),
            Err(stored) => Ok(Start::Used(stored)),
        }
    }

    /// Adds the hash of the body, which is complete now, and compares the request with the one that
    /// used the key before.
    ///
    /// # Errors
    ///
    /// The stored response if this is no dry run; 422 if the key was used for another request.
    pub fn complete(&mut self, body: &[u8; 32], used: Option<&StoredResponse>) -> Result<(), Outcome> {
        let Some(key) = &mut self.key else { return Ok(()) };
        key.add_body(body);
        match used.map(|stored| key.replay(stored)).transpose()? {
            None => Ok(()),
            Some(Outcome::Replayed(_)) if self.validate_only => Ok(()),
            Some(outcome) => Err(outcome),
        }
    }
}
