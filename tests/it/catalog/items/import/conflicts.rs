//! Items whose id is taken, and items that the database rejects.

use serde_json::{Value, json};
use sqlx::{Connection, Executor};

use super::{IDS, NDJSON, counts, faults, get, import, ndjson};
use crate::support::{eventually, log::Log, service::TestService};

fn named(id: &str, name: &str) -> Value {
    json!({ "id": id, "name": name })
}

/// Two live items; with the third id, one that is deleted.
async fn three(service: &TestService) {
    for id in IDS {
        let item = json!({ "name": "old", "status": "active", "attributes": { "a": 1 } });
        assert_eq!(service.put(&format!("/v1/items/{id}"), &item).await.status, 201);
    }
    assert_eq!(service.delete(&format!("/v1/items/{}", IDS[2])).await.status, 204);
}

#[tokio::test]
async fn an_item_replaces_the_one_with_its_id_as_a_put_does() {
    let service = TestService::start().await;
    three(&service).await;
    let body = ndjson(&[named(IDS[1], "new"), json!({ "name": "other" }), named(IDS[0], "new")]);
    counts(&import(&service, NDJSON, "", body).await, [3, 1, 2, 0]);
    for id in &IDS[..2] {
        let item = get(&service, id).await;
        assert_eq!(
            (&item["name"], &item["status"], &item["attributes"], &item["version"]),
            (&json!("new"), &json!("draft"), &json!({}), &json!(2))
        );
        assert!(item["updated_at"].as_str() > item["created_at"].as_str());
    }
}

#[tokio::test]
async fn a_deleted_item_is_a_conflict_and_a_collection_is_immutable() {
    let service = TestService::start().await;
    three(&service).await;
    let reply = import(&service, NDJSON, "", ndjson(&[named(IDS[0], "new"), named(IDS[2], "new")])).await;
    reply.is_problem(409, "conflict");
    assert_eq!(reply.body["detail"], "1 item is in conflict; nothing was stored.");
    assert_eq!(faults(&reply), [(2, "#/id", "deleted")]);
    assert_eq!(get(&service, IDS[0]).await["version"], 1);

    let moved = json!({ "id": IDS[0], "name": "new", "collection": "lamps" });
    service.post("/v1/collections", &json!({ "key": "lamps", "title": "x" })).await;
    let body = ndjson(&[named(IDS[2], "new"), moved, named(IDS[1], "new")]);
    let both = import(&service, NDJSON, "", body.clone()).await;
    both.is_problem(422, "validation-error");
    let expected = [(1, "#/id", "deleted"), (2, "#/collection", "immutable")];
    assert_eq!(faults(&both), expected);
    let skipped = import(&service, NDJSON, "?on_error=skip", body).await;
    counts(&skipped, [3, 0, 1, 2]);
    assert_eq!(faults(&skipped), expected);
}

#[tokio::test]
async fn a_line_sees_earlier_ones_as_stored_even_if_nothing_will_be() {
    let service = TestService::start().await;
    for key in ["one", "two"] {
        service.post("/v1/collections", &json!({ "key": key, "title": "x" })).await;
    }
    let within = |key: &str| json!({ "id": IDS[0], "name": "x", "collection": key });
    let (wrong, first, again) = (json!({ "name": "" }), named(IDS[0], "a"), named(IDS[0], "b"));
    for (query, lines, expected) in [
        (
            "on_conflict=error",
            [&wrong, &first, &again],
            &[(1, "#/name", "too_short"), (3, "#/id", "exists")][..],
        ),
        (
            "on_conflict=replace",
            [&wrong, &within("one"), &within("two")],
            &[(1, "#/name", "too_short"), (3, "#/collection", "immutable")],
        ),
        ("on_conflict=ignore", [&first, &within("none"), &wrong], &[(3, "#/name", "too_short")]),
    ] {
        let body = ndjson(&lines.map(Clone::clone));
        let rejected = import(&service, NDJSON, &format!("?{query}"), body.clone()).await;
        rejected.is_problem(422, "validation-error");
        assert_eq!(faults(&rejected), expected, "{query}");
        assert_eq!(service.database.count_items().await, 0);
        let skipped =
            import(&service, NDJSON, &format!("?on_error=skip&validate_only=true&{query}"), body).await;
        assert_eq!(faults(&skipped), expected, "{query}");
    }
}

