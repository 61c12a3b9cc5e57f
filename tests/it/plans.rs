//! How PostgreSQL carries out the statements of requests.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::{
    DatabaseOptions,
    database::TestDatabase,
    eventually,
    service::{Reply, TestService, options, path},
};

/// PostgreSQL may plan a prepared statement once, for a table that is empty then.
#[tokio::test]
async fn no_request_reads_a_table_from_its_beginning() {
    let database = TestDatabase::new().await;
    let pool = DatabaseOptions { max_connections: 1, ..database.options() };
    let service = TestService::on(database, pool, options());
    let item = service.create("Lamp").await;
    for n in 0..10 {
        for list in ["/v1/items", "/v1/items?collection=default", "/v1/items?q=lamp", "/v1/collections"] {
            assert_eq!(service.get(list).await.status, StatusCode::OK);
        }
        assert_eq!(service.get(&path(&item)).await.status, StatusCode::OK);
        let name = json!({ "name": n.to_string() });
        assert_eq!(service.patch(&path(&item), &name).await.status, StatusCode::OK);
        assert_eq!(service.put(&path(&item), &name).await.status, StatusCode::OK);
        let operations =
            json!([{ "op": "create", "item": name }, { "op": "update", "id": item["id"], "patch": name }]);
        let batch = service.post("/v1/items/batch", &json!({ "operations": operations })).await;
        assert_eq!(batch.status, StatusCode::OK);
        let import = service.request(Method::POST, "/v1/items/import");
        let import = import.header("content-type", "application/x-ndjson");
        let line = json!({ "id": item["id"], "name": "Lamp" }).to_string();
        assert_eq!(Reply::of(import.body(line)).await.status, StatusCode::OK);
        let key = n.to_string();
        let other = service.send(Method::POST, "/v1/items", &[("idempotency-key", &key)], Some(&name)).await;
        let other = path(&other.body);
        assert_eq!(service.delete(&other).await.status, StatusCode::NO_CONTENT);
        assert_eq!(service.delete(&format!("{other}?purge=true")).await.status, StatusCode::NO_CONTENT);
    }
    // Processes tell what they have read when they end.
    service.database.terminate_connections().await;
    let running = "SELECT count(*) FROM pg_stat_activity
                   WHERE datname = current_database() AND application_name = 'curio'";
    eventually("they have ended", async || service.database.number(running).await == 0).await;
    let read: Vec<String> =
        sqlx::query_scalar("SELECT relname::text FROM pg_stat_user_tables WHERE seq_scan > 0")
            .fetch_all(&mut service.database.connect().await)
            .await
            .unwrap();
    assert_eq!(read, [""; 0]);
}
