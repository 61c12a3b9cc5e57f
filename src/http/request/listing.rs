//! Lists in pages (RFC 8288, AIP-158): one extractor and one response for all of them.

use std::ops::Range;

use http::{
    HeaderValue,
    header::{LINK, VARY},
};
use serde::Serialize;
use utoipa::{
    IntoParams, Number,
    openapi::{
        Object, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::ObjectBuilder,
    },
};

use super::{
    access::Access,
    cursor::{self, CursorScope},
    fields::Shown,
    head::{FromHead, Head},
    preconditions,
    prefer::prefers_count,
    query::{Expected, FromQuery, Parameters, encode_query},
    sort::take_order,
    valid::off_runtime,
};
use crate::{
    actor::Actor,
    app::App,
    error::Error,
    http::{
        limits::{DEFAULT_PAGE, MAX_CURSOR, MAX_LINK, MAX_PAGE, MAX_PAGE_BYTES, MEBIBYTE},
        response::{
            json::to_vec,
            page::{PageView, cursor_schema},
            reply::Reply,
        },
    },
    postgres::{
        count::Total,
        keyset::{KeyOf, Page, PageRequest, SortKey, Start},
    },
};

/// A request for a page of a list with filters `F`, sorted by `K`.
///
/// The serialization of the filters is their meaning: a cursor belongs to every query whose filters
/// serialize alike.
#[derive(Debug)]
pub struct Listing<F, K: SortKey> {
    /// Which entities the list contains.
    pub filter: F,
    /// Which part of the list to read.
    pub page: PageRequest<K>,
    /// Whether the client wants to know how many entities the list has.
    prefers_count: bool,
    /// What the actor may do.
    pub access: Access,
    /// The URL of the list: relative, or below the public URL if one is configured.
    url: String,
    /// The parameters without the cursor.
    query: String,
    scope: CursorScope,
}

impl<F: FromQuery + Serialize + Send, K: SortKey> FromHead for Listing<F, K> {
    async fn from_head(head: &mut Head, app: &App) -> Option<Self> {
        preconditions::reject(head);
        let mut parameters = Parameters::of(head);
        let path = head.parts.uri.path();
        let query = encode_query(parameters.pairs.iter().filter(|(name, _)| name != "cursor"));
        let filter = F::from_query(&mut parameters);
        let order = take_order::<K>(&mut parameters, filter.is_search());
        let is_known = parameters.is_valid();
        let limit = parameters.one("limit", parse_limit).unwrap_or(DEFAULT_PAGE);
        let cursors = parameters.many("cursor", 1, |cursor| Ok(cursor.to_owned()));
        let actor = head.parts.extensions.get::<Actor>().map(Actor::cursor_scope).unwrap_or_default();
        let scope = CursorScope::new::<K>(path, &filter, &actor, order);
        let mut start = Start::First;
        if let [cursor] = &cursors[..] {
            match cursor::decode(app.cursor_mac(), scope, order.sort, cursor) {
                Ok(decoded) => start = decoded,
                // With invalid filters, it is unknown which list was meant.
                Err(Expected("cursor_mismatch", _)) if !is_known => {}
                Err(expected) => parameters.reject("cursor", expected),
            }
        }
        head.faults.extend(parameters.finish());
        let public_url = app.options.public_url.as_ref().map_or("", |url| url.as_str());
        let url = format!("{public_url}{path}");
        let page = PageRequest { start, order, limit, bytes: MAX_PAGE_BYTES };
        let (prefers_count, access) = (prefers_count(&head.parts.headers), Access::of(head));
        Some(Self { filter, page, prefers_count, access, url, query, scope })
    }
}

/// The most bytes of a page without its entities.
const PAGE_FRAME: usize = 1024;

/// Where a page is in its list: the cursors of its neighbours.
struct Neighbours {
    next: Option<String>,
    prev: Option<String>,
}

impl<F: FromQuery, K: SortKey> Listing<F, K> {
    /// Whether the client prefers to know the number of entities, and the page does not tell it.
    pub fn needs_count<E>(&self, page: &Page<E, K>) -> bool {
        self.prefers_count && !self.is_whole(page)
    }

    /// Whether the page is the whole list. A ranked one may end before all that matches.
    fn is_whole<E>(&self, page: &Page<E, K>) -> bool {
        let is_ranked = K::RELEVANCE.is_some_and(|relevance| relevance.sort == self.page.order.sort);
        matches!(self.page.start, Start::First) && !page.more && page.rest.is_none() && !is_ranked
    }

    /// The response with a page of the list, which ends early if it would have more than
    /// [`MAX_PAGE_BYTES`], and with the number of entities in the list if it was [needed].
    ///
    /// [needed]: Self::needs_count
    ///
    /// # Errors
    ///
    /// [`Error::Internal`] if a row cannot be written as JSON.
    pub fn reply<V, E>(&self, app: &App, page: Page<E, K>, total: Option<Total>) -> Result<Reply, Error>
    where
        V: From<E> + Serialize,
        K: KeyOf<E>,
    {
        let sort = self.page.order.sort;
        let all = (self.prefers_count && self.is_whole(&page)).then(|| Total::exact(page.rows.len()));
        let total = all.or(total);
        let keys: Vec<K> = page.rows.iter().map(|row| K::of(row, sort)).collect();
        let fields = self.filter.fields();
        let show = |row| Shown { view: V::from(row), fields };
        let views: Vec<Shown<V>> = page.rows.into_iter().map(show).collect();
        // To show some members, the text of each entity is read again, on each level of a path.
        off_runtime(if fields.is_some() { usize::MAX } else { 0 }, || {
            let reply = self.reply_with(self.neighbours(app, &keys, page.more, page.rest), &views, total)?;
            if reply.body.len() <= MAX_PAGE_BYTES {
                return Ok(reply);
            }
            let shown = self.fitting(&views)?;
            self.reply_with(self.neighbours(app, &keys[shown.clone()], true, None), &views[shown], total)
        })
    }

