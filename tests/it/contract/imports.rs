//! The sample requests about imports.

use reqwest::Method;

use super::samples::Sample;

const NDJSON: &str = "application/x-ndjson";
const CSV: &str = "text/csv";
const LAMP: &str = r#"{"name": "Lamp"}"#;

fn import(status: u16, query: &str) -> Sample {
    Sample::new("import_items", Method::POST, &format!("/v1/items/import{query}"), status)
}

/// Sample requests, with a limit of this many bytes.
pub fn samples(limit: u64) -> Vec<Sample> {
    let large = " ".repeat(usize::try_from(limit).unwrap() + 1);
    let keyed = import(200, "").text(NDJSON, LAMP).header("idempotency-key", "import");
    vec![
        import(200, "").text(NDJSON, LAMP),
        import(200, "?on_error=skip&on_conflict=ignore").text(CSV, "name,status\nLamp,\nLamp,other\n"),
        import(200, "").text(NDJSON, LAMP).header("prefer", "return=minimal"),
        keyed.clone(),
        keyed,
        import(400, "?on_error=stop").text(NDJSON, LAMP),
        import(406, "").text(NDJSON, LAMP).header("accept", "text/html"),
        import(413, "").text(NDJSON, large),
        import(415, "").text("application/json", LAMP),
        import(415, "").text(NDJSON, LAMP).header("content-encoding", "compress"),
        import(422, "").text(NDJSON, "{}"),
    ]
}

/// Requests that a service rejects if every write must be conditional.
pub fn unconditional() -> Vec<Sample> {
    vec![import(428, "").text(NDJSON, LAMP)]
}
