//! Keyset pages: opaque, authenticated cursors and the `Link` field (RFC 8288, AIP-158).

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    error::Fault,
    http::{problem::Problem, query::Expected},
    postgres::keyset::Start,
};

/// How many entities a page has where the client does not say.
pub const DEFAULT_LIMIT: u32 = 50;
/// The most entities that a page can have.
pub const MAX_LIMIT: u32 = 200;

const FORMAT: u8 = 1;
const PAYLOAD: usize = 1 + 1 + 8 + 16 + 8;
const TAG: usize = 16;

/// `limit`
///
/// # Errors
///
/// `limit`
pub fn limit(value: &str) -> Result<u32, Expected> {
    let number = value.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
    number.ok_or_else(|| Expected("limit", format!("must be an integer from 1 to {MAX_LIMIT}").into()))
}

/// Makes cursors and takes them back.
///
/// A cursor is a format, a direction, the sort key of the entity at the edge of the page and a hash of the list and its filters,
/// with the first half of an HMAC-SHA256 over them (RFC 2104 §5), in base64url. A client can neither make nor change one.
#[derive(Clone)]
pub struct Cursors {
    mac: Hmac<Sha256>,
}

impl fmt::Debug for Cursors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cursors")
    }
}

impl Cursors {
    /// Cursors under this key, whatever its length.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        let mac = Hmac::new_from_slice(key);
        Self { mac: mac.unwrap_or_else(|_| unreachable!("HMAC takes keys of any length")) }
    }

    /// The cursor of a page that begins at `start`, in a list with these filters.
    fn encode(&self, start: Start, filters: [u8; 8]) -> Option<String> {
        let (direction, created_at, id) = match start {
            Start::Newest => return None,
            Start::After(created_at, id) => (0, created_at, id),
            Start::Before(created_at, id) => (1, created_at, id),
        };
        let mut bytes = Vec::with_capacity(PAYLOAD + TAG);
        bytes.extend([FORMAT, direction]);
        bytes.extend(created_at.timestamp_micros().to_be_bytes());
        bytes.extend(id.as_bytes());
        bytes.extend(filters);
        let tag = self.mac.clone().chain_update(&bytes).finalize().into_bytes();
        bytes.extend(&tag[..TAG]);
        Some(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Where the page of a cursor begins.
    fn decode(&self, cursor: &str, filters: [u8; 8]) -> Result<Start, Expected> {
        let invalid = || Expected("cursor", "must be a cursor that this service gave".into());
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid())?;
        let (payload, tag) = bytes.split_at_checked(PAYLOAD).ok_or_else(invalid)?;
        if tag.len() != TAG {
            return Err(invalid());
        }
        self.mac.clone().chain_update(payload).verify_truncated_left(tag).map_err(|_| invalid())?;
        let (created_at, id, hash) = fields(payload).ok_or_else(invalid)?;
        if hash != filters {
            let detail = "belongs to a list with other parameters; begin again without it";
            return Err(Expected("cursor_mismatch", detail.into()));
        }
        match payload[1] {
            0 => Ok(Start::After(created_at, id)),
            _ => Ok(Start::Before(created_at, id)),
        }
    }
}

fn fields(payload: &[u8]) -> Option<(DateTime<Utc>, Uuid, [u8; 8])> {
    let (&format, rest) = payload.split_first()?;
    if format != FORMAT {
        return None;
    }
    let micros = i64::from_be_bytes(rest.get(1..9)?.try_into().ok()?);
    let id = Uuid::from_slice(rest.get(9..25)?).ok()?;
    Some((DateTime::from_timestamp_micros(micros)?, id, rest.get(25..)?.try_into().ok()?))
}

/// The place of a page in its list: where it begins, and how to link to its neighbours.
#[derive(Debug)]
pub struct Place<'a> {
    cursors: &'a Cursors,
    /// Where the page begins.
    pub start: Start,
    /// The parameters of the list but for the cursor, as they were sent.
    parameters: String,
    filters: [u8; 8],
}

/// The neighbours of a page.
#[derive(Debug)]
pub struct Neighbours {
    /// The cursor of the next page, if there is one.
    pub next: Option<String>,
    /// The cursor of the page before, if there is one.
    pub prev: Option<String>,
    /// The value of `Link`, if there is anything to link to.
    pub link: Option<String>,
}

