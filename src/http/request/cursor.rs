//! Opaque, authenticated cursors.
//!
//! A cursor is a format, a direction, a hash of the list that it belongs to, and the key of the row
//! at the edge of the page, with the first half of an HMAC-SHA256 over them (RFC 2104 §5), in
//! base64url. A client can neither make nor change one.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{
    head::{FromHead, Head},
    preconditions,
    query::Expected,
};
use crate::{
    actor::Actor,
    app::App,
    postgres::keyset::{Order, SortKey, Start},
};

const FORMAT: u8 = 2;
const TAG: usize = 16;

/// The list that a cursor belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CursorScope([u8; 8]);

impl CursorScope {
    /// The list at `path` with the meaning of `filter`, as `actor` sees it, in this order.
    pub fn new<K: SortKey>(path: &str, filter: &impl Serialize, actor: &str, order: Order<K::Sort>) -> Self {
        let list = (path, filter, actor, K::columns(order.sort), order.is_descending);
        let list = serde_json::to_vec(&list).unwrap_or_default();
        let hash: [u8; 32] = Sha256::digest(list).into();
        let mut scope = [0; 8];
        scope.copy_from_slice(&hash[..8]);
        Self(scope)
    }
}

/// A list with filters in its body, before they are known. It evaluates no preconditions.
#[derive(Debug)]
pub struct Target {
    path: String,
    actor: String,
}

impl FromHead for Target {
    async fn from_head(head: &mut Head, _: &App) -> Option<Self> {
        preconditions::reject(head);
        let actor = head.parts.extensions.get::<Actor>().map(Actor::cursor_scope).unwrap_or_default();
        Some(Self { path: head.parts.uri.path().to_owned(), actor })
    }
}

impl Target {
    /// The list with the meaning of `filter`, in the default order.
    pub fn scope<K: SortKey>(&self, filter: &impl Serialize) -> CursorScope {
        CursorScope::new::<K>(&self.path, filter, &self.actor, K::DEFAULT)
    }
}

/// The cursor of the page that begins at `start`; `None` for the first page.
pub fn encode<K: SortKey>(mac: &Hmac<Sha256>, scope: CursorScope, start: Start<K>) -> Option<String> {
    let (direction, key) = match start {
        Start::First => return None,
        Start::After(key) => (0, key),
        Start::Before(key) => (1, key),
        Start::From(key) => (2, key),
        Start::UpTo(key) => (3, key),
    };
    let mut bytes = vec![FORMAT, direction];
    bytes.extend(scope.0);
    bytes.extend(key.to_bytes());
    let tag = mac.clone().chain_update(&bytes).finalize().into_bytes();
    bytes.extend(&tag[..TAG]);
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

/// Where the page of a cursor begins.
///
/// # Errors
///
/// The code `cursor` if the service did not make it, `cursor_mismatch` if it belongs to another
/// list.
pub fn decode<K: SortKey>(
    mac: &Hmac<Sha256>,
    scope: CursorScope,
    sort: K::Sort,
    cursor: &str,
) -> Result<Start<K>, Expected> {
    let invalid = || Expected("cursor", "must be a cursor that this service returned".into());
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid())?;
    let (payload, tag) = bytes.split_last_chunk::<TAG>().ok_or_else(invalid)?;
    mac.clone().chain_update(payload).verify_truncated_left(tag).map_err(|_| invalid())?;
    let (&[format, direction], payload) = payload.split_first_chunk().ok_or_else(invalid)?;
    let (list, key) = payload.split_first_chunk().ok_or_else(invalid)?;
    if format != FORMAT {
        return Err(invalid());
    }
    if *list != scope.0 {
        let detail = "belongs to a list with other parameters; start again without it";
        return Err(Expected("cursor_mismatch", detail.into()));
    }
    let key = K::from_bytes(sort, key).ok_or_else(invalid)?;
    match direction {
        0 => Ok(Start::After(key)),
        1 => Ok(Start::Before(key)),
        2 => Ok(Start::From(key)),
        3 => Ok(Start::UpTo(key)),
        _ => Err(invalid()),
    }
}

#[cfg(test)]
mod tests {
    use hmac::KeyInit;

    use super::*;
    use crate::postgres::keyset::Newest;

    fn mac(key: &[u8]) -> Hmac<Sha256> {
        Hmac::new_from_slice(key).unwrap()
    }

    #[test]
    fn a_cursor_survives_the_round_trip_and_no_change() {
        let (ours, others, scope) = (mac(b"key"), mac(b"other"), CursorScope([7; 8]));
        let key = Newest::from_bytes((), &[1; 24]).unwrap();
        for start in [Start::Before(key), Start::From(key), Start::UpTo(key)] {
            let cursor = encode(&ours, scope, start).unwrap();
            assert_eq!(decode(&ours, scope, (), &cursor).map_err(|error| error.0), Ok(start));
        }
        let start = Start::After(key);
        let cursor = encode(&ours, scope, start).unwrap();
        let code =
            |mac, scope, cursor: &str| decode::<Newest>(mac, scope, (), cursor).map_err(|error| error.0);
        assert_eq!(code(&ours, scope, &cursor), Ok(start));
        assert_eq!(code(&ours, CursorScope([8; 8]), &cursor), Err("cursor_mismatch"));
        assert_eq!(code(&others, scope, &cursor), Err("cursor"));
        for at in 0..cursor.len() {
            let mut changed = cursor.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(code(&ours, scope, &String::from_utf8(changed).unwrap()), Err("cursor"), "{at}");
        }
        for cut in 0..cursor.len() {
            assert_eq!(code(&ours, scope, &cursor[..cut]), Err("cursor"), "{cut}");
        }
    }

    #[test]
    fn every_part_of_a_list_is_in_its_scope() {
        let in_order = |path, filter: &str, actor, is_descending| {
            CursorScope::new::<Newest>(path, &filter, actor, Order { sort: (), is_descending })
        };
        let scope = |path, filter, actor| in_order(path, filter, actor, true);
        let list = scope("/v1/items", "a", "x");
        assert_eq!(list, scope("/v1/items", "a", "x"));
        for other in [
            scope("/v1/keys", "a", "x"),
            scope("/v1/items", "b", "x"),
            scope("/v1/items", "a", "y"),
            in_order("/v1/items", "a", "x", false),
        ] {
            assert_ne!(list, other);
        }
    }
}
