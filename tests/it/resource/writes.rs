//! One request, one transaction: a write happens whole or not at all, and is logged after the
//! commit.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{RESOURCES, dry_runs::writes, resources_with};
use crate::support::{
    log::Log,
    resource::{
        Api, Deleted,
        Feature::{Replace, Restore, Secret, Update},
    },
};

/// Lets this many writes fail with a SQLSTATE, as if they had lost against a concurrent
/// transaction.
async fn lose(api: &Api, times: u32, code: &str) {
    let body = format!(
        "IF nextval('losses') <= {times} THEN RAISE EXCEPTION 'lost' USING ERRCODE = '{code}'; END IF;
         RETURN coalesce(NEW, OLD);"
    );
    api.database.execute("CREATE SEQUENCE losses").await;
    api.on("BEFORE INSERT OR UPDATE OR DELETE", &body).await;
}

#[tokio::test]
async fn a_created_entity_is_logged_once_with_its_request() {
    for resource in RESOURCES {
        let log = Log::capture();
        let api = Api::start(resource).await;
        let id = ("x-request-id", "my-request");
        let created = api.send(Method::POST, resource.path, &[id], Some(&resource.full())).await.body;
        let lines = log.lines(&api.created());
        assert_eq!(lines.len(), 1, "{}", log.text());
        assert_eq!(lines[0][format!("{}.{}", resource.name, resource.member())], created[resource.member()]);
        for field in resource.logged {
            assert_eq!(lines[0][format!("{}.{field}", resource.name)], created[*field], "{field}");
        }
        assert_eq!(lines[0]["span"]["request_id"], "my-request");
    }
}

#[tokio::test]
async fn a_write_that_lost_a_conflict_is_retried_whole() {
    for resource in resources_with(&[Update]) {
        for code in ["40001", "40P01"] {
            let log = Log::capture();
            let api = Api::start(resource).await;
            let path = api.create_path("Old").await;
            lose(&api, 2, code).await;
            let created = api.post(resource.path, &resource.labelled("Lamp")).await;
            assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
            assert_eq!(api.count().await, 2);
            assert_eq!(log.lines(&api.created()).len(), 2, "{}", log.text());

            api.database.execute("ALTER SEQUENCE losses RESTART").await;
            let patched = api.patch(&path, &resource.labelled("Changed")).await;
            assert_eq!((patched.status, &patched.body["version"]), (StatusCode::OK, &json!(2)));
            api.database.execute("ALTER SEQUENCE losses RESTART").await;
            assert_eq!(api.delete(&path).await.status, StatusCode::NO_CONTENT);

            let metrics = api.get("/metrics").await.text;
            assert!(metrics.contains("curio_transactions_rerun_total 6"), "{metrics}");
            api.pool_is_clean().await;
        }
    }
}

#[tokio::test]
async fn a_write_that_loses_three_times_is_rejected_with_503_and_leaves_nothing() {
    for resource in RESOURCES {
        let log = Log::capture();
        let api = Api::start(resource).await;
        lose(&api, 3, "40001").await;
        let reply = api.post(resource.path, &resource.labelled("Lamp")).await;
        assert_eq!(reply.is_problem(503, "unavailable").header("retry-after"), Some("1"));
        assert_eq!(api.count().await, 0);
        assert_eq!(log.lines(&api.created()), [] as [Value; 0]);
        assert_eq!(log.lines("request.failed").len(), 1, "the cause is logged once: {}", log.text());
        assert_eq!(api.create("Lamp").await["version"], 1, "the fourth attempt succeeds");
        api.pool_is_clean().await;
    }
}

#[tokio::test]
async fn a_failing_commit_leaves_nothing_and_logs_no_entity() {
    for resource in RESOURCES {
        let log = Log::capture();
        let api = Api::start(resource).await;
        api.on_commit_after("INSERT", "RAISE EXCEPTION 'secret words';").await;
        let reply = api.post(resource.path, &resource.labelled("Lamp")).await;
        reply.is_problem(500, "internal-error");
        assert!(!reply.text.contains("secret"), "{reply:?}");
        assert_eq!(api.count().await, 0);
        assert_eq!(log.lines(&api.created()), [] as [Value; 0]);
        let causes = log.lines("request.failed");
        assert!(
            causes.len() == 1 && causes[0]["cause"].as_str().unwrap().contains("secret words"),
            "{causes:?}"
        );
        api.pool_is_clean().await;
    }
}

