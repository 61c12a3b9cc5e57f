//! Where an item is in a list by relevance.

use crate::postgres::keyset::{Newest, SortKey};

/// Where an item is in a list by relevance, and which list that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relevance {
    /// The bits of a float that is not negative, which are in the same order.
    rank: u32,
    /// The item.
    pub item: Newest,
    /// The items that are ranked.
    pub span: Span,
    /// The [spelling](crate::postgres::catalog::models::Search::spelling) of the search.
    pub spelling: Option<String>,
}

/// The items that are ranked, so that later pages rank the same ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The newest of them.
    pub newest: Newest,
    /// The oldest of them.
    pub oldest: Newest,
    /// Whether they were found along the list.
    pub is_walked: bool,
}

impl Relevance {
    /// The key of an item with this rank.
    #[must_use]
    pub fn new(rank: f32, item: Newest, span: Span, spelling: Option<String>) -> Self {
        Self { rank: rank.to_bits(), item, span, spelling }
    }

    /// How well the item matches.
    #[must_use]
    pub fn rank(&self) -> f32 {
        f32::from_bits(self.rank)
    }

    /// The key in a cursor.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![u8::from(self.span.is_walked)];
        bytes.extend(self.rank.to_be_bytes());
        for key in [self.item, self.span.newest, self.span.oldest] {
            bytes.extend(key.to_bytes());
        }
        bytes.extend(self.spelling.as_deref().unwrap_or_default().as_bytes());
        bytes
    }

    /// The key of a cursor; `None` if the bytes are not a key.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        const KEY: usize = 24;
        let ([is_walked], bytes) = bytes.split_first_chunk()?;
        let (rank, bytes) = bytes.split_first_chunk()?;
        let (keys, spelling) = bytes.split_at_checked(3 * KEY)?;
        let key = |at: usize| Newest::from_bytes((), &keys[at * KEY..(at + 1) * KEY]);
        let spelling = str::from_utf8(spelling).ok()?;
        Some(Self {
            rank: u32::from_be_bytes(*rank),
            item: key(0)?,
            span: Span { newest: key(1)?, oldest: key(2)?, is_walked: *is_walked == 1 },
            spelling: Some(spelling).filter(|spelling| !spelling.is_empty()).map(str::to_owned),
        })
    }
}
