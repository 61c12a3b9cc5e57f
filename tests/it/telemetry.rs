//! The log of the process: what is in it, what is not, and a reader that stops reading.

use std::time::Duration;

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::support::{database::TestDatabase, eventually, process::Process};

/// The longest line, and the longest value in it.
const MAX_LINE: usize = 16 * 1024;
const MAX_VALUE: usize = 1024;

async fn status(request: reqwest::RequestBuilder) -> StatusCode {
    request.send().await.unwrap().status()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_client_sent_is_in_the_log() {
    let database = TestDatabase::new().await;
    // PostgreSQL quotes the row in a notice, in the message of an error and in the detail of
    // another; and a statement is slow.
    let quoting = "
        ALTER TABLE items ADD CONSTRAINT items_name_key UNIQUE (name);
        CREATE FUNCTION quote() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE WARNING 'the name is %', NEW.name;
            IF NEW.status = 'active' THEN PERFORM pg_sleep(1.1); END IF;
            IF NEW.status = 'archived' THEN PERFORM NEW.name::date; END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER quote BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION quote()";
    database.execute(quoting).await;
    let mut process = Process::serve(&database.url(), &[("CURIO_LOG", "trace")]).await;
    let create = async |item: &str, expected: StatusCode| {
        let body = json!({ "name": "canary", "status": item, "attributes": { "canary": "canary" } });
        let request = Client::new()
            .post(format!("{}/v1/items?validate_only=false", process.address))
            .header("idempotency-key", format!("canary-{item}"));
        assert_eq!(status(request.json(&body)).await, expected, "{item}");
    };
    create("active", StatusCode::CREATED).await;
    create("draft", StatusCode::CONFLICT).await;
    create("archived", StatusCode::INTERNAL_SERVER_ERROR).await;
    process.signal("TERM");
    process.end().await;
    let log = process.log();
    let failed = log.iter().filter(|line| line["target"].as_str().unwrap().starts_with("curio"));
    let causes: Vec<&Value> = failed.filter_map(|line| line.get("cause")).collect();
    assert_eq!(
        causes,
        [&json!("SQLSTATE 23505 (constraint items_name_key of table items)"), &json!("SQLSTATE 22007")]
    );
    assert!(log.iter().all(|line| !line.to_string().contains("canary")), "{log:#?}");
    let served = log.iter().skip_while(|line| line["message"] != "serve.listening");
    let statements: Vec<_> = served.filter(|line| line["target"] == "sqlx::query").collect();
    assert!(statements.is_empty(), "{statements:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_value_is_cut_and_its_line_stays_json() {
    let database = TestDatabase::new().await;
    let process = Process::serve(&database.url(), &[]).await;
    let path = format!("/{}", "ä".repeat(4000));
    let request = Client::new().get(format!("{}{path}", process.address));
    assert_eq!(status(request).await, StatusCode::NOT_FOUND);
    eventually("the request is logged", async || !process.lines("request").is_empty()).await;
    let line = &process.lines("request")[0];
    assert!(line.to_string().len() < MAX_LINE, "{line}");
    let logged = line["span"]["path"].as_str().unwrap();
    assert!(logged.starts_with("/%C3%A4") && logged.ends_with('…'), "{logged}");
    assert!(logged.len() <= MAX_VALUE + '…'.len_utf8(), "{logged}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_not_read_stops_neither_requests_nor_the_shutdown() {
    let database = TestDatabase::new().await;
    // A verbose log fills sooner.
    let mut process = Process::serve(&database.url(), &[("CURIO_LOG", "trace")]).await;
    let client = Client::builder().timeout(Duration::from_secs(5)).build().unwrap();
    let long = format!("{}/{}", process.address, "x".repeat(MAX_VALUE));
    let metrics = format!("{}/metrics", process.address);
    let fill = async || {
        let requests = (0..50).map(|_| status(client.get(&long)));
        let statuses = futures_util::future::join_all(requests).await;
        assert!(statuses.iter().all(|status| *status == StatusCode::NOT_FOUND));
    };
    process.read_log(false);
    eventually("lines are lost", async || {
        fill().await;
        let text = client.get(&metrics).send().await.unwrap().text().await.unwrap();
        let mut lost = text.lines().filter_map(|line| line.strip_prefix("curio_log_lines_lost_total "));
        lost.next().unwrap() != "0"
    })
    .await;
    process.read_log(true);
    eventually("the gap is logged", async || !process.lines("log.lines_lost").is_empty()).await;
    assert!(process.lines("log.lines_lost")[0]["lines"].as_u64().unwrap() > 0);

    process.read_log(false);
    // More than a pipe takes.
    for _ in 0..4 {
        fill().await;
    }
    process.signal("TERM");
    assert_eq!(process.end().await.code(), Some(0));
}