#[tokio::test]
async fn a_broken_table_gives_a_constant_500_from_every_operation_and_changes_nothing() {
    for resource in RESOURCES {
        let log = Log::capture();
        let api = Api::start(resource).await;
        let path = api.create_path("Lamp").await;
        let table = resource.table;
        let other = resource.labelled("Other");
        api.database.execute(&format!("ALTER TABLE {table} RENAME COLUMN version TO gone")).await;
        let mut replies = vec![api.post(resource.path, &other).await, api.get(&path).await, api.list().await];
        if resource.has(Replace) {
            replies.push(api.put(&path, &other).await);
        }
        if resource.has(Update) {
            replies.push(api.patch(&path, &other).await);
        }
        api.database.execute(&format!("ALTER TABLE {table} RENAME TO gone")).await;
        replies.push(api.delete(&path).await);
        if resource.has(Restore) {
            replies.push(api.delete(&format!("{path}?purge=true")).await);
            replies.push(api.restore(&path, &[]).await);
        }
        for reply in &mut replies {
            reply.is_problem(500, "internal-error");
            reply.body["instance"].take();
            assert_eq!(
                reply.body,
                json!({
                    "type": "/problems/internal-error", "title": "The request failed.", "status": 500,
                    "detail": "The cause is in the log of the service.", "instance": null,
                })
            );
        }
        assert_eq!(log.lines("request.failed").len(), replies.len());
        assert_eq!(log.lines(&api.created()).len(), 1);
        let untouched = format!("SELECT count(*) FROM gone WHERE {} = 'Lamp' AND gone = 1", resource.label());
        assert_eq!(api.database.number(&untouched).await, 1);
        assert_eq!(api.database.number("SELECT count(*) FROM gone").await, 1);
        api.pool_is_clean().await;
    }
}

#[tokio::test]
async fn times_do_not_go_back_if_the_clock_does() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        let (entity, gone) = (api.create("Lamp").await, api.create_path("Gone").await);
        api.delete(&gone).await;
        // As after changes by a server whose clock is ahead.
        let (table, far) = (resource.table, "'2100-01-01'");
        let mut ahead = vec![format!("UPDATE {table} SET updated_at = {far}")];
        let mut deleted = "NULL";
        if let Some(Deleted { member, .. }) = resource.deleted {
            ahead.push(format!("UPDATE {table} SET {member} = {far} WHERE {member} IS NOT NULL"));
            deleted = member;
        }
        let back = format!(
            "SELECT count(*) FROM {table} WHERE version > 1 AND least(updated_at, {deleted}) < {far}"
        );
        let rotate = format!("{}/rotate", resource.path_of(&entity));
        let rotation = (resource.has(Secret), Method::POST, rotate, Some(json!({ "grace_seconds": 0 })));
        let rotation = [rotation].into_iter().filter(|(exists, ..)| *exists);
        for (_, method, path, body) in rotation.chain(writes(resource, &entity, &gone)) {
            api.database.execute(&ahead.join(";")).await;
            let reply = api.send(method.clone(), &path, &[], body.as_ref()).await;
            assert!(reply.status.is_success(), "{method} {path}: {reply:?}");
            assert_eq!(api.database.number(&back).await, 0, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_write_whose_response_no_client_takes_is_rejected_before_it_is_done() {
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        let (entity, gone) = (api.create("Lamp").await, api.create_path("Gone").await);
        api.delete(&gone).await;
        let rows = format!("SELECT sum(hashtext({0}::text)) FROM {0}", resource.table);
        let before = api.database.number(&rows).await;
        // A DELETE has no content to encode.
        for (_, method, path, body) in
            writes(resource, &entity, &gone).filter(|(_, method, ..)| *method != Method::DELETE)
        {
            for codings in ["identity;q=0", "*;q=0", "gzip;q=0, identity;q=0, br;q=0.0"] {
                let fields = [("accept-encoding", codings), ("idempotency-key", "k")];
                let reply = api.send(method.clone(), &path, &fields, body.as_ref()).await;
                reply.is_problem(406, "not-acceptable");
            }
        }
        assert_eq!(api.database.number(&rows).await, before);
        assert_eq!(api.database.number("SELECT count(*) FROM idempotency_keys").await, 0);
    }
}
