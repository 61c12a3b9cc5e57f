//! What the actor of a request may do.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use http::{Extensions, HeaderValue, header::WWW_AUTHENTICATE};
use sqlx::PgConnection;

use super::head::{FromHead, Head};
use crate::{
    access::{Action, Collections, Grant, Grants, KeyId, Scope},
    actor::Actor,
    app::App,
    authentication::{Confirmed, Credential, Identity, Keys, Reason, Rejection},
    error::{Error, Fault},
    http::response::problem::{Problem, UNAUTHORIZED, UNAVAILABLE},
};

/// A credential that was verified longer ago is verified again before anything is done.
const RENEW_AFTER: Duration = Duration::from_millis(100);

/// The credential of a request, which was valid when its head arrived.
#[derive(Debug, Clone)]
pub struct Authenticated {
    credential: Arc<Credential>,
    since: Instant,
}

impl Authenticated {
    /// One that was just verified.
    pub fn new(credential: Credential) -> Self {
        Self { credential: Arc::new(credential), since: Instant::now() }
    }

    /// Whether it is an access token.
    pub fn has_token(&self) -> bool {
        matches!(*self.credential, Credential::Token(_))
    }

    /// Verifies the credential again if the body took long to arrive: it may have been revoked
    /// meanwhile, or allow less. `None` if it did not take long.
    async fn renew(&self, app: &App) -> Result<Option<Identity>, Problem> {
        if self.since.elapsed() < RENEW_AFTER {
            return Ok(None);
        }
        let verified = match app.authenticator.recall(&self.credential) {
            Some(verified) => verified,
            None => app.authenticator.verify(&app.database, &self.credential).await?,
        };
        verified.map(Some).map_err(|Rejection { reason, key, .. }| rejected(app, reason, key))
    }
}

/// The rejection of a credential that was valid when the head arrived.
fn rejected(app: &App, reason: Reason, key: Option<KeyId>) -> Problem {
    app.metrics.record_authentication(reason.as_str());
    if reason == Reason::KeysNotLoaded {
        return Problem::new(&UNAVAILABLE, KEYS_NOT_LOADED);
    }
    let key = key.map(tracing::field::display);
    tracing::warn!(key, reason = reason.as_str(), "authentication.failed");
    // The layer that requires a credential says more.
    let challenge = HeaderValue::from_static("Bearer");
    Problem::new(&UNAUTHORIZED, INVALID_CREDENTIAL).with_header(WWW_AUTHENTICATE, challenge)
}

/// What is wrong with a credential, whatever it is.
pub const INVALID_CREDENTIAL: &str = "The API key or access token is not valid.";

/// Why it is unknown whether an access token is valid.
pub const KEYS_NOT_LOADED: &str = "The current keys of the issuer could not be loaded.";

/// Renews what the actor of a request may do, after its body has arrived.
///
/// # Errors
///
/// 401 if its credential is not valid any more, 503 if that is unknown.
pub async fn renew(extensions: &mut Extensions, app: &App) -> Result<(), Problem> {
    let Some(authenticated) = extensions.get::<Authenticated>().cloned() else { return Ok(()) };
    if let Some(Identity { actor, grants }) = authenticated.renew(app).await? {
        extensions.insert(actor);
        extensions.insert(grants);
    }
    Ok(())
}

/// What the actor of a request may do: nothing, unless a layer has found out.
#[derive(Debug, Clone, Default)]
pub struct Access {
    grants: Arc<Grants>,
    actor: Option<Actor>,
    authenticated: Option<Authenticated>,
}

impl Access {
    /// Everything, for work on the command line.
    pub fn everything() -> Self {
        Self { grants: Arc::new(Grants::all()), ..Self::default() }
    }

    /// The grants themselves.
    pub fn grants(&self) -> &Grants {
        &self.grants
    }

    /// The name of the actor for what it writes; `None` if it is not authenticated.
    pub fn writer(&self) -> Option<String> {
        self.actor.as_ref().and_then(Actor::authenticated_name)
    }

    /// The collections whose items exist for the actor.
    pub fn readable(&self) -> &Scope {
        self.grants.scope(Action::Read)
    }

    /// The collections on which the actor may do this.
    pub fn scope(&self, action: Action) -> &Scope {
        self.grants.scope(action)
    }

    /// Fails unless this may be done to the collection with this key.
    ///
    /// # Errors
    ///
    /// [`Error::Forbidden`] with the grant that would do.
    pub fn demand(&self, action: Action, key: &str) -> Result<(), Error> {
        if self.grants.allow(action, key) {
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
        let extensions = &head.parts.extensions;
        Self {
            grants: extensions.get().cloned().unwrap_or_default(),
            actor: extensions.get().cloned(),
            authenticated: extensions.get().cloned(),
        }
    }

    /// Renews what the actor may do from its key as it is in a transaction, in which it and the
    /// key that is to be changed stay so: what is done to keys lasts, and this process may remember
    /// a key that is not valid any more. Returns when the key expires; `None` for never, or if the
    /// actor has none.
    ///
    /// # Errors
    ///
    /// 401 if the key is not valid any more; whatever the database reports.
    pub async fn confirm(
        &mut self,
        app: &App,
        conn: &mut PgConnection,
        target: Option<KeyId>,
    ) -> Result<Option<DateTime<Utc>>, Problem> {
        let credential = self.authenticated.as_ref().map(|authenticated| &*authenticated.credential);
        let Some(Credential::Key(key)) = credential else { return Ok(None) };
        let confirmed = Keys::confirm(conn, key, &self.grants, target).await?;
        let Confirmed { grants, expires_at } =
            confirmed.map_err(|reason| rejected(app, reason, Some(key.id())))?;
        self.grants = grants;
        Ok(expires_at)
    }

    /// Confirms at the end of a long transaction that the key or the token of the actor is valid,
    /// and still grants what it did at the beginning.
    ///
    /// # Errors
    ///
    /// As [`confirm`](Self::confirm); 503 if the grants have changed.
    pub async fn confirm_unchanged(&mut self, app: &App, conn: &mut PgConnection) -> Result<(), Problem> {
        let before = Arc::clone(&self.grants);
        if self.authenticated.as_ref().is_some_and(Authenticated::has_token) {
            self.renew(app).await?;
        } else {
            self.confirm(app, conn, None).await?;
        }
        if self.grants == before {
            return Ok(());
        }
        Err(Problem::new(&UNAVAILABLE, "The grants have changed meanwhile."))
    }

    /// As [`renew`], for a body that arrives after the head was read. What this process remembers
    /// of a key does not count.
    ///
    /// # Errors
    ///
    /// As [`renew`].
    pub async fn renew(&mut self, app: &App) -> Result<(), Problem> {
        let Some(authenticated) = &self.authenticated else { return Ok(()) };
        if let Credential::Key(key) = &*authenticated.credential {
            app.authenticator.keys.forget(key.id());
        }
        if let Some(Identity { actor, grants }) = authenticated.renew(app).await? {
            (self.actor, self.grants) = (Some(actor), grants);
        }
        Ok(())
    }
}
