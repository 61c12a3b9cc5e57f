//! The limits of every request, shared by checks, messages and the document.

use http::{HeaderMap, Uri};

pub use crate::access::{MAX_COLLECTION_KEY, MAX_GRANTS, MAX_LABEL, MAX_LABELS};

/// The largest body in bytes, unless the route has its own limit.
pub const MAX_BODY: usize = 1024 * 1024;
/// The most bytes of all bodies that are received or handled at once.
pub const MAX_BODIES: usize = 128 * MEBIBYTE;
/// The most bytes of the values in these bodies.
pub const MAX_VALUES: usize = 256 * MEBIBYTE;
/// The bytes of a response that are sent at once. A client that takes fewer in a write time-out
/// is too slow.
pub const PIECE: usize = 64 * 1024;
/// The most faults that a problem document lists; checks stop once there are more.
pub const MAX_FAULTS: usize = 100;
/// The deepest nesting of a JSON body.
pub const MAX_DEPTH: usize = 64;
/// The most operations of a JSON Patch.
pub const MAX_PATCH_OPERATIONS: usize = 100;
/// The most characters of an `Idempotency-Key`.
pub const MAX_KEY: usize = 255;
/// The most characters of the field, with escapes and parameters.
pub const MAX_KEY_FIELD: usize = 1024;
/// The largest body of a response that is stored under an `Idempotency-Key`, in bytes.
pub const MAX_STORED: usize = MEBIBYTE;
/// The most characters of a field that lists entity tags.
pub const MAX_ENTITY_TAGS: usize = 8192;
/// The most bytes of a date and time; RFC 3339 sets no limit to the digits of a second.
pub const MAX_DATE_TIME: usize = 64;
/// The most entities of a page.
pub const MAX_PAGE: u32 = 200;
/// The number of entities of a page, unless the client asks for another.
pub const DEFAULT_PAGE: u32 = 50;
/// The most characters of a filter in a query.
pub const MAX_FILTER: usize = 4096;
/// The most characters of a filter in the content of a QUERY.
pub const MAX_QUERIED_FILTER: usize = 64 * 1024;
/// The most bytes of `Link`. Common proxies reject a response whose head has more than 4 KiB.
pub const MAX_LINK: usize = 2 * 1024;
/// The most characters of what is searched for.
pub const MAX_SEARCH: usize = 256;
/// The most words of it.
pub const MAX_WORDS: usize = 16;
/// The most characters of a path of an attribute, with its escapes.
pub const MAX_SPELLED_PATH: usize = 1024;
/// The most characters of the names of members to show.
pub const MAX_FIELDS: usize = 1024;
/// The most bytes of a page; a larger one ends early.
pub const MAX_PAGE_BYTES: usize = 4 * MEBIBYTE;
/// The most characters of a cursor.
pub const MAX_CURSOR: usize = 1200;
/// The greatest integer that every client reads exactly (RFC 8259 §6): 2^53 − 1.
pub const MAX_SAFE_INTEGER: i64 = (1 << 53) - 1;
/// A mebibyte, for messages.
pub const MEBIBYTE: usize = 1024 * 1024;

/// The memory that the head of a request occupies, with the overhead of each field.
pub fn head_bytes(headers: &HeaderMap, target: &Uri) -> usize {
    let fields = headers.iter().map(|(name, value)| 128 + name.as_str().len() + value.len());
    fields.sum::<usize>() + target.path().len() + target.query().map_or(0, str::len)
}

/// The largest body of a route that has a limit of its own.
#[derive(Debug)]
pub struct BodyLimit {
    /// The route as it is declared, such as `/v1/items/batch`.
    pub route: &'static str,
    /// The limit in bytes.
    pub bytes: usize,
}

/// Marks a request with a fault that its parsed head no longer shows.
#[derive(Debug, Clone, Copy)]
pub struct HeadFault(pub &'static str);

/// Marks a request on a connection above `CURIO_MAX_CONNECTIONS`.
#[derive(Debug, Clone, Copy)]
pub struct Surplus;