#[tokio::test]
async fn a_replaced_item_is_validated_by_the_schema_of_its_own_collection() {
    let service = TestService::start().await;
    let lamps = json!({ "key": "lamps", "title": "x", "schema": { "required": ["watts"] } });
    service.post("/v1/collections", &lamps).await;
    let lamp = json!({ "id": IDS[0], "name": "x", "collection": "lamps", "attributes": { "watts": 1 } });
    counts(&import(&service, NDJSON, "", lamp.to_string()).await, [1, 1, 0, 0]);
    // It names no collection, and stays in its own.
    let reply = import(&service, NDJSON, "", named(IDS[0], "x").to_string()).await;
    assert_eq!(faults(&reply), [(1, "#/attributes/watts", "schema.required")]);
    let same = json!({ "id": IDS[0], "name": "y", "attributes": { "watts": 2 } });
    counts(&import(&service, NDJSON, "", same.to_string()).await, [1, 0, 1, 0]);
    assert_eq!(get(&service, IDS[0]).await["collection"], "lamps");
}

#[tokio::test]
async fn taken_ids_are_errors_or_ignored_on_request() {
    let service = TestService::start().await;
    three(&service).await;
    let new = "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2aff";
    let body = ndjson(&[named(IDS[0], "new"), named(new, "new"), named(IDS[2], "new")]);
    let rejected = import(&service, NDJSON, "?on_conflict=error", body.clone()).await;
    rejected.is_problem(409, "conflict");
    assert_eq!(faults(&rejected), [(1, "#/id", "exists"), (3, "#/id", "exists")]);
    let ignored = import(&service, NDJSON, "?on_conflict=ignore", body).await;
    counts(&ignored, [3, 1, 0, 0]);
    assert_eq!(ignored.body["ignored"], 2);
    assert_eq!(get(&service, IDS[0]).await["name"], "old");
}

#[tokio::test]
async fn of_lines_with_the_same_id_the_last_one_wins_unless_the_client_wants_otherwise() {
    let service = TestService::start().await;
    let [a, b, c] = IDS;
    let lines = |id| ndjson(&[named(id, "1"), json!({ "name": "other" }), named(id, "2"), named(id, "3")]);
    counts(&import(&service, NDJSON, "", lines(a)).await, [4, 2, 2, 0]);
    let item = get(&service, a).await;
    assert_eq!((&item["name"], &item["version"]), (&json!("3"), &json!(3)));
    let reply = import(&service, NDJSON, "?on_conflict=error", lines(b)).await;
    reply.is_problem(409, "conflict");
    assert_eq!(faults(&reply)[0], (3, "#/id", "exists"));
    let ignored = import(&service, NDJSON, "?on_conflict=ignore", lines(c)).await;
    assert_eq!((&ignored.body["created"], &ignored.body["ignored"]), (&json!(2), &json!(2)));
    assert_eq!(get(&service, c).await["name"], "1");
}

#[tokio::test]
async fn the_versions_of_a_purged_id_continue() {
    let service = TestService::start().await;
    three(&service).await;
    let purged = service.delete(&format!("/v1/items/{}?purge=true", IDS[2])).await;
    assert_eq!(purged.status, 204);
    counts(&import(&service, NDJSON, "", ndjson(&[named(IDS[2], "new")])).await, [1, 1, 0, 0]);
    // Created, deleted, purged at version 2.
    let item = get(&service, IDS[2]).await;
    assert_eq!((&item["version"], &item["name"]), (&json!(3), &json!("new")));
    assert_eq!(item["created_at"], item["updated_at"]);
}