impl<'a> Place<'a> {
    /// Reads the cursor of the list at this path with this query string.
    ///
    /// # Errors
    ///
    /// 400 where the cursor is not one of ours, or the list and its filters are not those that it was made for.
    pub fn new(cursors: &'a Cursors, path: &str, query: &str, cursor: Option<&str>) -> Result<Self, Problem> {
        let named = |name: &'static str| move |pair: &&str| pair.split('=').next() == Some(name);
        let kept: Vec<&str> =
            query.split('&').filter(|pair| !pair.is_empty() && !named("cursor")(pair)).collect();
        // A client may ask for pages of another size on the way; anything else would be another list.
        let mut filters: Vec<&str> = kept.iter().copied().filter(|pair| !named("limit")(pair)).collect();
        filters.sort_unstable();
        let hash: [u8; 32] = Sha256::digest(format!("{path}?{}", filters.join("&"))).into();
        let mut place = Self { cursors, start: Start::Newest, parameters: kept.join("&"), filters: [0; 8] };
        place.filters.copy_from_slice(&hash[..8]);
        if let Some(cursor) = cursor {
            place.start = cursors.decode(cursor, place.filters).map_err(|Expected(code, detail)| {
                Problem::malformed(vec![Fault::parameter("cursor", code, detail)])
            })?;
        }
        Ok(place)
    }

    /// The neighbours of the page with these edges; `more` tells whether the list goes on in the direction of reading.
    /// `address` is the absolute URL of the list without a query string.
    #[must_use]
    pub fn neighbours(
        &self,
        edges: Option<[(DateTime<Utc>, Uuid); 2]>,
        more: bool,
        address: &str,
    ) -> Neighbours {
        let (has_prev, has_next) = match self.start {
            Start::Newest => (false, more),
            Start::After(..) => (true, more),
            Start::Before(..) => (more, true),
        };
        // An empty page has no edge that a neighbour could begin at, and nothing to continue with either.
        let cursor = |edge: usize, make: fn(DateTime<Utc>, Uuid) -> Start| {
            edges.and_then(|edges| self.cursors.encode(make(edges[edge].0, edges[edge].1), self.filters))
        };
        let next = has_next.then(|| cursor(1, Start::After)).flatten();
        let prev = has_prev.then(|| cursor(0, Start::Before)).flatten();
        let link = self.link(next.as_deref(), prev.as_deref(), address);
        Neighbours { next, prev, link }
    }

    fn link(&self, next: Option<&str>, prev: Option<&str>, address: &str) -> Option<String> {
        let parameters = &self.parameters;
        let and = if parameters.is_empty() { "" } else { "&" };
        let to =
            |cursor: &str, rel: &str| format!("<{address}?{parameters}{and}cursor={cursor}>; rel=\"{rel}\"");
        let mut links: Vec<String> = Vec::new();
        links.extend(next.map(|cursor| to(cursor, "next")));
        links.extend(prev.map(|cursor| to(cursor, "prev")));
        if self.start != Start::Newest {
            let mark = if parameters.is_empty() { "" } else { "?" };
            links.push(format!("<{address}{mark}{parameters}>; rel=\"first\""));
        }
        (!links.is_empty()).then(|| links.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_round_trip_and_no_change() {
        let cursors = Cursors::new(b"key");
        let start =
            Start::After(DateTime::from_timestamp_micros(1_763_800_000_123_456).unwrap(), Uuid::nil());
        let cursor = cursors.encode(start, [7; 8]).unwrap();
        assert_eq!(cursors.decode(&cursor, [7; 8]).unwrap(), start);
        assert_eq!(cursors.decode(&cursor, [8; 8]).unwrap_err().0, "cursor_mismatch");
        assert_eq!(Cursors::new(b"other").decode(&cursor, [7; 8]).unwrap_err().0, "cursor");
        for at in 0..cursor.len() {
            let mut changed = cursor.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(cursors.decode(&changed, [7; 8]).unwrap_err().0, "cursor", "{at}");
        }
    }

    #[test]
    fn an_empty_page_links_to_the_first_alone() {
        let cursors = Cursors::new(b"key");
        let moment = DateTime::from_timestamp_micros(0).unwrap();
        let cursor =
            cursors.encode(Start::After(moment, Uuid::nil()), hash("/v1/items?status=draft")).unwrap();
        let query = format!("status=draft&limit=1&cursor={cursor}");
        let place = Place::new(&cursors, "/v1/items", &query, Some(&cursor)).unwrap();
        let neighbours = place.neighbours(None, false, "http://h/v1/items");
        assert_eq!((neighbours.next, neighbours.prev), (None, None));
        assert_eq!(neighbours.link.unwrap(), "<http://h/v1/items?status=draft&limit=1>; rel=\"first\"");
    }

    fn hash(filters: &str) -> [u8; 8] {
        let hash: [u8; 32] = Sha256::digest(filters).into();
        hash[..8].try_into().unwrap()
    }
}
