//! Trying a schema: extract, walk, respond.

use std::sync::Arc;

use axum::extract::State;
use serde_json::Value;

use super::{
    schemas::{RejectedItem, SchemaCheck, SchemaCheckResult},
    walk::Walk,
};
use crate::{
    app::App,
    error::{Error, Fault},
    http::{
        limits::MAX_FAULTS,
        request::{
            access::Access,
            collection_key::CollectionKey,
            content::Content,
            cursor::{self, Target},
            query::{Expected, NoQuery, Query},
            schema::compile_valid,
            valid::{Valid, at_length},
        },
        response::{
            problem::{Entry, Problem},
            reply::Reply,
        },
    },
    postgres::{
        catalog::{
            models::ItemFilter,
            operations::{collection, item::ItemKey},
        },
        keyset::{SortKey, Start},
        pool::LongWork,
    },
};

/// Find the items that a schema would reject
///
/// Tries a schema on the live items of the collection, the newest first, and changes nothing. A
/// page examines at most 2,000 items, so it may be short or even empty although `next_cursor` leads
/// to more. An item that is written during the walk may be missing.
#[utoipa::path(
    post, path = "/v1/collections/{key}/schema-check", tag = "collections", request_body = SchemaCheck,
    responses((status = 200, body = SchemaCheckResult))
)]
pub async fn check_schema(
    State(app): State<Arc<App>>,
    Valid(head, Content(check)): Valid<(CollectionKey, Target, Query<NoQuery>, Access), Content<SchemaCheck>>,
) -> Result<Reply, Problem> {
    let (key, target, Query(NoQuery), access) = head;
    let _turn = app.database.turn(LongWork::Check).await?;
    let text = check.schema.as_str();
    let (schema, scope) = at_length(|| {
        let value: Value = serde_json::from_str(text).map_err(Error::internal)?;
        let schema = compile_valid(text)?;
        // In another spelling, it is the same schema.
        let meaning = curio_schema::canonical_text(&value).unwrap_or_else(|| text.to_owned());
        Ok::<_, Error>((schema, target.scope::<ItemKey>(&meaning)))
    })
    .await?;
    let start = match &check.cursor.0 {
        Some(cursor) => {
            let sort = ItemKey::DEFAULT.sort;
            cursor::decode(app.cursor_mac(), scope, sort, cursor).map_err(invalid_cursor)?
        }
        None => Start::First,
    };
    let mut conn = app.database.connection().await?;
    collection::find_id(&mut conn, access.readable(), key.as_str()).await?.ok_or(Error::NotFound)?;
    let within = collection::within(&mut conn, access.readable(), Some(key.as_str())).await?;
    conn.release();
    let mut walk = Walk::new(&schema, start, check.limit.get().unwrap_or(1));
    let filter = ItemFilter { collection: Some(key.into()), ..ItemFilter::within(within) };
    walk.run(&app, &filter).await?;
    let data = walk.rejections.iter().map(|rejection| RejectedItem {
        id: rejection.id,
        version: rejection.version,
        errors: rejection.faults.iter().take(MAX_FAULTS).map(Entry::new).collect(),
        errors_truncated: rejection.faults.len() > MAX_FAULTS,
    });
    let next_cursor = walk.next.and_then(|start| cursor::encode(app.cursor_mac(), scope, start));
    Ok(Reply::ok(&SchemaCheckResult { data: data.collect(), next_cursor })?)
}

fn invalid_cursor(Expected(code, detail): Expected) -> Problem {
    Problem::malformed(vec![Fault::at("/cursor", code, detail)])
}
