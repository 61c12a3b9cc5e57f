//! Writes a whole list of items in one transaction.

use std::{io, sync::Arc, time::Duration};

use axum::{extract::State, response::Response};

use super::{
    importer::Importer,
    lines::Lines,
    report::Failure,
    schemas::{ItemImport, ItemImportQuery, ItemImportResult, OnConflict},
};
use crate::{
    app::App,
    http::{
        request::spooled::{Spooled, malformed, too_large},
        response::{
            problem::{PRECONDITION_REQUIRED, Problem},
            reply::Reply,
        },
        write::{Outcome, Write},
    },
    postgres::{pool::LongWork, time_limit::in_time},
};

/// The longest time without a statement: a large body may consist of empty lines.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// Import items
///
/// One transaction, all or nothing unless `on_error=skip`. The body is NDJSON, an item a line, or
/// CSV with a line of column names; it may be much larger than other bodies.
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
    Spooled(mut write, format, body): Spooled<Write<ItemImportQuery>>,
) -> Result<Response, Outcome> {
    let rules = write.query;
    if app.options.require_if_match && rules.on_conflict == OnConflict::Replace {
        let detail = "An import must not replace items here: on_conflict must be error or ignore.";
        return Err(Problem::new(&PRECONDITION_REQUIRED, detail).into());
    }
    let limit = app.options.import_limit;
    let rejected = |error: io::Error| reject(&error, limit);
    let mut body = body.receive(&app).await?;
    let turn = app.database.turns.next(LongWork::Import).await?;
    if write.has_key() {
        let lines = Lines::new(body.open().await.map_err(rejected)?, format, limit);
        write.add_body(&lines.hash().await.map_err(rejected)?);
    }
    write.access.renew(&app).await?;
    let patience = app.options.request_timeout;
    let mut tx = in_time(patience, write.begin(&app)).await?;
    tx.hold(turn);
    tx.allow_pauses(LONGEST_PAUSE).await?;
    let mut lines = Lines::new(body.open().await.map_err(rejected)?, format, limit);
    let log_every = app.options.progress_interval;
    let importer = Importer::new(&app.schemas, write.access.clone(), rules, patience, log_every);
    let imported = importer.run(&mut tx, &mut lines, |_| {}).await;
    let report = imported.map_err(|failure| match failure {
        Failure::File(error) => rejected(error),
        Failure::Database(error) => error.into(),
    })?;
    if report.is_rejected() {
        return Err(report.problem().into());
    }
    in_time(patience, write.access.confirm_unchanged(&app, &mut tx)).await?;
    let reply = Reply::ok(&report.result(rules.on_conflict == OnConflict::Ignore))?;
    let reply = if write.prefers_minimal() { reply.minimal() } else { reply };
    write.record(report);
    in_time(patience, write.commit(tx, reply)).await
}

/// The rejection of a body that cannot be read.
fn reject(error: &io::Error, limit: u64) -> Problem {
    if error.kind() == io::ErrorKind::FileTooLarge { too_large(limit) } else { malformed() }
}
