//! The service against its own document: every operation has samples, and every response is as
//! declared.

mod imports;
mod keys;
mod samples;
mod schemas;

use std::collections::BTreeMap;

use jsonschema::Validator;
use serde_json::{Value, json};

use self::samples::{Sample, Samples};
use crate::{
    resource::RESOURCES,
    support::{
        Options, openapi_text,
        resource::{Feature, Resource},
        service::{Reply, TestService, options},
    },
};

/// The document, with its references followed.
struct Document(Value);

impl Document {
    fn follow<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.0.pointer(reference.trim_start_matches('#')).unwrap(),
            None => value,
        }
    }

    /// Every operation by its id.
    fn operations(&self) -> BTreeMap<&str, &Value> {
        let methods =
            self.0["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap());
        methods.filter_map(|(_, operation)| Some((operation["operationId"].as_str()?, operation))).collect()
    }

    fn schema(&self, schema: &Value) -> Validator {
        let mut schema = schema.clone();
        schema["components"] = self.0["components"].clone();
        jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
    }

    /// Checks that a response is as declared: its status, its header fields and their form, its
    /// media type and its body. Returns the declared fields that it lacks, all of which depend on
    /// the request.
    fn check(&self, operation: &Value, sample: &Sample, reply: &Reply) -> Vec<String> {
        let context = format!("{} {} {} → {reply:?}", sample.operation, sample.method, sample.path);
        let declared = &operation["responses"][sample.status.to_string()];
        assert!(declared.is_object(), "{} is not declared: {context}", sample.status);
        let declared = self.follow(declared);
        let mut absent = Vec::new();
        for (name, header) in declared["headers"].as_object().into_iter().flatten() {
            let Some(value) = reply.header(name) else {
                let depends = [
                    "Link",
                    "Idempotent-Replayed",
                    "Preference-Applied",
                    "Accept",
                    "Accept-Patch",
                    "Accept-Encoding",
                    "Retry-After",
                ]
                .contains(&name.as_str());
                // `Authorization` means nothing to a service that requires no keys.
                let is_elsewhere = sample.status == 400 && name == "WWW-Authenticate";
                assert!(depends || is_elsewhere, "{name} is declared and not sent: {context}");
                absent.extend((!is_elsewhere).then(|| name.clone()));
                continue;
            };
            let is_number = self.follow(header)["schema"]["type"] == "integer";
            let value = if is_number { json!(value.parse::<i64>().unwrap()) } else { json!(value) };
            let schema = self.schema(&self.follow(header)["schema"]);
            assert!(schema.is_valid(&value), "{name}: {value} is not as declared: {context}");
        }
        if reply.header("preference-applied").is_some() && reply.text.is_empty() {
            return absent;
        }
        let Some(content) = declared.get("content").and_then(Value::as_object) else {
            assert_eq!(reply.text, "", "no body is declared: {context}");
            return absent;
        };
        let media_type = reply.header("content-type").unwrap();
        assert!(content.contains_key(media_type), "{media_type} is not declared: {context}");
        let errors: Vec<String> = self
            .schema(&content[media_type]["schema"])
            .iter_errors(&reply.body)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}: {context}");
        absent
    }
}

/// The samples that were sent: the status of each, and the declared header fields that no response
/// had.
#[derive(Default)]
struct Coverage(BTreeMap<(String, String), Vec<String>>);

impl Coverage {
    async fn send(&mut self, document: &Document, service: &TestService, samples: &[Sample]) {
        let operations = document.operations();
        for sample in samples {
            let operation = operations
                .get(sample.operation.as_str())
                .unwrap_or_else(|| panic!("no operation {}", sample.operation));
            let reply = sample.send(service, ORIGIN).await;
            let Sample { operation: id, path, status, .. } = sample;
            assert_eq!(reply.status.as_u16(), *status, "{id} {path}: {reply:?}");
            let lacks = document.check(operation, sample, &reply);
            self.0
                .entry((id.clone(), status.to_string()))
                .and_modify(|names| names.retain(|name| lacks.contains(name)))
                .or_insert(lacks);
        }
    }
}

