//! Filters on attributes whose types the schema of the collection says.

use curio::{
    access::Scope,
    postgres::catalog::{models::CollectionContent, operations::collection},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json, value::to_raw_value};

use crate::support::service::{Reply, TestService};

const LAMPS: &str = "/v1/collections/lamps";
const TYPE_ERROR: &str =
    "`attributes` does not compare with `\"60\"` at column 20: expected a number or `null`";

async fn set_schema(service: &TestService, schema: Value) {
    let reply = service.put(LAMPS, &json!({ "title": "Lamps", "schema": schema })).await;
    assert!(reply.status.is_success(), "{reply:?}");
}

fn watts(json_type: &str) -> Value {
    json!({ "properties": { "watts": { "type": json_type } } })
}

/// A service with a lamp of 60 watts, which are a text, and one of 9, which are a number by the
/// schema since.
async fn service() -> TestService {
    let service = TestService::start().await;
    for (json_type, value) in [("string", json!("60")), ("number", json!(9))] {
        set_schema(&service, watts(json_type)).await;
        let lamp =
            json!({ "collection": "lamps", "name": value.to_string(), "attributes": { "watts": value } });
        assert_eq!(service.post("/v1/items", &lamp).await.status, StatusCode::CREATED);
    }
    service
}

/// The list with these parameters, by GET and by QUERY, whose content is at fault.
async fn list(service: &TestService, parameters: &[(&str, &str)]) -> Reply {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    let got = service.get(&format!("/v1/items?{query}")).await;
    let content: Value = parameters.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let queried = service.request(Method::from_bytes(b"QUERY").unwrap(), "/v1/items").json(&content);
    let queried = Reply::of(queried).await;
    if got.status == StatusCode::OK {
        assert_eq!((queried.status, &queried.body), (got.status, &got.body));
    } else {
        let (error, other) =
            (&queried.is_problem(422, "validation-error").body["errors"][0], &got.body["errors"][0]);
        assert_eq!((&error["pointer"], &error["detail"]), (&json!("#/filter"), &other["detail"]));
    }
    got
}

/// The names of the items in the list of lamps that satisfy this.
async fn lamps(service: &TestService, filter: &str) -> Result<Vec<String>, String> {
    let page = list(service, &[("collection", "lamps"), ("filter", filter)]).await;
    if page.status != StatusCode::OK {
        page.is_problem(400, "malformed-request");
        assert_eq!(page.body["errors"][0]["code"], "filter");
        return Err(page.body["errors"][0]["detail"].as_str().unwrap().to_owned());
    }
    let items = page.body["data"].as_array().unwrap().iter();
    Ok(items.map(|item| item["name"].as_str().unwrap().to_owned()).collect())
}

#[tokio::test]
async fn a_comparison_that_the_schema_rules_out_is_a_type_error() {
    let service = service().await;
    assert_eq!(lamps(&service, "attributes.watts = \"60\"").await, Err(TYPE_ERROR.into()));
    let filter = ("filter", "attributes.watts = \"60\"");
    for more in [("sort", "name"), ("q", "lamp"), ("include_deleted", "true")] {
        let reply = list(&service, &[("collection", "lamps"), filter, more]).await;
        assert_eq!(reply.is_problem(400, "malformed-request").body["errors"][0]["detail"], TYPE_ERROR);
    }
    let query = "collection=lamps&filter=attributes.watts+%3D+%2260%22";
    let request = service.request(Method::GET, &format!("/v1/items?{query}"));
    let reply = Reply::of(request.header("accept", "application/x-ndjson")).await;
    assert_eq!(reply.is_problem(400, "malformed-request").body["errors"][0]["detail"], TYPE_ERROR);
    for (filter, found) in [
        ("attributes.watts < 10", vec!["9"]),
        ("attributes.watts != null and attributes.watts in (9, 60)", vec!["9"]),
        ("attributes.size.width = \"10\"", vec![]),
        ("attributes.watts.unit = null", vec!["9", "\"60\""]),
        ("name = \"9\"", vec!["9"]),
    ] {
        assert_eq!(lamps(&service, filter).await.unwrap(), found, "{filter}");
    }
}

#[tokio::test]
async fn an_attribute_that_the_schema_rules_out_compares_with_null_only() {
    let service = TestService::start().await;
    let size = json!({ "type": "object", "properties": { "width": { "type": "number" } } });
    set_schema(&service, json!({ "properties": { "size": size }, "additionalProperties": false })).await;
    for filter in ["attributes.colour = \"red\"", "attributes.size.width.mm > 1", "attributes.colour : 1"] {
        assert!(lamps(&service, filter).await.is_err(), "{filter}");
    }
    for filter in ["attributes.colour = null", "attributes.size.depth = 1", "attributes.size : \"width\""] {
        assert_eq!(lamps(&service, filter).await.unwrap(), [""; 0], "{filter}");
    }
}

#[tokio::test]
async fn values_of_other_types_are_found_without_the_parameter() {
    let service = service().await;
    let filter = r#"collection = "lamps" and attributes.watts = "60""#;
    let page = list(&service, &[("filter", filter)]).await;
    assert_eq!(page.body["data"][0]["name"], "\"60\"");
    let filter = ("filter", "attributes.watts = \"60\"");
    let page = list(&service, &[("collection", "default"), filter]).await;
    assert_eq!((page.status, &page.body["data"]), (StatusCode::OK, &json!([])), "no schema");
    let page = list(&service, &[("collection", "absent"), filter]).await;
    assert_eq!((page.status, &page.body["data"]), (StatusCode::OK, &json!([])), "no collection");
}

/// Changes the schema of the lamps as another process does.
async fn set_schema_elsewhere(service: &TestService, schema: Option<Value>) {
    let schema = schema.map(|schema| to_raw_value(&schema).unwrap());
    let content =
        CollectionContent { title: "Lamps".into(), description: String::new(), schema, indexed: Vec::new() };
    let mut tx = service.pool.begin().await.unwrap();
    collection::update(&mut tx, &Scope::ALL, None, "lamps", &content).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn the_schema_that_counts_is_the_one_that_the_collection_has_now() {
    let service = service().await;
    assert_eq!(lamps(&service, "attributes.watts = \"60\"").await, Err(TYPE_ERROR.into()));
    set_schema_elsewhere(&service, Some(watts("string"))).await;
    assert_eq!(lamps(&service, "attributes.watts = \"60\"").await.unwrap(), ["\"60\""]);
    set_schema_elsewhere(&service, None).await;
    assert_eq!(lamps(&service, "attributes.watts = 9").await.unwrap(), ["9"]);
}
