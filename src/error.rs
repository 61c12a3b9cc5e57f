//! The whole failure vocabulary of the service, in the domain's words. It knows no HTTP and no SQL.

use std::{borrow::Cow, error::Error as StdError, fmt};

/// What an underlying library reported: for the log, never for a client.
pub type Source = Box<dyn StdError + Send + Sync>;

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such entity.
    #[error("not found")]
    NotFound,
    /// The actor lacks this grant, and may know that there is such an entity.
    #[error("the grant {grant} is missing")]
    Forbidden {
        /// The grant that would do.
        grant: String,
    },
    /// The content breaks rules: all of them at once.
    #[error("{} rules are broken", .0.len())]
    Invalid(Vec<Fault>),
    /// The change contradicts the stored state: a duplicate, or something still refers to it.
    #[error("conflict with the stored state")]
    Conflict(#[source] Source),
    /// Another transaction holds the entity for longer than this one may wait.
    #[error("the entity is locked")]
    Locked(#[source] Source),
    /// Another transaction won. Nothing was written; the whole request can be retried.
    #[error("lost against a concurrent transaction")]
    Contended(#[source] Source),
    /// The session knew the database as it was before a migration. Nothing was written; the whole
    /// request can be retried.
    #[error("the database has changed")]
    Stale(#[source] Source),
    /// The collection has another schema than the one that validated the content. The transaction
    /// can go on.
    #[error("the collection has another schema")]
    OtherSchema,
    /// As many requests of this kind are in progress as may be.
    #[error("too many requests of this kind are in progress")]
    Busy,
    /// A statement exceeded its time-out (SQLSTATE 57014). Nothing was written.
    #[error("a statement took too long")]
    TooSlow(#[source] Source),
    /// The database cannot serve now: unreachable, starting, read-only, full or busy.
    #[error("the database is unavailable")]
    Unavailable(#[source] Source),
    /// A defect, or a schema that this binary does not know.
    #[error("internal error")]
    Internal(#[source] Source),
}

impl Error {
    /// A defect with this cause.
    pub fn internal(cause: impl Into<Source>) -> Self {
        Self::Internal(cause.into())
    }
}

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it is.
    pub location: Location,
    /// Which rule, for programs: stable, `snake_case`.
    pub code: Cow<'static, str>,
    /// What would be right, for people; it never repeats what was sent.
    pub detail: Cow<'static, str>,
}

/// Where in a request a [`Fault`] is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Location {
    /// A JSON Pointer (RFC 6901, not yet in its URI fragment form) into the body.
    Pointer(String),
    /// A line of a body of many, from 1, and a JSON Pointer into it.
    Line(u64, String),
    /// A path or query parameter.
    Parameter(Cow<'static, str>),
    /// A header field.
    Header(&'static str),
}

impl Fault {
    /// This fault, of a value that is itself at `pointer`.
    #[must_use]
    pub fn inside(self, pointer: impl fmt::Display) -> Self {
        match self.location {
            Location::Pointer(rest) => {
                Self { location: Location::Pointer(format!("{pointer}{rest}")), ..self }
            }
            _ => self,
        }
    }

    /// This fault, of a value that is on this line of a body of many.
    #[must_use]
    pub fn on_line(self, line: u64) -> Self {
        match self.location {
            Location::Pointer(pointer) => Self { location: Location::Line(line, pointer), ..self },
            _ => self,
        }
    }

    /// A fault in the body, at a JSON Pointer (`""` is the whole body).
    pub fn at(
        pointer: impl Into<String>,
        code: impl Into<Cow<'static, str>>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { location: Location::Pointer(pointer.into()), code: code.into(), detail: detail.into() }
    }

    /// A fault in a path or query parameter.
    pub fn parameter(
        name: impl Into<Cow<'static, str>>,
        code: &'static str,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { location: Location::Parameter(name.into()), code: code.into(), detail: detail.into() }
    }

    /// A fault in a header field.
    pub fn header(name: &'static str, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { location: Location::Header(name), code: code.into(), detail: detail.into() }
    }
}
