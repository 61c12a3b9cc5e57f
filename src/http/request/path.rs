//! What identifies an entity in a path.

use uuid::Uuid;
use validator::ValidationError;

use super::{
    head::{FromHead, Head},
    query::Expected,
};
use crate::{access, app::App, error::Fault};

/// A parameter of a path.
pub trait PathKey: Sized + PartialEq {
    /// Its name.
    const NAME: &'static str;
    /// The member of the entity with the same value.
    const MEMBER: &'static str = Self::NAME;

    /// Parses its text.
    ///
    /// # Errors
    ///
    /// What would have been right.
    fn parse(text: &str) -> Result<Self, Expected>;
}

impl<K: PathKey> FromHead for K {
    async fn from_head(head: &mut Head, _: &App) -> Option<Self> {
        let mut parameters = head.path.iter().flat_map(|path| path.iter());
        let text = parameters.find(|(name, _)| *name == K::NAME).map_or("", |(_, value)| value);
        match K::parse(text) {
            Ok(key) => Some(key),
            Err(Expected(code, detail)) => {
                head.faults.push(Fault::parameter(K::NAME, code, detail));
                None
            }
        }
    }
}

/// The id in a path.
#[derive(Debug, PartialEq)]
pub struct Id(pub Uuid);

impl PathKey for Id {
    const NAME: &'static str = "id";

    fn parse(text: &str) -> Result<Self, Expected> {
        let detail = "must be a UUID, such as 0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55";
        parse_uuid(text).map(Self).ok_or(Expected("uuid", detail.into()))
    }
}

/// The id of an API key in a path.
#[derive(Debug, PartialEq)]
pub struct KeyId(pub access::KeyId);

impl PathKey for KeyId {
    const NAME: &'static str = "key_id";
    const MEMBER: &'static str = "id";

    fn parse(text: &str) -> Result<Self, Expected> {
        text.parse().map(Self).map_err(|detail: &str| Expected("key_id", detail.into()))
    }
}

/// The number of a schema in a path.
#[derive(Debug, PartialEq)]
pub struct Version(pub i32);

impl PathKey for Version {
    const NAME: &'static str = "version";

    fn parse(text: &str) -> Result<Self, Expected> {
        let version = text.parse().ok().filter(|version: &i32| *version > 0 && version.to_string() == text);
        version.map(Self).ok_or(Expected("version", "must be an integer from 1 to 2147483647".into()))
    }
}

/// The hyphenated form of RFC 9562 §4, in either case, and none of the others that the parser
/// knows.
pub fn parse_uuid(text: &str) -> Option<Uuid> {
    Uuid::try_parse(text).ok().filter(|_| text.len() == 36)
}

/// Validates a UUID in a body as one in a path.
///
/// # Errors
///
/// The code `format`.
pub fn validate_uuid(text: &str) -> Result<(), ValidationError> {
    let fault = || ValidationError::new("format").with_message("must be a UUID".into());
    parse_uuid(text).map(|_| ()).ok_or_else(fault)
}
