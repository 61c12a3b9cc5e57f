//! The whole failure vocabulary of the service, in the domain's words. It knows no HTTP and no SQL.

use std::{borrow::Cow, error::Error as StdError, fmt};

/// What an underlying library reported: for the log, never for a client.
pub type Source = Box<dyn StdError + Send + Sync>;

/// Why a request could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such entity.
    #[error("not found")]
    NotFound,
    /// The content breaks rules: all of them at once.
    #[error("{} rules are broken", .0.len())]
    Invalid(Vec<Fault>),
    /// The change contradicts what is stored: a duplicate, or something still refers to it.
    #[error("conflict with the stored state")]
    Conflict(#[source] Source),
    /// Somebody else holds the entity for longer than this request may wait.
    #[error("the entity is locked")]
    Locked(#[source] Source),
    /// Another transaction won. Nothing was written; the whole request can be run again.
    #[error("lost against a concurrent transaction")]
    Contended(#[source] Source),
    /// The database cannot serve now: not reachable, starting, read-only, full, or too slow.
    #[error("the database is unavailable")]
    Unavailable(#[source] Source),
    /// Nothing that the client did: a defect, or a schema that is not ours.
    #[error("internal error")]
    Internal(#[source] Source),
}

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it is.
    pub place: Place,
    /// Which rule, for programs: stable, `snake_case`.
    pub code: Cow<'static, str>,
    /// What would be right, for people; it never repeats what was sent.
    pub detail: Cow<'static, str>,
}

/// Where in a request a [`Fault`] is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A JSON Pointer (RFC 6901, not yet in its URI fragment form) into the body.
    Pointer(String),
    /// A path or query parameter.
    Parameter(Cow<'static, str>),
    /// A header field.
    Header(&'static str),
}

impl Fault {
    /// This fault, where the value that it is in is itself at `pointer`.
    #[must_use]
    pub fn inside(self, pointer: impl fmt::Display) -> Self {
        match self.place {
            Place::Pointer(rest) => Self { place: Place::Pointer(format!("{pointer}{rest}")), ..self },
            _ => self,
        }
    }

    /// A fault in the body, at a JSON Pointer (`""` is the whole body).
    pub fn at(
        pointer: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { place: Place::Pointer(pointer.into()), code: code.into(), detail: detail.into() }
    }

    /// A fault in a path or query parameter.
    pub fn parameter(
        name: impl Into<Cow<'static, str>>,
        code: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { place: Place::Parameter(name.into()), code: code.into(), detail: detail.into() }
    }

    /// A fault in a header field.
    pub fn header(name: &'static str, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { place: Place::Header(name), code: code.into(), detail: detail.into() }
    }
}
