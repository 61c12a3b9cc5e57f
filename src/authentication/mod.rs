//! Who a client is: by an API key or an access token, without a query for each request.

mod identity;
mod keys;
mod rejection;
mod tokens;

use std::{fmt, sync::Arc};

use chrono::Utc;

pub use self::{
    identity::Identity,
    keys::{Confirmed, Keys},
    rejection::{Reason, Rejection},
    tokens::{MAX_WAIT, RELOAD_AFTER, TokenOptions, Tokens, read_keys},
};
use crate::{
    access::{AccessToken, ApiKey, Grants},
    actor::Actor,
    error::Error,
    postgres::pool::Database,
};

/// What a client sent to say who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// An API key.
    Key(ApiKey),
    /// An access token.
    Token(AccessToken),
}

/// The API keys and the access tokens that this process knows.
pub struct Authenticator {
    /// API keys.
    pub keys: Keys,
    /// Access tokens, if any are accepted.
    pub tokens: Option<Tokens>,
}

impl Authenticator {
    /// Accepts API keys, and these access tokens.
    #[must_use]
    pub fn new(tokens: Option<&TokenOptions>) -> Self {
        Self { keys: Keys::default(), tokens: tokens.map(Tokens::new) }
    }

    /// The credential with this text, if it can be one.
    #[must_use]
    pub fn parse(&self, text: &str) -> Option<Credential> {
        if let Ok(key) = text.parse() {
            return Some(Credential::Key(key));
        }
        self.tokens.as_ref().and(text.parse().ok()).map(Credential::Token)
    }

    /// Who has this credential, as far as it takes no work to know.
    #[must_use]
    pub fn recall(&self, credential: &Credential) -> Option<Result<Identity, Rejection>> {
        match credential {
            Credential::Key(key) => self.keys.recall(key).map(|verified| identify(key, verified)),
            Credential::Token(token) => self.tokens.as_ref()?.recall(token, Utc::now()).map(Ok),
        }
    }

    /// Whether this credential was valid before, or its key may have been rotated since: then it is
    /// worth the work to verify it.
    #[must_use]
    pub fn knows(&self, credential: &Credential) -> bool {
        match credential {
            Credential::Key(key) => self.keys.knows(key),
            Credential::Token(token) => self.tokens.as_ref().is_some_and(|tokens| tokens.knows(token)),
        }
    }

    /// Who has this credential: for a key from the database, for a token by its signature.
    ///
    /// # Errors
    ///
    /// Whatever the database reports: whether a key is valid is unknown then.
    pub async fn verify(
        &self,
        database: &Database,
        credential: &Credential,
    ) -> Result<Result<Identity, Rejection>, Error> {
        match (credential, &self.tokens) {
            (Credential::Key(key), _) => Ok(identify(key, self.keys.look_up(database, key).await?)),
            (Credential::Token(token), Some(tokens)) => Ok(tokens.verify(token, Utc::now()).await),
            (Credential::Token(_), None) => {
                Ok(Err(Rejection { reason: Reason::OtherIssuer, key: None, issuer: None }))
            }
        }
    }
}

fn identify(key: &ApiKey, verified: Result<Arc<Grants>, Reason>) -> Result<Identity, Rejection> {
    match verified {
        Ok(grants) => Ok(Identity { actor: Actor::Key(key.id()), grants }),
        Err(reason) => Err(Rejection { reason, key: Some(key.id()), issuer: None }),
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator").field("keys", &self.keys).field("tokens", &self.tokens).finish()
    }
}
