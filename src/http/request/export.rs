//! Lists that are read whole instead of in pages.

use clap::ValueEnum;
use serde::Serialize;

use super::{
    access::Access,
    head::{FromHead, Head},
    listing::Listing,
    negotiation::{CSV, Chosen, NDJSON},
    preconditions,
    query::{Expected, FromQuery, Parameters},
};
use crate::{app::App, postgres::keyset::SortKey};

/// A request for a page of a list with filters `F`, or for the whole list in another format.
#[derive(Debug)]
pub enum PageOrExport<F, K: SortKey> {
    /// A page as JSON.
    Page(Listing<F, K>),
    /// The whole list, in this format.
    Export(F, Format, Access),
}

/// How an export is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// JSON texts, a line each.
    Ndjson,
    /// RFC 4180, with a line of names.
    Csv,
}

impl Format {
    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Ndjson => NDJSON,
            Self::Csv => CSV,
        }
    }
}

impl<F: FromQuery + Serialize + Send, K: SortKey> FromHead for PageOrExport<F, K> {
    async fn from_head(head: &mut Head, app: &App) -> Option<Self> {
        let format = match head.parts.extensions.get() {
            Some(Chosen(NDJSON)) => Format::Ndjson,
            Some(Chosen(CSV)) => Format::Csv,
            _ => return Listing::from_head(head, app).await.map(Self::Page),
        };
        preconditions::reject(head);
        let mut parameters = Parameters::of(head);
        for name in ["limit", "cursor", "sort", "fields"] {
            let detail = "must not occur in an export, which has the whole list, in no particular order, of whole entities";
            parameters.many::<()>(name, usize::MAX, |_| Err(Expected("export", detail.into())));
        }
        let filter = F::from_query(&mut parameters);
        head.faults.extend(parameters.finish());
        Some(Self::Export(filter, format, Access::of(head)))
    }
}