#[tokio::test]
async fn rows_that_the_database_rejects_are_found() {
    let service = TestService::start().await;
    let rules = "ALTER TABLE items ADD CONSTRAINT own CHECK (name <> 'wrong');
                 CREATE UNIQUE INDEX own_names ON items (name) WHERE name LIKE 'once%'";
    service.database.execute(rules).await;
    let name = |n| match n {
        17 | 230 => "wrong".to_owned(),
        40 | 300 => "once".to_owned(),
        n => format!("n{n}"),
    };
    let lines: Vec<_> = (1..=400).map(|n| json!({ "name": name(n) })).collect();
    let expected = [(17, "#", "invalid"), (230, "#", "invalid"), (300, "#", "conflict")];
    let aborted = import(&service, NDJSON, "", ndjson(&lines)).await;
    aborted.is_problem(422, "validation-error");
    assert_eq!(faults(&aborted), expected);
    assert_eq!(service.database.count_items().await, 0);
    let skipped = import(&service, NDJSON, "?on_error=skip", ndjson(&lines)).await;
    counts(&skipped, [400, 397, 0, 3]);
    assert_eq!(faults(&skipped), expected);
    assert_eq!(service.database.count_items().await, 397);
    service.pool_is_clean().await;
}

#[tokio::test]
async fn a_row_that_is_wrong_after_another_portion_fails_the_import() {
    let service = TestService::start().await;
    service.database.execute("CREATE UNIQUE INDEX own_names ON items (name)").await;
    let name = |n| if n == 700 { "n1".to_owned() } else { format!("n{n}") };
    let lines: Vec<_> = (1..=800).map(|n| json!({ "name": name(n) })).collect();
    import(&service, NDJSON, "", ndjson(&lines)).await.is_problem(409, "conflict");
    assert_eq!(service.database.count_items().await, 0);
    let skipped = import(&service, NDJSON, "?on_error=skip", ndjson(&lines)).await;
    assert_eq!(faults(&skipped), [(700, "#", "conflict")]);
}

#[tokio::test]
async fn an_import_or_a_put_ends_if_rows_are_never_stored() {
    let log = Log::capture();
    let service = TestService::start().await;
    let triggers = "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
                    CREATE TRIGGER nothing BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION nothing();
                    CREATE TRIGGER nothing BEFORE INSERT ON collections FOR EACH ROW EXECUTE FUNCTION nothing()";
    service.database.execute(triggers).await;
    let lamp = json!({ "name": "Lamp" });
    for reply in [
        import(&service, NDJSON, "", ndjson(std::slice::from_ref(&lamp))).await,
        service.put(&format!("/v1/items/{}", IDS[0]), &lamp).await,
        service.put("/v1/collections/lamps", &json!({ "title": "Lamps" })).await,
    ] {
        reply.is_problem(503, "unavailable");
    }
    let causes: Vec<_> = log.lines("request.failed").iter().map(|line| line["cause"].clone()).collect();
    assert_eq!(causes, ["ten runs have stored nothing"; 3]);
    service.pool_is_clean().await;
}

#[tokio::test]
async fn an_id_that_is_taken_meanwhile_is_decided_again() {
    let service = TestService::start().await;
    let mut other = service.database.connect().await;
    other.execute("BEGIN").await.unwrap();
    let insert =
        format!("INSERT INTO items (id, collection, name) VALUES ('{}', 'default', 'other')", IDS[1]);
    other.execute(sqlx::AssertSqlSafe(insert)).await.unwrap();
    let body = ndjson(&[named(IDS[0], "mine"), named(IDS[1], "mine"), named(IDS[2], "mine")]);
    let imported = import(&service, NDJSON, "", body);
    let commit = async {
        let waiting = "SELECT count(*) FROM pg_stat_activity
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        eventually("the import waits", async || service.database.number(waiting).await == 1).await;
        other.execute("COMMIT").await.unwrap();
        other.close().await.unwrap();
    };
    let (reply, ()) = tokio::join!(imported, commit);
    counts(&reply, [3, 2, 1, 0]);
    let item = get(&service, IDS[1]).await;
    assert_eq!((&item["name"], &item["version"]), (&json!("mine"), &json!(2)));
}

#[tokio::test]
async fn the_time_of_a_replaced_item_does_not_go_back() {
    let service = TestService::start().await;
    three(&service).await;
    // As after a change by a server whose clock is ahead.
    service.database.execute("UPDATE items SET updated_at = '2100-01-01Z'").await;
    counts(&import(&service, NDJSON, "", ndjson(&[named(IDS[0], "new")])).await, [1, 0, 1, 0]);
    assert_eq!(get(&service, IDS[0]).await["updated_at"], "2100-01-01T00:00:00.000000Z");
}
