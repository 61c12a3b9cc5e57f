//! One request, one transaction: what is written is written whole, and logged after the commit.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    log::Log,
    service::{Answer, TestService, options},
};

/// Statements that lose against a concurrent transaction, as often as the sequence has not reached its limit.
const LOSING: &str = "
    CREATE SEQUENCE losses;
    CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('losses') <= LIMIT THEN RAISE EXCEPTION 'lost' USING ERRCODE = 'STATE'; END IF;
        RETURN coalesce(NEW, OLD);
    END $$;
    CREATE TRIGGER lose BEFORE INSERT OR UPDATE OR DELETE ON items FOR EACH ROW EXECUTE FUNCTION lose()";

fn losing(limit: u32, code: &str) -> String {
    LOSING.replace("LIMIT", &limit.to_string()).replace("STATE", code)
}

#[tokio::test]
async fn a_created_item_is_logged_once_with_its_request() {
    let log = Log::capture();
    let service = TestService::start().await;
    let request = service.request(Method::POST, "/v1/items").header("x-request-id", "my-request");
    let item = Answer::of(request.json(&json!({ "name": "Lamp", "status": "active" }))).await.body;
    let lines = log.lines("item.created");
    assert_eq!(lines.len(), 1, "{}", log.text());
    assert_eq!(lines[0]["item.id"], item["id"]);
    assert_eq!(lines[0]["item.status"], "active");
    assert_eq!(lines[0]["span"]["request_id"], "my-request");
}

#[tokio::test]
async fn a_write_that_lost_is_run_again_whole() {
    for code in ["40001", "40P01"] {
        let log = Log::capture();
        let service = TestService::start().await;
        let kept = service.create("Kept").await;
        let path = format!("/v1/items/{}", kept["id"].as_str().unwrap());
        service.database.execute(&losing(2, code)).await;
        let created = service.post("/v1/items", &json!({ "name": "Lamp" })).await;
        assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
        assert_eq!(service.database.count_items().await, 2);
        assert_eq!(log.lines("item.created").len(), 2, "{}", log.text());

        service.database.execute("ALTER SEQUENCE losses RESTART").await;
        let patched = service.patch(&path, &json!({ "name": "Changed" })).await;
        assert_eq!((patched.status, &patched.body["version"]), (StatusCode::OK, &json!(2)));
        service.database.execute("ALTER SEQUENCE losses RESTART").await;
        assert_eq!(service.delete(&path).await.status, StatusCode::NO_CONTENT);

        let metrics = service.get("/metrics").await.text;
        assert!(metrics.contains("curio_transactions_rerun_total 6"), "{metrics}");
        service.pool_is_clean().await;
    }
}

#[tokio::test]
async fn a_write_that_loses_three_times_is_refused_with_503_and_leaves_nothing() {
    let log = Log::capture();
    let service = TestService::start().await;
    service.database.execute(&losing(3, "40001")).await;
    let answer = service.post("/v1/items", &json!({ "name": "Lamp" })).await;
    assert_eq!(answer.is_problem(503, "unavailable").header("retry-after"), Some("1"));
    assert_eq!(service.database.count_items().await, 0);
    assert_eq!(log.lines("item.created"), [] as [Value; 0]);
    assert_eq!(log.lines("request.failed").len(), 1, "the cause is logged once: {}", log.text());
    assert_eq!(service.create("Lamp").await["version"], 1, "the fourth run wins");
    service.pool_is_clean().await;
}

#[tokio::test]
async fn a_failing_commit_leaves_nothing_and_logs_no_item() {
    let log = Log::capture();
    let service = TestService::start().await;
    service
        .database
        .execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'secret words'; END $$;
             CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON items DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW EXECUTE FUNCTION refuse()",
        )
        .await;
    let answer = service.post("/v1/items", &json!({ "name": "Lamp" })).await;
    answer.is_problem(500, "internal-error");
    assert!(!answer.text.contains("secret"), "{answer:?}");
    assert_eq!(service.database.count_items().await, 0);
    assert_eq!(log.lines("item.created"), [] as [Value; 0]);
    let causes = log.lines("request.failed");
    assert!(causes.len() == 1 && causes[0]["cause"].as_str().unwrap().contains("secret words"), "{causes:?}");
    service.pool_is_clean().await;
}

