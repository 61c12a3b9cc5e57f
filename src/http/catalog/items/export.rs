//! The whole list of items, in a stream.

use std::{io, sync::Arc, time::Duration};

use axum::{body::Body, response::Response};
use csv::{Terminator, WriterBuilder};
use futures_util::{StreamExt, stream};
use http::{
    HeaderValue,
    header::{CACHE_CONTROL, CONTENT_TYPE, VARY},
};
use tokio::{sync::mpsc, time::timeout};
use tracing::Instrument;

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
const COLUMNS: [&str; 10] = [
    "id",
    "collection",
    "name",
    "status",
    "attributes",
    "schema_version",
    "version",
    "created_at",
    "updated_at",
    "deleted_at",
];

/// Responds with all items of the list. If something fails midway, the body breaks off: it has no
/// regular end.
///
/// # Errors
///
/// Whatever the database reports, or there are too many exports.
pub async fn export(app: &Arc<App>, filter: ItemFilter, format: Format) -> Result<Response, Error> {
    let tx = app.database.begin_export().await?;
    let (sender, portions) = mpsc::channel(1);
    tokio::spawn(send(tx, filter, app.options.export_timeout, sender).in_current_span());
    let start = begin(format)?;
    let first = (!start.is_empty()).then_some(Ok(start));
    let rest = stream::unfold(Some(portions), move |portions| next(portions, format));
    let body = Body::from_stream(stream::iter(first).chain(rest.fuse()));
    let mut response = Response::new(body);
    response.headers_mut().extend([
        (CONTENT_TYPE, HeaderValue::from_static(format.media_type())),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (VARY, HeaderValue::from_static("accept")),
    ]);
    Ok(response)
}

/// Sends the items, then an empty portion as the end. A client that leaves ends the query.
async fn send(mut tx: Transaction, filter: ItemFilter, time: Duration, portions: mpsc::Sender<Vec<Item>>) {
    let exported = tokio::select! {
        exported = timeout(time, item::export(&mut tx, &filter, &portions)) => exported,
        () = portions.closed() => return,
    };
    match exported.unwrap_or_else(|elapsed| Err(Error::Unavailable(Box::new(elapsed)))) {
        Ok(()) => {
            let _ = tx.commit().await;
            let _ = portions.send(Vec::new()).await;
        }
        Err(error) => tracing::warn!(cause = ?error, "items.not_exported"),
    }
}

/// The next piece of the body.
async fn next(
    portions: Option<mpsc::Receiver<Vec<Item>>>,
    format: Format,
) -> Option<(io::Result<Vec<u8>>, Option<mpsc::Receiver<Vec<Item>>>)> {
    let mut portions = portions?;
    match portions.recv().await {
        Some(items) if items.is_empty() => None,
        Some(items) => match write(items, format) {
            Ok(piece) => Some((Ok(piece), Some(portions))),
            Err(error) => Some((Err(io::Error::other(error)), None)),
        },
        None => Some((Err(io::ErrorKind::UnexpectedEof.into()), None)),
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
fn cells(item: Item) -> [String; 10] {
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
        item.deleted_at.map(rfc3339).unwrap_or_default(),
    ]
}

fn csv_lines(rows: impl IntoIterator<Item = [String; 10]>) -> Result<Vec<u8>, Error> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(&row).map_err(Error::internal)?;
    }
    writer.into_inner().map_err(|error| Error::internal(error.to_string()))
}
