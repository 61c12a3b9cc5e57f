//! Why a client is not let in.

use std::sync::Arc;

use crate::access::{Issuer, KeyId};

/// Why a key or a token is rejected: for the log and the metrics, never for the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// There is no key with this id.
    Unknown,
    /// The secret of the key is another one.
    WrongSecret,
    /// The key or the token has expired.
    Expired,
    /// The key was revoked.
    Revoked,
    /// The token is not a JWT (RFC 7519 §7.2), or a name in it is there twice.
    MalformedToken,
    /// Its header demands something that is not understood (`crit`).
    CriticalHeader,
    /// Its header says that it is something else than an access token (`typ`).
    OtherType,
    /// It is not signed by a supported algorithm, or by another one than its key is for.
    OtherAlgorithm,
    /// It is of another issuer.
    OtherIssuer,
    /// Its issuer has no such key.
    UnknownKey,
    /// Its signature is wrong.
    WrongSignature,
    /// It is not yet valid (`nbf`, `iat`).
    NotYetValid,
    /// It is for another audience.
    OtherAudience,
    /// A claim is missing or of another type.
    InvalidClaim,
    /// The name of its subject is too long, or has control characters.
    InvalidSubject,
    /// It has more grants than are supported.
    TooManyGrants,
    /// It names no known key, and the current keys of its issuer could not be loaded: it may be
    /// valid.
    KeysNotLoaded,
}

impl Reason {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::WrongSecret => "wrong_secret",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::MalformedToken => "malformed_token",
            Self::CriticalHeader => "critical_header",
            Self::OtherType => "other_type",
            Self::OtherAlgorithm => "other_algorithm",
            Self::OtherIssuer => "other_issuer",
            Self::UnknownKey => "unknown_key",
            Self::WrongSignature => "wrong_signature",
            Self::NotYetValid => "not_yet_valid",
            Self::OtherAudience => "other_audience",
            Self::InvalidClaim => "invalid_claim",
            Self::InvalidSubject => "invalid_subject",
            Self::TooManyGrants => "too_many_grants",
            Self::KeysNotLoaded => "keys_not_loaded",
        }
    }
}

/// A rejected key or token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Why.
    pub reason: Reason,
    /// The id of the key.
    pub key: Option<KeyId>,
    /// The issuer that the token names, if it is one that is trusted.
    pub issuer: Option<Arc<Issuer>>,
}
