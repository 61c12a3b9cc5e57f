//! Items by the words that they contain.

mod cost;
mod expectations;
mod pages;

use curio::postgres::catalog::models::{SEPARATORS, words};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::service::{Reply, TestService, path};

/// The URL of a search.
fn search(q: &str, rest: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", q).finish();
    format!("/v1/items?{query}{rest}")
}

/// The names of the items of a page.
fn found(page: &Reply) -> Vec<&str> {
    assert_eq!(page.status, 200, "{page:?}");
    page.body["data"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

async fn create(service: &TestService, name: &str, attributes: Value) -> Value {
    let reply = service.post("/v1/items", &json!({ "name": name, "attributes": attributes })).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.body
}

fn sample<S: Strategy>(runner: &mut TestRunner, strategy: &S) -> S::Value {
    strategy.new_tree(runner).unwrap().current()
}

#[tokio::test]
async fn the_last_sigma_of_a_word_is_a_sigma() {
    let service = TestService::start().await;
    for name in ["\u{39f}\u{394}\u{39f}\u{3a3}", "\u{3bf}\u{3b4}\u{3bf}\u{3c2}"] {
        create(&service, name, json!({})).await;
    }
    let endings = ['\u{3c2}', '\u{3c3}', '\u{3a3}'];
    for q in endings.map(|sigma| format!("\u{3bf}\u{3b4}\u{39f}{sigma}")) {
        for q in [q.clone(), format!("\"{q}\"")] {
            assert_eq!(found(&service.get(&search(&q, "")).await).len(), 2, "{q}");
        }
        assert_eq!(found(&service.get(&search(&format!("\u{3bf} -{q}"), "")).await).len(), 0, "{q}");
    }
}

#[tokio::test]
async fn nothing_to_find_or_too_much_is_rejected() {
    let service = TestService::start().await;
    let words = |count| vec!["a"; count].join(" ");
    for q in [
        "",
        " ",
        "-",
        "\"",
        "\"\"",
        "-lamp",
        "-\"desk lamp\" -sofa",
        "!&|():*",
        "- -",
        "\u{1f600}",
        "½",
        "² -x ㊀",
        &words(17),
        &"a".repeat(257),
    ] {
        let reply = service.get(&search(q, "")).await;
        let faults = reply.is_problem(400, "malformed-request").faults();
        assert_eq!(faults, [("q".to_owned(), "search".to_owned())], "{q}");
        let detail = reply.body["errors"][0]["detail"].as_str().unwrap();
        assert!(detail.contains("256 characters and 16 words"), "{detail}");
    }
    for q in [&words(16), &"a".repeat(256), "-a b", "\"a", "a\"", "--a b", "-\"a\"b", "a -", "\u{1f600} a"] {
        found(&service.get(&search(q, "")).await);
    }
    assert_eq!(service.get("/v1/items?q=a&q=b").await.status, 400);
}

#[tokio::test]
async fn letters_and_decimal_digits_of_all_scripts_are_found() {
    let service = TestService::start().await;
    for word in ["é", "ж", "中", "٣", "९", "Ⅷ", "Ⓐ", "7"] {
        create(&service, word, json!({})).await;
        assert_eq!(found(&service.get(&search(word, "")).await), [word]);
    }
    create(&service, "a½b", json!({})).await;
    for q in ["a½b", "\"a b\"", "½a"] {
        assert_eq!(found(&service.get(&search(q, "")).await), ["a½b"], "{q}");
    }
}

#[tokio::test]
async fn invisible_characters_of_a_search_hide_no_item() {
    let service = TestService::start().await;
    create(&service, "Brass lantern", json!({})).await;
    for q in [
        "brass\u{200b}",
        "\u{200e}brass",
        "\u{ad}brass\u{200e}lantern",
        "\"brass\u{2060} lantern\u{feff}\"",
        "lan -sofa\u{200b}",
        "lan\u{ad}tern",
    ] {
        assert_eq!(found(&service.get(&search(q, "")).await), ["Brass lantern"], "{q:?}");
    }
    assert_eq!(found(&service.get(&search("lantern -brass\u{200b}", "")).await), [""; 0]);
    create(&service, "S\u{ad}ofa\u{200d} \u{200e}bed", json!({})).await;
    for q in ["s\u{ad}ofa\u{200d} \u{200e}bed", "s\u{ad}ofa"] {
        assert_eq!(found(&service.get(&search(q, "")).await), ["S\u{ad}ofa\u{200d} \u{200e}bed"], "{q:?}");
    }
}

#[tokio::test]
async fn a_phrase_is_in_the_name_or_in_one_text() {
    let service = TestService::start().await;
    create(&service, "Red wall", json!({ "a": "lamp of brass", "b": ["two", "three"] })).await;
    for q in
        ["\"red wall\"", "red-wall", "\"lamp of brass\"", "lamp-of", "wall lamp", "three two red", "re-wa"]
    {
        let expected: &[&str] = if q == "re-wa" { &[] } else { &["Red wall"] };
        for rest in ["", "&sort=name"] {
            assert_eq!(found(&service.get(&search(q, rest)).await), expected, "{q}{rest}");
        }
    }
    assert_eq!(found(&service.get(&search("red-wa", "")).await), ["Red wall"], "the beginning of a word");
    for across in
        ["\"wall lamp\"", "\"red wall lamp\"", "wall-lamp", "\"brass two\"", "\"two three\"", "two-three"]
    {
        for rest in ["", "&sort=name"] {
            assert_eq!(found(&service.get(&search(across, rest)).await), [""; 0], "{across}{rest}");
        }
        let without = format!("lamp -{across}");
        assert_eq!(found(&service.get(&search(&without, "")).await), ["Red wall"], "{without}");
    }
}

#[tokio::test]
async fn any_text_is_found_or_rejected() {
    let service = TestService::start().await;
    create(&service, "Desk lamp", json!({ "color": "red" })).await;
    let mut runner = TestRunner::deterministic();
    let texts = "(\\PC{0,40}|[-\"a-z0-9 '&|!()<>:*\\\\@.,/~+_%$#]{0,60}|(-?\"?[a-z'\\\\:*]{1,5}\"? ?){1,12})";
    let texts = proptest::string::string_regex(texts).unwrap();
    let special = [
        "a:*",
        "a' | 'b",
        "\\",
        "'",
        "\u{bd}",
        "\u{bd} -lamp",
        "a\\:B & c",
        "x'x",
        "\u{202e}a",
        "\u{3a3}\u{3c2}",
        "a\u{a0}b",
        "1e5",
        "-1",
        "+5",
        "a<->b",
        "\u{fb01}",
        "\u{130}",
    ];
    let sampled: Vec<String> = (0..200).map(|_| sample(&mut runner, &texts)).collect();
    for q in special.into_iter().chain(sampled.iter().map(String::as_str)) {
        for rest in ["", "&sort=name"] {
            let reply = service.get(&search(q, rest)).await;
            assert!(matches!(reply.status.as_u16(), 200 | 400), "{q:?}{rest}: {reply:?}");
        }
    }
}

#[tokio::test]
async fn every_word_of_a_name_and_of_the_texts_in_attributes_finds_the_item() {
    let service = TestService::start().await;
    let mut runner = TestRunner::deterministic();
    let separator = "[ -/:-@\\[-`{-~\u{2013}\u{201c}\u{d7}]";
    let texts = format!("([a-zA-Z0-9\u{e4}\u{d6}\u{e9}\u{430}\u{3b1}]{{1,8}}{separator}{{1,2}}){{1,6}}x");
    let texts = proptest::string::string_regex(&texts).unwrap();
    for _ in 0..60 {
        let (name, text) = (sample(&mut runner, &texts), sample(&mut runner, &texts));
        let item = create(&service, &name, json!({ "a": [{ "b": text, "number": -1.5e-3 }, null] })).await;
        for word in words(&name).chain(words(&text)) {
            // Others may have it, too.
            let url =
                search(&word, &format!("&created_after={}&limit=200", item["created_at"].as_str().unwrap()));
            let page = service.get(&url).await;
            assert!(found(&page).contains(&name.trim()), "{word:?} of {name:?} with {text:?}");
        }
        for text in [&name, &text] {
            let all = words(text).collect::<Vec<_>>().join(" ");
            for q in [&all, &format!("\"{all}\""), &text.replace('"', " ")] {
                let page = service.get(&search(q, "&limit=200")).await;
                assert!(found(&page).contains(&name.trim()), "{q:?} of {name:?} with {text:?}");
            }
        }
        assert_eq!(service.delete(&format!("{}?purge=true", path(&item))).await.status, 204);
    }
    let replaced = SEPARATORS.map(|c| format!("%''{c}''::text, '' ''::text)")).concat();
    let expression = "SELECT count(*) FROM pg_attrdef WHERE pg_get_expr(adbin, adrelid) LIKE";
    let sql = format!("{expression} '{replaced}{replaced}%'");
    assert_eq!(service.database.number(&sql).await, 1, "the column is separated as queries are");
}

#[tokio::test]
async fn long_words_and_large_attributes_are_stored_and_found() {
    let service = TestService::start().await;
    let words: Vec<_> = (0..8_000).map(|n| format!("w{n:05}")).collect();
    for (name, text) in
        [("long", "x".repeat(60_000)), ("many", words.join(" ")), ("repeated", "lamp ".repeat(13_000))]
    {
        create(&service, name, json!({ "text": text })).await;
    }
    for (q, expected) in
        [("w00000", "many"), ("w07999", "many"), ("repeated lamp", "repeated"), ("long", "long")]
    {
        assert_eq!(found(&service.get(&search(q, "")).await), [expected], "{q}");
    }
}

#[tokio::test]
async fn a_search_obeys_every_other_parameter_and_follows_every_write() {
    let service = TestService::start().await;
    assert_eq!(
        service.post("/v1/collections", &json!({ "key": "lamps", "title": "Lamps" })).await.status,
        201
    );
    let in_lamps =
        json!({ "name": "lamp a", "collection": "lamps", "status": "active", "attributes": { "price": 5 } });
    service.post("/v1/items", &in_lamps).await;
    let b = create(&service, "lamp b", json!({ "price": 9 })).await;
    let deleted = create(&service, "lamp c", json!({})).await;
    service.delete(&path(&deleted)).await;
    for (rest, expected) in [
        ("", "lamp b, lamp a"),
        ("&sort=name", "lamp a, lamp b"),
        ("&sort=created_at&include_deleted=true", "lamp a, lamp b, lamp c"),
        ("&include_deleted=true", "lamp c, lamp b, lamp a"),
        ("&collection=lamps", "lamp a"),
        ("&collection=none", ""),
        ("&status=draft", "lamp b"),
        ("&name_prefix=lamp%20a", "lamp a"),
        ("&filter=attributes.price%3E6", "lamp b"),
        ("&filter=attributes.price%3D5&sort=-name", "lamp a"),
        ("&created_before=2020-01-01T00:00:00Z", ""),
    ] {
        for q in ["lamp", "lmap"] {
            let page = service.get(&search(q, rest)).await;
            // An order that the client chose is one of exact words.
            let expected = if q == "lmap" && rest.contains("sort") { "" } else { expected };
            assert_eq!(found(&page).join(", "), expected, "{q}{rest}");
        }
    }
    let text = |reply: Reply| reply.body["name"].to_string();
    let patch =
        service.patch(&path(&b), &json!({ "name": "sofa b", "attributes": { "color": "crimson" } })).await;
    assert_eq!(text(patch), "\"sofa b\"");
    assert_eq!(found(&service.get(&search("lamp", "")).await), ["lamp a"]);
    assert_eq!(found(&service.get(&search("crims sofa", "")).await), ["sofa b"]);
    service.send(Method::POST, &format!("{}/restore", path(&deleted)), &[], None).await;
    assert_eq!(found(&service.get(&search("lamp", "")).await), ["lamp c", "lamp a"]);
    service.delete(&format!("{}?purge=true", path(&deleted))).await;
    assert_eq!(found(&service.get(&search("lamp", "&include_deleted=true")).await), ["lamp a"]);
}

#[tokio::test]
async fn an_export_and_a_count_have_what_the_search_has() {
    let service = TestService::start().await;
    for name in ["lamp a", "lamp b", "sofa"] {
        create(&service, name, json!({})).await;
    }
    let request = service.request(Method::GET, &search("lam", "")).header("accept", "application/x-ndjson");
    assert_eq!(request.send().await.unwrap().text().await.unwrap().lines().count(), 2);
    for (q, expected) in [("lam", 2), ("lam -b", 1), ("limp", 2), ("none", 0)] {
        let page =
            service.send(Method::GET, &search(q, "&limit=1"), &[("prefer", "count=exact")], None).await;
        let total = (page.body["total_count"].as_i64(), page.body["total_count_exact"].as_bool());
        assert_eq!(total, (Some(expected), Some(true)), "{q}");
    }
}