#[tokio::test]
async fn a_broken_table_gives_a_constant_500_on_every_path_and_changes_nothing() {
    let log = Log::capture();
    let service = TestService::start().await;
    let item = service.create("Lamp").await;
    let path = format!("/v1/items/{}", item["id"].as_str().unwrap());
    service.database.execute("ALTER TABLE items RENAME COLUMN version TO gone").await;
    let mut answers = vec![
        service.post("/v1/items", &json!({ "name": "Other" })).await,
        service.put(&path, &json!({ "name": "Other" })).await,
        service.patch(&path, &json!({ "name": "Other" })).await,
        service.get(&path).await,
        service.get("/v1/items").await,
    ];
    service.database.execute("ALTER TABLE items RENAME TO gone").await;
    answers.push(service.delete(&path).await);
    answers.push(service.delete(&format!("{path}?purge=true")).await);
    answers.push(Answer::of(service.request(Method::POST, &format!("{path}/restore"))).await);
    for answer in &mut answers {
        answer.is_problem(500, "internal-error");
        answer.body["instance"].take();
        assert_eq!(
            answer.body,
            json!({
                "type": "/problems/internal-error", "title": "The request failed.", "status": 500,
                "detail": "The cause is in the log of the service.", "instance": null,
            })
        );
    }
    assert_eq!(log.lines("request.failed").len(), answers.len());
    assert_eq!(log.lines("item.created").len(), 1);
    let untouched = "SELECT count(*) FROM gone WHERE name = 'Lamp' AND gone = 1";
    assert_eq!(service.database.number(untouched).await, 1);
    assert_eq!(service.database.number("SELECT count(*) FROM gone").await, 1);
    service.pool_is_clean().await;
}

#[tokio::test]
async fn a_rule_that_only_the_database_knows_is_named_as_if_the_boundary_had_found_it() {
    let service = TestService::start().await;
    service.database.execute("ALTER TABLE items DROP CONSTRAINT items_name_check, ADD CONSTRAINT items_name_check CHECK (name <> 'Lamp')").await;
    let answer = service.post("/v1/items", &json!({ "name": "Lamp" })).await;
    assert_eq!(answer.is_problem(422, "validation-error").faults(), [("#/name".into(), "length".into())]);
    assert!(!answer.text.contains("items_name_check"), "{answer:?}");
}

#[tokio::test]
async fn the_sqlstates_that_the_database_can_answer_with_have_their_statuses() {
    let service = TestService::start().await;
    service
        .database
        .execute(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 EXECUTE format('DO $do$ BEGIN RAISE EXCEPTION %L USING ERRCODE = %L; END $do$', 'secret', NEW.name);
             END $$;
             CREATE TRIGGER fail BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION fail()",
        )
        .await;
    for (code, status, slug) in [
        ("23505", 409, "conflict"),
        ("23503", 409, "conflict"),
        ("55P03", 409, "conflict"),
        ("23502", 422, "validation-error"),
        ("22001", 422, "validation-error"),
        ("22003", 422, "validation-error"),
        ("22021", 422, "validation-error"),
        ("22P02", 422, "validation-error"),
        ("22P05", 422, "validation-error"),
        ("57014", 503, "unavailable"),
        ("25006", 503, "unavailable"),
        ("08006", 503, "unavailable"),
        ("53100", 503, "unavailable"),
        ("53300", 503, "unavailable"),
        ("57P01", 503, "unavailable"),
        ("57P03", 503, "unavailable"),
        ("42P01", 500, "internal-error"),
        ("XX000", 500, "internal-error"),
    ] {
        let answer = service.post("/v1/items", &json!({ "name": code })).await;
        answer.is_problem(status, slug);
        assert_eq!(answer.header("retry-after"), (status == 503).then_some("1"), "{code}");
        assert!(!answer.text.contains("secret"), "{answer:?}");
    }
    service.pool_is_clean().await;
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_answered_with_503_and_rolled_back() {
    let mut options = options();
    options.request_timeout = Duration::from_millis(300);
    let service = TestService::start_with(options).await;
    service
        .database
        .execute(
            "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(1); RETURN NEW; END $$;
             CREATE TRIGGER slow BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION slow()",
        )
        .await;
    let answer = service.post("/v1/items", &json!({ "name": "Lamp" })).await;
    assert_eq!(answer.is_problem(503, "unavailable").header("retry-after"), Some("1"));
    service.pool_is_clean().await;
    assert_eq!(service.database.count_items().await, 0);
}