    fn reply_with<V: Serialize>(
        &self,
        neighbours: Neighbours,
        data: &[V],
        total: Option<Total>,
    ) -> Result<Reply, Error> {
        let Neighbours { next, prev } = neighbours;
        let link = self.link(next.as_deref(), prev.as_deref());
        let mut reply = Reply::ok(&PageView::new(data, next, prev, total))?
            .revalidated()
            .with_header(VARY, HeaderValue::from_static("prefer"));
        if total.is_some() {
            reply = reply.with_preference("count=exact");
        }
        match link {
            Some(link) => Ok(reply.with_header(LINK, HeaderValue::try_from(link).map_err(Error::internal)?)),
            None => Ok(reply),
        }
    }

    /// The range of entities that fit into a page, counted from where it starts; at least one.
    fn fitting<V: Serialize>(&self, views: &[V]) -> Result<Range<usize>, Error> {
        let backwards = self.page.start.is_backwards();
        let mut room = MAX_PAGE_BYTES - PAGE_FRAME;
        let mut count = 0;
        while count < views.len() {
            let view = &views[if backwards { views.len() - 1 - count } else { count }];
            let bytes = to_vec(view)?.len() + 1;
            if bytes > room && count > 0 {
                break;
            }
            room = room.saturating_sub(bytes);
            count += 1;
        }
        Ok(if backwards { views.len() - count..views.len() } else { 0..count })
    }

    /// The neighbours of a page begin at its edges, or where the page began if it is empty; in the
    /// direction of reading, with the `rest` if it is known.
    fn neighbours(&self, app: &App, keys: &[K], more: bool, rest: Option<Start<K>>) -> Neighbours {
        let (has_prev, has_next) = match &self.page.start {
            Start::First => (false, more),
            Start::After(_) | Start::From(_) => (true, more),
            Start::Before(_) | Start::UpTo(_) => (more, true),
        };
        let (next, prev) = match (keys, self.page.start.clone()) {
            ([first, .., last], _) => (Start::After(last.clone()), Start::Before(first.clone())),
            ([only], _) => (Start::After(only.clone()), Start::Before(only.clone())),
            ([], Start::First) => (Start::First, Start::First),
            ([], Start::After(key) | Start::Before(key)) => (Start::From(key.clone()), Start::UpTo(key)),
            ([], Start::From(key) | Start::UpTo(key)) => (Start::After(key.clone()), Start::Before(key)),
        };
        let (next, prev) = match rest {
            Some(rest) if self.page.start.is_backwards() => (next, rest),
            Some(rest) => (rest, prev),
            None => (next, prev),
        };
        let cursor = |start| cursor::encode(app.cursor_mac(), self.scope, start);
        Neighbours {
            next: Some(next).filter(|_| has_next).and_then(cursor),
            prev: Some(prev).filter(|_| has_prev).and_then(cursor),
        }
    }

    /// The value of `Link`: the next, the previous and the first page, up to the first link that
    /// does not fit.
    fn link(&self, next: Option<&str>, prev: Option<&str>) -> Option<String> {
        let (url, query) = (&self.url, &self.query);
        let and = if query.is_empty() { "" } else { "&" };
        let to = |cursor: &str, rel: &str| format!("<{url}?{query}{and}cursor={cursor}>; rel=\"{rel}\"");
        let first = || {
            let mark = if query.is_empty() { "" } else { "?" };
            format!("<{url}{mark}{query}>; rel=\"first\"")
        };
        let links = [
            next.map(|cursor| to(cursor, "next")),
            prev.map(|cursor| to(cursor, "prev")),
            (!matches!(self.page.start, Start::First)).then(first),
        ];
        let mut field = String::new();
        for link in links.into_iter().flatten() {
            let separator = if field.is_empty() { "" } else { ", " };
            if field.len() + separator.len() + link.len() > MAX_LINK {
                break;
            }
            field.push_str(separator);
            field.push_str(&link);
        }
        (!field.is_empty()).then_some(field)
    }
}

fn parse_limit(value: &str) -> Result<u32, Expected> {
    let limit = value.parse().ok().filter(|limit| (1..=MAX_PAGE).contains(limit));
    limit.ok_or_else(|| Expected("limit", format!("must be an integer from 1 to {MAX_PAGE}").into()))
}

/// The parameters of every list, for the document.
#[derive(Debug)]
pub struct PageParameters;

impl IntoParams for PageParameters {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let parameter = |name: &str, description: &str, schema: Object| {
            let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Query);
            parameter.description(Some(description)).schema(Some(schema)).build()
        };
        let limit = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Int32)))
            .minimum(Some(Number::UInt(1)))
            .maximum(Some(Number::UInt(MAX_PAGE as usize)))
            .default(Some(DEFAULT_PAGE.into()));
        let cursor = cursor_schema(Type::String).min_length(Some(1)).max_length(Some(MAX_CURSOR));
        vec![
            parameter(
                "limit",
                &format!(
                    "The most entities of the page. A page of more than {} MiB ends early.",
                    MAX_PAGE_BYTES / MEBIBYTE
                ),
                limit.build(),
            ),
            parameter(
                "cursor",
                "Where the page begins: `next_cursor` or `prev_cursor` of another page of the same list.",
                cursor.build(),
            ),
        ]
    }
}
