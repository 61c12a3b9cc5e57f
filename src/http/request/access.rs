//! What the actor of a request may do.

use std::sync::Arc;

use super::head::{FromHead, Head};
use crate::{
    access::{Action, Collections, Grant, Grants, Scope},
    app::App,
    error::{Error, Fault},
};

/// What the actor of a request may do: nothing, unless a layer has found out.
#[derive(Debug, Clone, Default)]
pub struct Access(Arc<Grants>);

impl Access {
    /// Everything, for work on the command line.
    pub fn everything() -> Self {
        Self(Arc::new(Grants::all()))
    }

    /// The grants themselves.
    pub fn grants(&self) -> &Grants {
        &self.0
    }

    /// The collections whose items exist for the actor.
    pub fn readable(&self) -> &Scope {
        self.0.scope(Action::Read)
    }

    /// The collections on which the actor may do this.
    pub fn scope(&self, action: Action) -> &Scope {
        self.0.scope(action)
    }

    /// Fails unless this may be done to the collection with this key.
    ///
    /// # Errors
    ///
    /// [`Error::Forbidden`] with the grant that would do.
    pub fn demand(&self, action: Action, key: &str) -> Result<(), Error> {
        if self.0.allow(action, key) {
            return Ok(());
        }
        let grant = Grant { action, collections: Collections::One(key.to_owned()) };
        Err(Error::Forbidden { grant: grant.to_string() })
    }

    /// As [`demand`](Self::demand), of what was found; what was not found is left to the caller.
    ///
    /// # Errors
    ///
    /// As [`demand`](Self::demand).
    pub fn demand_of(&self, action: Action, found: Option<&str>) -> Result<(), Error> {
        found.map_or(Ok(()), |key| self.demand(action, key))
    }

    /// As [`demand`](Self::demand), if the collection may be read. Another one does not exist,
    /// which the operation reports.
    ///
    /// # Errors
    ///
    /// As [`demand`](Self::demand).
    pub fn demand_of_readable(&self, action: Action, key: &str) -> Result<(), Error> {
        self.demand_of(action, self.readable().admit(key))
    }
}

/// The fault of one of many entities for which this grant is missing.
pub fn missing(grant: &str) -> Fault {
    let action = grant.split(':').next().unwrap_or_default();
    Fault::at("", "insufficient_scope", format!("needs the grant to {action} in its collection"))
}

impl FromHead for Access {
    async fn from_head(head: &mut Head, _: &App) -> Option<Self> {
        Some(Self::of(head))
    }
}

impl Access {
    /// That of a request.
    pub fn of(head: &Head) -> Self {
        head.parts.extensions.get::<Arc<Grants>>().map(|grants| Self(Arc::clone(grants))).unwrap_or_default()
    }
}