const ORIGIN: &str = "https://app.example.com";

/// Creates two entities, and returns the id of the first and the cursor behind the second.
async fn create_two(service: &TestService, resource: &Resource) -> (String, String) {
    let create =
        async |label| service.post(resource.path, &resource.named(&resource.labelled(label), None)).await;
    let first = create("Lamp").await.body;
    create("Other").await;
    let page = service.get(&format!("{}?limit=1", resource.path)).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&first[resource.member()]), text(&page.body["next_cursor"]))
}

#[tokio::test]
async fn every_operation_responds_as_the_document_declares() {
    let options = || Options {
        rate_limit: Some("10000/1s".parse().unwrap()),
        cors_origins: vec![ORIGIN.parse().unwrap()],
        ..options()
    };
    let document = Document(serde_json::from_str(openapi_text()).unwrap());
    let mut coverage = Coverage::default();
    // The responses about keys have another form, and samples of their own.
    for resource in RESOURCES.into_iter().filter(|resource| !resource.has(Feature::Secret)) {
        let service = TestService::start_with(options()).await;
        let strict = TestService::start_with(Options { require_if_match: true, ..options() }).await;
        let (id, cursor) = create_two(&service, resource).await;
        let samples = Samples { resource, id: &id, cursor: &cursor }.all();
        coverage.send(&document, &service, &samples).await;
        let (id, cursor) = create_two(&strict, resource).await;
        let samples = Samples { resource, id: &id, cursor: &cursor }.unconditional();
        coverage.send(&document, &strict, &samples).await;
    }
    let service = TestService::start_with(options()).await;
    coverage.send(&document, &service, &schemas::samples(&service).await).await;
    coverage.send(&document, &service, &imports::samples(options().import_limit)).await;
    let strict = TestService::start_with(Options { require_if_match: true, ..options() }).await;
    coverage.send(&document, &strict, &imports::unconditional()).await;
    coverage.send(&document, &service, &keys::samples(&service).await).await;
    coverage.send(&document, &strict, &keys::unconditional(&strict).await).await;
    // These need a fault from outside, or another request at the same time, and have tests of their
    // own; 401 and 403 need a service that requires keys.
    let elsewhere = ["401", "403", "408", "409", "429", "500", "503", "default"];
    let is_elsewhere = |status: &str| elsewhere.contains(&status);
    let absent: Vec<_> =
        coverage.0.iter().filter(|((_, status), names)| !names.is_empty() && !is_elsewhere(status)).collect();
    assert!(absent.is_empty(), "declared and never sent: {absent:?}");
    let operations = document.operations();
    let declared = operations.iter().flat_map(|(id, operation)| {
        operation["responses"]
            .as_object()
            .unwrap()
            .keys()
            .map(move |status| ((*id).to_owned(), status.clone()))
    });
    let missing: Vec<_> = declared
        .filter(|(_, status)| !is_elsewhere(status))
        .filter(|sample| !coverage.0.contains_key(sample))
        .map(|(id, status)| format!("{id} → {status}"))
        .collect();
    assert!(missing.is_empty(), "`samples` lacks these:\n{}", missing.join("\n"));
}

#[test]
fn the_examples_of_the_document_are_valid() {
    let document = Document(serde_json::from_str(openapi_text()).unwrap());
    let mut count = 0;
    for (name, schema) in document.0["components"]["schemas"].as_object().unwrap() {
        for example in schema["examples"].as_array().into_iter().flatten() {
            let errors: Vec<String> =
                document.schema(schema).iter_errors(example).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{name}: {errors:?}");
            count += 1;
        }
    }
    for response in document.0["components"]["responses"].as_object().unwrap().values() {
        let content = &response["content"]["application/problem+json"];
        for example in content["examples"].as_object().into_iter().flat_map(serde_json::Map::values) {
            assert!(document.schema(&content["schema"]).is_valid(&example["value"]), "{example}");
            count += 1;
        }
    }
    assert!(count > 10, "{count} examples");
}
