//! Entity tags stay usable behind a proxy that compresses.

use std::process::{Child, Command, Stdio};

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    eventually,
    service::{Reply, TestService, path},
};

/// An nginx that compresses everything, in a folder of its own.
struct Nginx {
    process: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Nginx {
    /// `None` if there is no nginx, which the script reports.
    async fn before(service: &TestService) -> Option<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/nginx");
        let found = Command::new(script).stderr(Stdio::inherit()).output().unwrap();
        if !found.status.success() {
            return None;
        }
        let nginx = String::from_utf8(found.stdout).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|name| format!("{name}_temp_path {name};\n"))
            .concat();
        let configuration = format!(
            "daemon off; master_process off; pid nginx.pid; error_log stderr;
             events {{}}
             http {{
                 access_log off; {temporary}
                 gzip on; gzip_types application/json application/problem+json; gzip_min_length 1; gzip_proxied any;
                 server {{
                     listen 127.0.0.1:{port};
                     location / {{ proxy_pass {}; proxy_http_version 1.1; }}
                 }}
             }}",
            service.address
        );
        std::fs::write(folder.path().join("nginx.conf"), configuration).unwrap();
        let mut command = Command::new(nginx.trim());
        command.arg("-p").arg(folder.path()).args(["-c", "nginx.conf", "-e", "stderr"]);
        let process = command.spawn().unwrap();
        let nginx = Self { process, address: format!("http://127.0.0.1:{port}"), _folder: folder };
        eventually("nginx responds", async || reqwest::get(format!("{}/livez", nginx.address)).await.is_ok())
            .await;
        Some(nginx)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn if_match_works_behind_a_compressing_proxy() {
    let service = TestService::start().await;
    let Some(nginx) = Nginx::before(&service).await else { return };
    // This client neither requests compression by itself nor decompresses.
    let client = Client::builder().no_gzip().build().unwrap();
    let ask = async |method: Method, path: &str, fields: &[(&str, &str)], body: Option<&Value>| {
        let mut request = client.request(method, format!("{}{path}", nginx.address));
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        request.header("accept-encoding", "gzip").json(body.unwrap_or(&Value::Null)).send().await.unwrap()
    };
    let patch = json!({ "status": "active" });
    for (attributes, by_curio) in [(json!({ "text": "x".repeat(2000) }), true), (json!({}), false)] {
        let item = service.post("/v1/items", &json!({ "name": "Lamp", "attributes": attributes })).await.body;
        let item = path(&item);
        let got = ask(Method::GET, &item, &[], None).await;
        assert_eq!(got.headers()["content-encoding"], "gzip", "{got:?}");
        let etag = got.headers()["etag"].to_str().unwrap().to_owned();
        // The proxy passes on what Curio has compressed; what it compresses itself gets a weak tag.
        assert_eq!(etag, if by_curio { "\"1--gzip\"" } else { "W/\"1\"" });
        let patched = ask(Method::PATCH, &item, &[("if-match", &etag)], Some(&patch)).await;
        if by_curio {
            assert_eq!(patched.status(), StatusCode::OK);
        } else {
            // A weak tag never matches; the problem and the body of the item have the strong one.
            assert_eq!(patched.status(), StatusCode::PRECONDITION_FAILED);
            let rejected =
                Reply::of(service.request(Method::PATCH, &item).header("if-match", etag).json(&patch)).await;
            let current = rejected.body["current_etag"].as_str().unwrap().to_owned();
            assert_eq!(current, format!("\"{}\"", service.get(&item).await.body["version"]));
            let patched = ask(Method::PATCH, &item, &[("if-match", &current)], Some(&patch)).await;
            assert_eq!(patched.status(), StatusCode::OK);
        }
        assert_eq!(service.get(&item).await.body["version"], 2);
        let again = ask(Method::GET, &item, &[("if-none-match", "W/\"2\"")], None).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "a weak tag is good for a GET");
    }
}
