//! Imports of CSV.

use serde_json::{Value, json};

use super::{CSV, IDS, counts, faults, get, import};
use crate::support::service::TestService;

#[tokio::test]
async fn rows_become_items() {
    let service = TestService::start().await;
    let [first, second, third] = IDS;
    let body = format!(
        "\u{FEFF}id,name,status,attributes,version\r\n\
         {first},\"Desk, lamp\",active,\"{{\"\"a\"\": \"\"x,\n\"\"\"\"\"\"}}\",7\r\n"
    );
    // A line feed inside of a string is no JSON.
    let broken = import(&service, CSV, "", body.clone()).await;
    assert_eq!(faults(&broken), [(2, "#/attributes", "json_syntax")]);
    let body = body.replace(",\n\"\"\"\"", ",\\n\\\"\"");
    let rest = format!("\r\n{second},plain,,,\n\n{third},\"end\",draft,{{}},");
    counts(&import(&service, CSV, "", body + &rest).await, [3, 3, 0, 0]);
    let item = get(&service, first).await;
    assert_eq!(
        (&item["name"], &item["status"], &item["attributes"], &item["version"]),
        (&json!("Desk, lamp"), &json!("active"), &json!({ "a": "x,\n\"" }), &json!(1))
    );
    let item = get(&service, second).await;
    assert_eq!((&item["status"], &item["attributes"]), (&json!("draft"), &json!({})));
    assert_eq!(get(&service, third).await["name"], "end");
}

#[tokio::test]
async fn attributes_may_have_columns_of_their_own() {
    let service = TestService::start().await;
    let body = format!(
        "id,name,attributes.size.width,attributes.size.unit,\"attributes.\"\"strange key\"\"\",attributes.tags\n\
         {},x,12.50,cm,true,\"[\"\"a\"\", 1]\"\n{},y,,,007,\n",
        IDS[0], IDS[1]
    );
    counts(&import(&service, CSV, "", body).await, [2, 2, 0, 0]);
    assert_eq!(
        get(&service, IDS[0]).await["attributes"].to_string(),
        r#"{"size":{"unit":"cm","width":12.50},"tags":["a",1],"strange key":true}"#
    );
    assert_eq!(get(&service, IDS[1]).await["attributes"], json!({ "strange key": "007" }));
    let deepest = format!("name,attributes.{}\nx,1\n", ["a"; 32].join("."));
    counts(&import(&service, CSV, "", deepest).await, [1, 1, 0, 0]);
}

#[tokio::test]
async fn wrong_columns_are_faults_of_the_first_line_and_nothing_is_read() {
    let service = TestService::start().await;
    for (header, code) in [
        ("name,colour", "unknown_column"),
        ("name,name", "repeated_column"),
        ("name,attributes,attributes.a", "repeated_column"),
        ("name,Name", "unknown_column"),
        ("name,", "unknown_column"),
        (&format!("name,attributes.{}", vec!["a"; 450].join(".")), "too_deep"),
        // Its levels overflowed the stack.
        (&format!("name,attributes.{}", vec!["a"; 5_000].join(".")), "too_long"),
        (&"n,".repeat(2_000), "too_long"),
    ] {
        for query in ["", "?on_error=skip"] {
            let reply = import(&service, CSV, query, format!("{header}\nx,y\n")).await;
            reply.is_problem(422, "validation-error");
            assert_eq!(faults(&reply), [(1, "#", code)], "{header}");
        }
    }
    counts(&import(&service, CSV, "", "").await, [0; 4]);
    counts(&import(&service, CSV, "", "name\r\n").await, [0; 4]);
    assert_eq!(service.database.count_items().await, 0);
    service.pool_is_clean().await;
}

#[tokio::test]
async fn a_misplaced_quotation_mark_is_a_fault_of_its_row() {
    let service = TestService::start().await;
    for row in ["a\"b", "a\"", "\"a\"b", "\"a\" ", "\"\"a", "\"a\"b\""] {
        let body = format!("\u{FEFF}\"name\"\r\nfirst\r\n{row}\r\n\"the \"\"last\"\"\"\r\n");
        let skipped = import(&service, CSV, "?on_error=skip", body).await;
        counts(&skipped, [3, 2, 0, 1]);
        assert_eq!(faults(&skipped), [(3, "#", "csv_syntax")], "{row}");
    }
    let names = "SELECT count(*) FROM items WHERE name = 'the \"last\"'";
    assert_eq!(service.database.number(names).await, 6);
    for end in ["\n", "\r\n", "\r"] {
        let rows = import(&service, CSV, "?on_error=skip", ["name", "a", "\"b\"c", "d", ""].join(end)).await;
        assert_eq!(faults(&rows), [(3, "#", "csv_syntax")], "{end:?}");
    }
    let header = import(&service, CSV, "", "na\"me\nx\n").await;
    assert_eq!(faults(&header), [(1, "#", "csv_syntax")]);
}

#[tokio::test]
async fn a_file_that_is_cut_within_a_cell_is_rejected() {
    let service = TestService::start().await;
    for body in ["name\n\"a", "name\na\n\"b\nc\n", "name\n\"a\"\"", "\"name"] {
        let reply = import(&service, CSV, "", body).await;
        reply.is_problem(422, "validation-error");
        assert_eq!(faults(&reply)[0].2, "csv_syntax", "{body}");
    }
    counts(&import(&service, CSV, "", "name\n\"a\"\"\"").await, [1, 1, 0, 0]);
}

#[tokio::test]
async fn faults_of_rows_have_the_line_on_which_the_row_begins() {
    let service = TestService::start().await;
    let body = [
        b"\nname,status,attributes\n".as_slice(),
        b"\"two\nlines\",,\n",
        b"\n",
        b"a,b\n",
        b"ok,,\n",
        b",draft,\n",
        b"x,other,1\n",
        b"\xff,,\n",
        b"x,,{\n",
        b"ok,,\n",
    ]
    .concat();
    let long = format!("{},,\nok,,\n", "x".repeat(256 * 1024 + 1)).into_bytes();
    let reply = import(&service, CSV, "?on_error=skip", [body, long].concat()).await;
    counts(&reply, [10, 3, 0, 7]);
    let expected = [
        (3, "#/name", "control_character"),
        (6, "#", "columns"),
        (8, "#/name", "required"),
        (9, "#/attributes", "type"),
        (9, "#/status", "enum"),
        (10, "#", "encoding"),
        (11, "#/attributes", "json_syntax"),
        (13, "#", "too_long"),
    ];
    assert_eq!(faults(&reply), expected);
    let names: Vec<Value> = service.get("/v1/items").await.body["data"].as_array().unwrap().clone();
    assert!(names.iter().all(|item| item["name"] == "ok"));
}
