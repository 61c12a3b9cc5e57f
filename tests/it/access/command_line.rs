//! Keys on the command line, and processes that require them.

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    database::TestDatabase,
    eventually,
    process::{Process, curio, run},
};

const REQUIRED: &[(&str, &str)] = &[("CURIO_AUTH", "required")];

async fn keys(database: &TestDatabase, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = curio(&[&["keys"], arguments].concat());
    command.env("DATABASE_URL", database.url()).env("CURIO_LOG_FORMAT", "json");
    run(command).await
}

/// Makes a key, and returns it.
async fn create(database: &TestDatabase, grant: &str) -> String {
    let (code, out, error) = keys(database, &["create", "--name", "A test", "--grant", grant]).await;
    assert_eq!(code, Some(0), "{error}");
    let key = out.trim().to_owned();
    assert!(error.contains("key.created") && !error.contains(&key["curio_12345678_".len()..]), "{error}");
    key
}

async fn send(process: &Process, method: Method, path: &str, key: &str, body: Option<Value>) -> StatusCode {
    let request = Client::new().request(method, format!("{}{path}", process.address)).bearer_auth(key);
    let request = if let Some(body) = body { request.json(&body) } else { request };
    request.send().await.unwrap().status()
}

fn id(key: &str) -> &str {
    key.split('_').nth(1).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_holds_on_every_replica_within_ten_seconds() {
    let database = TestDatabase::new().await;
    let (admin, client) = (create(&database, "manage:*").await, create(&database, "read:*").await);
    let one = Process::serve(&database.url(), REQUIRED).await;
    let other = Process::serve(&database.url(), REQUIRED).await;
    let get = async |process: &Process| send(process, Method::GET, "/v1/items", &client, None).await;
    assert_eq!((get(&one).await, get(&other).await), (StatusCode::OK, StatusCode::OK));
    let path = format!("/v1/keys/{}", id(&client));
    assert_eq!(send(&one, Method::DELETE, &path, &admin, None).await, StatusCode::NO_CONTENT);
    let start = std::time::Instant::now();
    assert_eq!(get(&one).await, StatusCode::UNAUTHORIZED);
    eventually("the other replica notices", async || get(&other).await == StatusCode::UNAUTHORIZED).await;
    assert!(start.elapsed().as_secs() < 10);
    // The last use is stored in the background, and what failed is logged without the secret.
    let used = "SELECT count(*) FROM api_keys WHERE last_used_at = date_trunc('minute', last_used_at)";
    eventually("the last use is stored", async || database.number(used).await == 2).await;
    let log = format!("{:?}", [one.log(), other.log()].concat());
    let failed = other.lines("authentication.failed");
    assert!(
        !failed.is_empty() && failed[0]["key"] == id(&client) && failed[0]["reason"] == "revoked",
        "{failed:?}"
    );
    assert!(failed[0]["span"]["client"] == "127.0.0.1" && failed[0]["span"]["actor"].is_null(), "{failed:?}");
    assert!(!log.contains(&client["curio_12345678_".len()..]), "{log}");
    let revoked = one.lines("key.revoked");
    assert_eq!((revoked.len(), &revoked[0]["key.id"]), (1, &json!(id(&client))));
    assert_eq!(revoked[0]["span"]["actor"], format!("key-{}", id(&admin)), "{revoked:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_listed_rotated_and_revoked() {
    let database = TestDatabase::new().await;
    let key = create(&database, "read:acme.*").await;
    let process = Process::serve(&database.url(), REQUIRED).await;
    let (_, out, _) = keys(&database, &["list"]).await;
    assert_eq!(out.trim_end(), format!("{}\tread:acme.*\t-\t-\tA test", id(&key)));
    let (code, _, error) = keys(&database, &["rotate", &key, "--grace", "8d"]).await;
    assert!(code == Some(1) && error.contains("longer than a week"), "{error}");
    let (code, out, error) = keys(&database, &["rotate", &key, "--grace", "1h"]).await;
    assert_eq!(code, Some(0), "{error}");
    let next = out.trim().to_owned();
    for secret in [&key, &next] {
        assert_eq!(send(&process, Method::GET, "/v1/items", secret, None).await, StatusCode::OK);
    }
    let (code, _, error) = keys(&database, &["revoke", id(&key)]).await;
    assert_eq!(code, Some(0), "{error}");
    let (code, _, error) = keys(&database, &["revoke", id(&key)]).await;
    assert!(code == Some(1) && error.contains("there is no key"), "{error}");
    assert_eq!(keys(&database, &["list"]).await.1, "");
    assert!(keys(&database, &["list", "--include-revoked"]).await.1.contains("\trevoked\t"));
    for arguments in [
        &["create", "--name", "X"][..],
        &["create", "--name", "X", "--grant", "fly:*"],
        &["create", "--name", " ", "--grant", "read:*"],
        &["create", "--name", "X", "--grant", "read:*", "--expires-in", "10000000y"],
        &["create", "--name", "X", "--grant", "read:*", "--expires-in", "9000000d"],
        &["rotate", "short"],
    ] {
        assert_ne!(keys(&database, arguments).await.0, Some(0), "{arguments:?}");
    }
}

#[tokio::test]
async fn without_a_decision_only_loopback_addresses_are_served() {
    for address in ["0.0.0.0:0", "[::]:0"] {
        let mut command = curio(&["serve", "--bind", address]);
        command.env("DATABASE_URL", "postgres://127.0.0.1:1/none");
        let (code, _, error) = run(command).await;
        for words in [address, "CURIO_AUTH", "`required`", "`none`", "curio keys create"] {
            assert!(code == Some(1) && error.contains(words), "{words}: {error}");
        }
    }
}
