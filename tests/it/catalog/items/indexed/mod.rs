//! Attributes that items can be sorted by: their values, how they are built, order and ranges.

mod building;
mod lists;
mod ranges;
mod values;

use std::sync::Arc;

use curio::indexing;
use curio_filter::parse_timestamp;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::{sync::Notify, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::support::{Database, eventually, service::TestService};

const LAMPS: &str = "/v1/collections/lamps";

/// One replica's work in the background, which ends when it is dropped.
struct Indexer {
    stop: CancellationToken,
    task: Option<JoinHandle<()>>,
}

impl Indexer {
    fn start(database: &Database) -> Self {
        let stop = CancellationToken::new();
        let task = tokio::spawn(indexing::run(database.clone(), Arc::<Notify>::default(), stop.clone()));
        Self { stop, task: Some(task) }
    }

    /// Ends it as a shutdown does.
    async fn stop(mut self) {
        self.stop.cancel();
        self.task.take().unwrap().await.unwrap();
    }

    /// Ends it as the end of the process does: in the middle of whatever it does.
    fn kill(mut self) {
        self.task.take().unwrap().abort();
    }
}

impl Drop for Indexer {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Indexes these paths of the collection `lamps`, which is created if it is missing.
async fn index(service: &TestService, indexed: &[(&str, &str)]) {
    let indexed: Vec<Value> =
        indexed.iter().map(|(path, kind)| json!({ "path": path, "type": kind })).collect();
    let reply = service.put(LAMPS, &json!({ "title": "Lamps", "indexed": indexed })).await;
    assert!(reply.status.is_success(), "{reply:?}");
}

/// Waits until nothing is left to build or to remove.
async fn is_indexed(service: &TestService) {
    let pending = "SELECT count(*) FROM collection_indexes WHERE NOT is_ready OR collection IS NULL";
    eventually("all attributes are indexed", async || service.database.number(pending).await == 0).await;
}

async fn create(service: &TestService, attributes: &Value) -> Value {
    let item = json!({ "collection": "lamps", "name": "x", "attributes": attributes });
    let reply = service.post("/v1/items", &item).await;
    assert_eq!(reply.status, StatusCode::CREATED, "{reply:?}");
    reply.body
}

/// How many rows of values differ from what the attributes of the items say, in either direction.
/// The filter language says it: `PATH = value` in its own SQL is not what stores them.
async fn differences(service: &TestService) -> Vec<String> {
    let items = rows(service, "SELECT id, collection, attributes::text FROM items").await;
    let indexes = rows(
        service,
        "SELECT id, collection, path, type FROM collection_indexes WHERE collection IS NOT NULL AND is_ready",
    )
    .await;
    let values = rows(
        service,
        "SELECT item_id, index_id, coalesce(number::text, text, flag::text,
             to_char(instant AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')) FROM item_values",
    )
    .await;
    let mut stored: std::collections::BTreeMap<_, _> =
        values.into_iter().map(|row| ((row[0].clone(), row[1].clone()), row[2].clone())).collect();
    let mut differences = Vec::new();
    for index in &indexes {
        for item in items.iter().filter(|item| item[1] == index[1]) {
            let attributes: Value = serde_json::from_str(item[2].as_ref().unwrap()).unwrap();
            let path = index[2].as_ref().unwrap();
            let value = path.split('.').try_fold(&attributes, |value, label| value.as_object()?.get(label));
            let expected = value.and_then(|value| expected(value, index[3].as_ref().unwrap()));
            let found = stored.remove(&(item[0].clone(), index[0].clone()));
            if found != Some(expected.clone()) {
                differences.push(format!("{path} of {attributes}: {found:?} instead of {expected:?}"));
            }
        }
    }
    differences
        .extend(stored.into_iter().map(|(key, value)| format!("nothing should have {key:?} {value:?}")));
    differences
}

/// What an index of this type has of a value.
fn expected(value: &Value, kind: &str) -> Option<String> {
    match (kind, value) {
        ("number", Value::Number(number)) => Some(number.to_string()),
        ("boolean", Value::Bool(flag)) => Some(flag.to_string()),
        ("string", Value::String(text)) => Some(text.chars().take(200).collect()),
        ("timestamp", Value::String(text)) => {
            let time = parse_timestamp(text)?;
            Some(time.format("%Y-%m-%dT%H:%M:%S%.6f").to_string())
        }
        _ => None,
    }
}

async fn rows(service: &TestService, sql: &str) -> Vec<Vec<Option<String>>> {
    let sql = format!("SELECT ARRAY(SELECT value FROM json_each_text(to_json(rows))) FROM ({sql}) AS rows");
    let mut conn = service.database.connect().await;
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&mut conn).await.unwrap()
}
