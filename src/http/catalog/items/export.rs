//! The whole list of items, in a stream.

use std::{
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{body::Body, response::Response};
use csv::{Terminator, WriterBuilder};
use futures_util::{StreamExt, stream};
use http::{
    HeaderValue, Method,
    header::{CACHE_CONTROL, CONTENT_TYPE, VARY},
};
use tokio::{sync::mpsc, task::JoinHandle, time::timeout};
use tracing::{Instrument, Span};

use super::schemas::ItemView;
use crate::{
    app::App,
    error::Error,
    http::{request::export::Format, response::json::to_vec},
    postgres::{
        catalog::{
            models::{Item, ItemFilter},
            operations::item,
        },
        transaction::Transaction,
    },
    time::rfc3339,
};

/// The columns of CSV.
const COLUMNS: [&str; 12] = [
    "id",
    "collection",
    "name",
    "status",
    "attributes",
    "schema_version",
    "version",
    "created_at",
    "updated_at",
    "created_by",
    "updated_by",
    "deleted_at",
];

/// Responds with all items of the list. If something fails midway, the body breaks off: it has no
/// regular end. HEAD begins no export.
///
/// # Errors
///
/// Whatever the database reports before the first items, or there are too many exports.
pub async fn export(
    app: &Arc<App>,
    method: &Method,
    filter: ItemFilter,
    format: Format,
) -> Result<Response, Error> {
    let body = match *method {
        // A stream, for which no `Content-Length: 0` is sent.
        Method::HEAD => Body::from_stream(stream::empty::<io::Result<Vec<u8>>>()),
        _ => body(app, filter, format).await?,
    };
    let mut response = Response::new(body);
    response.headers_mut().extend([
        (CONTENT_TYPE, HeaderValue::from_static(format.media_type())),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (VARY, HeaderValue::from_static("accept")),
    ]);
    Ok(response)
}

async fn body(app: &Arc<App>, filter: ItemFilter, format: Format) -> Result<Body, Error> {
    let tx = app.database.begin_export().await?;
    let (sender, portions) = mpsc::channel(1);
    let task = tokio::spawn(send(tx, filter, sender, Bounds::of(app)).in_current_span());
    let mut items = Items {
        portions,
        task,
        sent: 0,
        log_every: app.options.progress_interval,
        logged: Instant::now(),
        span: Span::current(),
    };
    let mut start = begin(format)?;
    // Until there is a response, what fails has a status, and a client that leaves is noticed.
    let first = timeout(app.options.request_timeout / 2, items.next()).await.ok().transpose()?;
    let has_more = !matches!(first, Some(None));
    start.append(&mut write(first.flatten().unwrap_or_default(), format)?);
    let first = (!start.is_empty()).then_some(Ok(start));
    let rest = stream::unfold(has_more.then_some(items), move |items| next(items, format));
    Ok(Body::from_stream(stream::iter(first).chain(rest.fuse())))
}

/// How long an export may take.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    whole: Duration,
    /// The longest that the database may look for the next item: a connection on which nothing
    /// arrives any more is not noticed otherwise.
    silence: Duration,
}

impl Bounds {
    fn of(app: &App) -> Self {
        Self { whole: app.options.export_timeout, silence: 10 * app.options.request_timeout }
    }
}

/// Sends the items. A client that leaves ends the query.
async fn send(
    mut tx: Transaction,
    filter: ItemFilter,
    portions: mpsc::Sender<Vec<Item>>,
    bounds: Bounds,
) -> Result<(), Error> {
    let exporting = item::export(&mut tx, &filter, bounds.silence, &portions);
    let exported = tokio::select! {
        exported = timeout(bounds.whole, exporting) => exported,
        () = portions.closed() => return Ok(()),
    };
    exported.map_err(|elapsed| Error::TooSlow(Box::new(elapsed)))??;
    tx.commit().await
}

/// The items that the database sends.
struct Items {
    portions: mpsc::Receiver<Vec<Item>>,
    task: JoinHandle<Result<(), Error>>,
    /// How many there were, how often this is logged, and when it last was.
    sent: u64,
    log_every: Duration,
    logged: Instant,
    /// That of the request.
    span: Span,
}

impl Items {
    /// The next portion; `None` at the end.
    async fn next(&mut self) -> Result<Option<Vec<Item>>, Error> {
        let Some(items) = self.portions.recv().await else {
            (&mut self.task).await.map_err(Error::internal)??;
            self.span.in_scope(|| tracing::info!(sent = self.sent, "items.exported"));
            return Ok(None);
        };
        self.sent += items.len() as u64;
        if self.logged.elapsed() >= self.log_every {
            self.logged = Instant::now();
            self.span.in_scope(|| tracing::info!(sent = self.sent, "items.exporting"));
        }
        Ok(Some(items))
    }
}

/// The next piece of the body.
async fn next(items: Option<Items>, format: Format) -> Option<(io::Result<Vec<u8>>, Option<Items>)> {
    let mut items = items?;
    let portion = items.next().await.transpose()?;
    match portion.and_then(|portion| write(portion, format)) {
        Ok(piece) => Some((Ok(piece), Some(items))),
        Err(error) => {
            items.span.in_scope(|| tracing::warn!(cause = ?error, "items.not_exported"));
            Some((Err(io::Error::other(error)), None))
        }
    }
}

/// What precedes all items.
///
/// # Errors
///
/// [`Error::Internal`] if it cannot be written.
pub fn begin(format: Format) -> Result<Vec<u8>, Error> {
    match format {
        Format::Ndjson => Ok(Vec::new()),
        Format::Csv => csv_lines([COLUMNS.map(str::to_owned)]),
    }
}

/// The lines of these items.
///
/// # Errors
///
/// [`Error::Internal`] if they cannot be written.
pub fn write(items: Vec<Item>, format: Format) -> Result<Vec<u8>, Error> {
    match format {
        Format::Ndjson => {
            let mut lines = Vec::new();
            for item in items {
                lines.append(&mut to_vec(&ItemView::from(item))?);
                lines.push(b'\n');
            }
            Ok(lines)
        }
        Format::Csv => csv_lines(items.into_iter().map(cells)),
    }
}

/// The cells of an item. What is null is empty.
fn cells(item: Item) -> [String; 12] {
    [
        item.id.to_string(),
        item.collection,
        item.name,
        item.status.as_str().to_owned(),
        item.attributes.as_str().to_owned(),
        item.schema_version.map(|version| version.to_string()).unwrap_or_default(),
        item.version.to_string(),
        rfc3339(item.created_at),
        rfc3339(item.updated_at),
        item.created_by.unwrap_or_default(),
        item.updated_by.unwrap_or_default(),
        item.deleted_at.map(rfc3339).unwrap_or_default(),
    ]
}

fn csv_lines(rows: impl IntoIterator<Item = [String; 12]>) -> Result<Vec<u8>, Error> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(&row).map_err(Error::internal)?;
    }
    writer.into_inner().map_err(|error| Error::internal(error.to_string()))
}
