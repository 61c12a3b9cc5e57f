//! The id in a path.

use uuid::Uuid;
use validator::ValidationError;

use super::head::{FromHead, Head};
use crate::{app::App, error::Fault};

/// The id in a path.
#[derive(Debug)]
pub struct Id(pub Uuid);

impl FromHead for Id {
    async fn from_head(head: &mut Head, _: &App) -> Option<Self> {
        let text = head.path.as_ref().and_then(|path| path.iter().next()).map(|(_, value)| value);
        let id = text.and_then(parse_uuid);
        if id.is_none() {
            let detail = "must be a UUID, such as 0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55";
            head.faults.push(Fault::parameter("id", "uuid", detail));
        }
        id.map(Self)
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
