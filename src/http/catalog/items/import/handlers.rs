//! Writes a whole list of items in one transaction, while it arrives.

use std::{io, sync::Arc};

use axum::{extract::State, response::Response};
use tokio::time::{error::Elapsed, timeout};

use super::{
    importer::{Failure, Importer},
    lines::Lines,
    schemas::{ItemImport, ItemImportQuery, ItemImportResult, OnConflict},
};
use crate::{
    app::App,
    error::Error,
    http::{
        request::streamed::{Streamed, too_large},
        response::{
            problem::{BODY_TIMEOUT, MALFORMED, PRECONDITION_REQUIRED, Problem},
            reply::Reply,
        },
        write::{Outcome, Start, Write},
    },
    postgres::pool::LongWork,
};

/// Import items
///
/// One transaction, all or nothing unless `on_error=skip`. The body is NDJSON, an item a line, or
/// CSV with a line of column names; it is read while the items are written, whatever its length.
/// Both formats of an export can be sent back. An item with the id of a stored one replaces it,
/// unless `on_conflict` says otherwise. A rejection is one problem, whose `errors` have the `line`
/// and the pointer into its item; nothing is stored then.
#[utoipa::path(
    post, path = "/v1/items/import", tag = "items", params(ItemImportQuery),
    request_body(content((ItemImport = "application/x-ndjson"), (Value = "text/csv"))),
    responses((status = 200, body = ItemImportResult<'static>), (status = 428))
)]
pub async fn import_items(
    State(app): State<Arc<App>>,
    Streamed(mut write, format, body): Streamed<Write<ItemImportQuery>>,
) -> Result<Response, Outcome> {
    let rules = write.query;
    if app.options.require_if_match && rules.on_conflict == OnConflict::Replace {
        let detail = "An import must not replace items here: on_conflict must be error or ignore.";
        return Err(Problem::new(&PRECONDITION_REQUIRED, detail).into());
    }
    let limit = app.options.import_limit;
    let rejected = |error: io::Error| reject(&error, limit);
    let turn = app.database.turn(LongWork::Import).await?;
    let patience = app.options.request_timeout;
    let silent = |elapsed: Elapsed| Error::Unavailable(elapsed.into());
    let start = timeout(patience, write.begin_streamed(&app)).await.map_err(silent)??;
    let mut lines = Lines::new(body.open().await.map_err(rejected)?, format, limit);
    if write.has_key() {
        lines = lines.hashed();
    }
    let (mut tx, used) = match start {
        Start::Run(tx, used) => (tx, used),
        Start::Used(stored) => {
            drop(turn);
            write.add_body(&lines.finish().await.map_err(rejected)?);
            return Err(write.replay(&stored)?);
        }
    };
    tx.hold(turn);
    let imported = Importer::new(&app.schemas, write.access.clone(), rules, patience)
        .run(&mut tx, &mut lines, |_| {})
        .await;
    let report = imported.map_err(|failure| match failure {
        Failure::File(error) => rejected(error),
        Failure::Database(error) => error.into(),
    })?;
    if report.is_rejected() {
        return Err(report.problem().into());
    }
    write.add_body(&lines.finish().await.map_err(rejected)?);
    if let Some(stored) = &used
        && let other @ Outcome::Rejected(_) = write.replay(stored)?
    {
        return Err(other);
    }
    let reply = Reply::ok(&report.result(rules.on_conflict == OnConflict::Ignore))?;
    let reply = if write.prefers_minimal() { reply.minimal() } else { reply };
    write.record(report);
    let committed = timeout(patience, write.commit(tx, reply)).await;
    committed.map_err(silent)?
}

/// The rejection of a body that cannot be read.
fn reject(error: &io::Error, limit: u64) -> Problem {
    match error.kind() {
        io::ErrorKind::TimedOut => {
            Problem::new(&BODY_TIMEOUT, "The next 64 KiB of the body did not arrive in time.")
        }
        io::ErrorKind::FileTooLarge => too_large(limit),
        _ => Problem::new(&MALFORMED, "The body ended early, or does not match its Content-Encoding."),
    }
}
