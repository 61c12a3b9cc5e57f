//! What was exported can be imported: same ids, same values.

use std::collections::BTreeMap;

use proptest::{
    arbitrary::any,
    collection::{btree_map, vec},
    prelude::{Just, Strategy},
    prop_oneof,
    sample::select,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::{CSV, NDJSON, counts, import, ndjson};
use crate::support::service::TestService;

/// Texts that are special in CSV, in JSON, to a spreadsheet or to a reader of lines.
fn text() -> impl Strategy<Value = String> {
    const SPECIAL: &[&str] = &[
        "", " ", "\"", "\"\"", ",", ";", "\t", "\r", "\n", "\r\n", "\\", "\\n", "'", "=1+1", "@x", "null",
        "true", "1e2", "{}", "[", "\u{FEFF}", "\u{2028}", "\u{85}", "\u{7f}", "\u{1}", "😀", "e\u{301}",
    ];
    vec(prop_oneof![select(SPECIAL).prop_map(str::to_owned), any::<char>().prop_map(String::from)], 0..6)
        .prop_map(|parts| parts.concat().replace('\0', ""))
}

fn number() -> impl Strategy<Value = Value> {
    const SPECIAL: &[&str] =
        &["0", "-0", "-0.0", "1.50", "1e2", "1e-300", "1e300", "12345678901234567890.123", "0.1", "5e-324"];
    prop_oneof![
        select(SPECIAL).prop_map(|text| serde_json::from_str(text).unwrap()),
        any::<i64>().prop_map(Value::from)
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number(),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![vec(inner.clone(), 0..4).prop_map(Value::from), object(inner).prop_map(Value::from)]
    })
}

fn object(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    let is_reserved = |name: &String| name.starts_with("$serde_json");
    btree_map(text().prop_filter("reserved", move |name| !is_reserved(name)), value, 0..5)
        .prop_map(|members| members.into_iter().collect())
}

fn item() -> impl Strategy<Value = Value> {
    let name = text().prop_map(|text| {
        let name: String = text.chars().filter(|char| !char.is_control()).collect();
        format!("n{name}")
    });
    (name, select(&["draft", "active", "archived"][..]), object(value())).prop_map(
        |(name, status, attributes)| json!({ "name": name, "status": status, "attributes": attributes }),
    )
}

async fn export(service: &TestService, media_type: &'static str) -> String {
    let request = service.request(Method::GET, "/v1/items").header("accept", media_type);
    request.send().await.unwrap().text().await.unwrap()
}

/// The items by their ids, without what an import does not keep.
async fn stored(service: &TestService) -> BTreeMap<String, Value> {
    let lines = export(service, NDJSON).await;
    let items = lines.lines().map(|line| {
        let mut item: Value = serde_json::from_str(line).unwrap();
        for name in ["version", "created_at", "updated_at"] {
            item.as_object_mut().unwrap().remove(name).unwrap();
        }
        (item["id"].as_str().unwrap().to_owned(), item)
    });
    items.collect()
}

#[tokio::test]
async fn what_was_exported_imports_again_with_the_same_ids_and_values() {
    let service = TestService::start().await;
    let lamps = json!({ "key": "lamps", "title": "x", "schema": { "type": "object" } });
    service.post("/v1/collections", &lamps).await;
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut items: Vec<Value> = (0..600).map(|_| item().new_tree(&mut runner).unwrap().current()).collect();
    items.iter_mut().step_by(3).for_each(|item| item["collection"] = "lamps".into());
    counts(&import(&service, NDJSON, "", ndjson(&items)).await, [600, 600, 0, 0]);
    let original = stored(&service).await;
    assert_eq!(original.len(), 600);
    for media_type in [NDJSON, CSV] {
        let file = export(&service, media_type).await;
        counts(&import(&service, media_type, "", file.clone()).await, [600, 0, 600, 0]);
        assert!(stored(&service).await == original, "{media_type}: replaced");
        service.database.execute("DELETE FROM items").await;
        counts(&import(&service, media_type, "", file).await, [600, 600, 0, 0]);
        assert!(stored(&service).await == original, "{media_type}: created");
    }
}
