//! Writes that are only tried, and answers without a body.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    log::Log,
    service::{TestService, path},
};

/// An answer's body without what differs from one write to the next.
fn comparable(mut body: Value) -> Value {
    for result in body["results"].as_array_mut().into_iter().flatten() {
        *result = comparable(result.take());
    }
    if body.get("item").is_some_and(Value::is_object) {
        body["item"] = comparable(body["item"].take());
    }
    for name in ["id", "created_at", "updated_at"] {
        if body.get(name).is_some() {
            body[name] = "…".into();
        }
    }
    body
}

#[tokio::test]
async fn a_rehearsed_write_answers_as_the_real_one_and_leaves_nothing() {
    let log = Log::capture();
    let service = TestService::start().await;
    let (item, gone) = (service.create("Lamp").await, service.create("Gone").await);
    let (live, gone) = (path(&item), path(&gone));
    service.delete(&gone).await;
    let restore = format!("{gone}/restore");
    let new = "/v1/items/0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55";
    let body = json!({ "name": "Other" });
    let batch = json!({ "operations": [
        { "op": "create", "item": { "name": "x" } },
        { "op": "update", "id": item["id"], "patch": { "status": "active" } },
    ] });
    let delete_batch = json!({ "operations": [{ "op": "delete", "id": item["id"] }] });
    let rows = "SELECT sum(hashtext(items::text)) FROM items";
    for (method, address, body) in [
        (Method::POST, "/v1/items", Some(&body)),
        (Method::POST, "/v1/items/batch", Some(&batch)),
        (Method::PUT, new, Some(&body)),
        (Method::PUT, &live, Some(&body)),
        (Method::PATCH, &live, Some(&body)),
        (Method::POST, &restore, None),
        (Method::POST, "/v1/items/batch", Some(&delete_batch)),
        (Method::DELETE, &gone, None),
        (Method::DELETE, &format!("{gone}?purge=true"), None),
    ] {
        let key = format!("{method}{address}{}", body.is_some()).replace(' ', "");
        let fields = [("idempotency-key", &*key)];
        let (before, logged) = (service.database.number(rows).await, log.lines("item.created").len());
        let mark = if address.contains('?') { '&' } else { '?' };
        let tried =
            service.send(method.clone(), &format!("{address}{mark}validate_only=true"), &fields, body).await;
        assert!(tried.status.is_success(), "{tried:?}");
        assert_eq!(service.database.number(rows).await, before, "{method} {address}");
        assert_eq!(log.lines("item.created").len(), logged);
        let real = service.send(method.clone(), address, &[], body).await;
        assert_eq!(tried.status, real.status, "{method} {address}");
        assert_eq!(comparable(tried.body), comparable(real.body), "{method} {address}");
        for name in ["etag", "content-type", "preference-applied"] {
            assert_eq!(tried.headers.get(name), real.headers.get(name), "{name} of {method} {address}");
        }
        assert_eq!(tried.headers.contains_key("location"), real.headers.contains_key("location"));
    }
    assert_eq!(service.database.number("SELECT count(*) FROM idempotency_keys").await, 0);
    service.pool_is_clean().await;
}

#[tokio::test]
async fn a_rehearsed_write_is_refused_as_the_real_one() {
    let service = TestService::start().await;
    let item = path(&service.create("Lamp").await);
    let tried = format!("{item}?validate_only=true");
    service.put(&tried, &json!({ "name": "" })).await.is_problem(422, "validation-error");
    let stale = service.send(Method::PATCH, &tried, &[("if-match", "\"9\"")], Some(&json!({}))).await;
    stale.is_problem(412, "precondition-failed");
    let absent = "/v1/items/0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55?validate_only=true";
    service.delete(absent).await.is_problem(404, "not-found");
    let odd = service.put(&format!("{item}?validate_only=yes"), &json!({ "name": "x" })).await;
    assert_eq!(
        odd.is_problem(400, "malformed-request").faults(),
        [("validate_only".into(), "boolean".into())]
    );
    // What the database would find only at the commit is found as well.
    service
        .database
        .execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no' USING ERRCODE = '23505'; END $$;
             CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON items DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW EXECUTE FUNCTION refuse()",
        )
        .await;
    service.patch(&tried, &json!({})).await.is_problem(409, "conflict");
    service.pool_is_clean().await;
}

#[tokio::test]
async fn an_answer_without_a_body_keeps_its_fields() {
    let service = TestService::start().await;
    let minimal = ("prefer", "return=minimal");
    let body = json!({ "name": "Lamp" });
    let created = service.send(Method::POST, "/v1/items", &[minimal], Some(&body)).await;
    assert_eq!((created.status, &*created.text), (StatusCode::CREATED, ""));
    assert_eq!((created.header("etag"), created.header("content-type")), (Some("\"1\""), None));
    assert_eq!(created.header("preference-applied"), Some("return=minimal"));
    let item = created.header("location").unwrap();
    assert_eq!(service.get(item).await.body["name"], "Lamp");
    for (method, etag) in [(Method::PATCH, Some("\"2\"")), (Method::PUT, None)] {
        let answer = service.send(method, item, &[minimal], Some(&body)).await;
        assert_eq!((answer.status, &*answer.text), (StatusCode::NO_CONTENT, ""));
        assert_eq!(
            (answer.header("etag"), answer.header("preference-applied")),
            (etag, Some("return=minimal"))
        );
    }
    service.delete(item).await;
    let restored = service.send(Method::POST, &format!("{item}/restore"), &[minimal], None).await;
    assert_eq!((restored.status, restored.header("etag")), (StatusCode::NO_CONTENT, Some("\"5\"")));
    let batch = json!({ "operations": [{ "op": "create", "item": body }] });
    let batch = service.send(Method::POST, "/v1/items/batch", &[minimal], Some(&batch)).await;
    assert_eq!((batch.status, &*batch.text), (StatusCode::NO_CONTENT, ""));
    for answer in [&created, &restored, &batch, &service.post("/v1/items", &body).await] {
        let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
        assert!(vary.iter().any(|value| *value == "prefer"), "{vary:?}");
    }
    let whole =
        service.send(Method::POST, "/v1/items", &[("prefer", "return=representation")], Some(&body)).await;
    assert_eq!((&whole.body["name"], whole.header("preference-applied")), (&json!("Lamp"), None));
    service
        .send(Method::POST, "/v1/items", &[minimal], Some(&json!({})))
        .await
        .is_problem(422, "validation-error");
}
