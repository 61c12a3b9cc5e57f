//! The sample requests of a resource: at least one for each operation, and one for each status that
//! a request can bring about by itself.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    resource::{
        ABSENT,
        Feature::{self, Batch, Replace, Restore, Update},
        Resource,
    },
    service::{Reply, TestService},
};

pub const JSON: &str = "application/json";
const MERGE_PATCH: &str = "application/merge-patch+json";
const JSON_PATCH: &str = "application/json-patch+json";
const KEY: &str = "idempotency-key";

/// A request for an operation, and the status that it must get.
#[derive(Clone)]
pub struct Sample {
    pub operation: String,
    pub method: Method,
    pub path: String,
    pub status: u16,
    headers: Vec<(&'static str, &'static str)>,
    body: String,
}

impl Sample {
    pub fn new(operation: &str, method: Method, path: &str, status: u16) -> Self {
        let (operation, path) = (operation.to_owned(), path.to_owned());
        Self { operation, method, path, status, headers: Vec::new(), body: String::new() }
    }

    pub fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    pub fn text(self, media_type: &'static str, body: impl Into<String>) -> Self {
        Self { body: body.into(), ..self.header("content-type", media_type) }
    }

    fn json(self, body: &Value) -> Self {
        self.text(JSON, body.to_string())
    }

    fn minimal(self) -> Self {
        self.header("prefer", "return=minimal")
    }

    fn stale(self) -> Self {
        self.header("if-match", "\"99\"")
    }

    pub async fn send(&self, service: &TestService, origin: &str) -> Reply {
        let mut request = service.request(self.method.clone(), &self.path).header("origin", origin);
        for (name, value) in &self.headers {
            request = request.header(*name, *value);
        }
        Reply::of(request.body(self.body.clone())).await
    }
}

/// A resource of which one entity exists at a path, and a second page at a cursor.
pub struct Samples<'a> {
    pub resource: &'static Resource,
    pub id: &'a str,
    pub cursor: &'a str,
}

/// Where an operation is, and a valid body.
struct Operation {
    id: String,
    method: Method,
    path: String,
    media_type: &'static str,
    body: String,
}

impl Operation {
    fn sample(&self, status: u16) -> Sample {
        Sample::new(&self.id, self.method.clone(), &self.path, status)
    }

    fn valid(&self, status: u16) -> Sample {
        if self.body.is_empty() {
            return self.sample(status);
        }
        self.sample(status).text(self.media_type, &self.body)
    }

    fn at(self, path: String) -> Self {
        Self { path, ..self }
    }
}

impl Samples<'_> {
    pub fn all(&self) -> Vec<Sample> {
        [
            self.successes(),
            self.rejections(),
            self.conditions(),
            self.preferences(),
            self.keys(),
            self.lives(),
        ]
        .concat()
    }

    /// Requests that a service rejects if every write must be conditional.
    pub fn unconditional(&self) -> Vec<Sample> {
        let mut samples = vec![self.delete(self.id).valid(428)];
        samples.extend(self.if_offered(Replace, || self.replace(self.id).valid(428)));
        samples.extend(self.if_offered(Update, || self.update(self.id).valid(428)));
        let delete = json!({ "operations": [{ "op": "delete", "id": self.id }] });
        samples.extend(self.if_offered(Batch, || self.batch().sample(428).json(&delete)));
        samples
    }

    fn if_offered<T>(&self, feature: Feature, sample: impl FnOnce() -> T) -> Option<T> {
        self.resource.has(feature).then(sample)
    }

    fn operation(&self, verb: &str, method: Method, path: String, body: &Value) -> Operation {
        let noun = if matches!(verb, "list" | "batch") { self.resource.plural } else { self.resource.name };
        let body = if body.is_null() { String::new() } else { body.to_string() };
        Operation { id: format!("{verb}_{noun}"), method, path, media_type: JSON, body }
    }

    fn list(&self) -> Operation {
        self.operation("list", Method::GET, self.resource.path.to_owned(), &Value::Null)
    }

    fn create(&self) -> Operation {
        let body = self.resource.named(&self.resource.labelled("Lamp"), None);
        self.operation("create", Method::POST, self.resource.path.to_owned(), &body)
    }

    fn get(&self, id: &str) -> Operation {
        self.operation("get", Method::GET, self.resource.path_to(id), &Value::Null)
    }

    fn replace(&self, id: &str) -> Operation {
        let body = self.resource.labelled("Lamp");
        self.operation("replace", Method::PUT, self.resource.path_to(id), &body)
    }

    fn update(&self, id: &str) -> Operation {
        let body = self.resource.relabel("Lamp");
        let operation = self.operation("update", Method::PATCH, self.resource.path_to(id), &body);
        Operation { media_type: MERGE_PATCH, ..operation }
    }

    fn delete(&self, id: &str) -> Operation {
        self.operation("delete", Method::DELETE, self.resource.path_to(id), &Value::Null)
    }

    fn restore(&self, id: &str) -> Operation {
        let path = format!("{}/restore", self.resource.path_to(id));
        self.operation("restore", Method::POST, path, &Value::Null)
    }

    fn batch(&self) -> Operation {
        let create = self.resource.batch_create(&self.resource.labelled("Lamp"));
        let body = json!({ "operations": [create] });
        self.operation("batch", Method::POST, self.resource.batch_path(), &body)
    }

    /// The operations with a body.
    fn bodies(&self) -> impl Iterator<Item = Operation> {
        let offered = [
            Some(self.create()),
            self.if_offered(Replace, || self.replace(self.id)),
            self.if_offered(Update, || self.update(self.id)),
            self.if_offered(Batch, || self.batch()),
        ];
        offered.into_iter().flatten()
    }

    /// The operations on one entity.
    fn members(&self, id: &str) -> impl Iterator<Item = Operation> {
        let offered = [
            Some(self.get(id)),
            self.if_offered(Replace, || self.replace(id)),
            self.if_offered(Update, || self.update(id)),
            Some(self.delete(id)),
            self.if_offered(Restore, || self.restore(id)),
        ];
        offered.into_iter().flatten()
    }

    fn successes(&self) -> Vec<Sample> {
        let next = format!("{}?limit=1&cursor={}", self.resource.path, self.cursor);
        let mut samples = vec![
            self.create().valid(201),
            self.list().valid(200),
            self.list().at(next).valid(200),
            self.list().valid(200).header("prefer", "count=exact"),
            self.get(self.id).valid(200),
            self.get(self.id).valid(304).header("if-none-match", "*"),
        ];
        samples.extend(self.if_offered(Replace, || self.replace(self.id).valid(200)));
        samples.extend(self.if_offered(Replace, || self.replace(self.resource.new_names()[0]).valid(201)));
        samples.extend(self.if_offered(Update, || self.update(self.id).valid(200)));
        let label = format!("/{}", self.resource.label());
        let patch = json!([{ "op": "replace", "path": label, "value": "Desk lamp" }]).to_string();
        samples.extend(self.if_offered(Update, || self.update(self.id).sample(200).text(JSON_PATCH, patch)));
        samples.extend(self.if_offered(Batch, || self.batch().valid(200)));
        samples
    }

    fn rejections(&self) -> Vec<Sample> {
        let mut samples = vec![self.list().at(format!("{}?limit=0", self.resource.path)).valid(400)];
        let invalid = json!({ (self.resource.label()): 1, "x": {} });
        for operation in self.bodies() {
            let mib = if operation.id.starts_with("batch_") { 8 } else { 1 };
            let large = " ".repeat(mib * 1024 * 1024 + 1);
            let media_type = operation.media_type;
            samples.extend([
                operation.sample(400).text(media_type, "{"),
                operation.sample(406).text(media_type, "{}").header("accept", "text/html"),
                operation.sample(413).text(media_type, large),
                operation.sample(415).text("text/plain", "{}"),
                operation.sample(415).text(media_type, "{}").header("content-encoding", "compress"),
                operation.sample(422).text(media_type, invalid.to_string()),
            ]);
            let path = format!("{}?unknown=1", operation.path);
            samples.push(operation.at(path).valid(400));
        }
        for operation in [Some(self.delete(self.id)), self.if_offered(Restore, || self.restore(self.id))] {
            let Some(operation) = operation else { continue };
            samples.extend([
                operation.sample(413).text(JSON, " ".repeat(1024 * 1024 + 1)),
                operation.sample(415).text(JSON, "{}").header("content-encoding", "compress"),
            ]);
        }
        let creates = |operation: &Operation| operation.id.starts_with("replace_");
        let absent = self.members(self.resource.absent()).filter(|operation| !creates(operation));
        samples.extend(absent.map(|operation| operation.valid(404)));
        samples.extend(self.members("1").map(|operation| operation.valid(400)));
        let mut bodiless = vec![self.list(), self.get(self.id)];
        bodiless.extend(self.if_offered(Restore, || self.restore(self.id)));
        samples.extend(bodiless.iter().map(|operation| operation.sample(406).header("accept", "text/html")));
        samples
    }

    fn conditions(&self) -> Vec<Sample> {
        let mut samples: Vec<_> = self
            .members(self.id)
            .filter(|operation| !operation.id.starts_with("restore_"))
            .map(|operation| operation.valid(412).stale())
            .collect();
        let stale = json!({ "op": "delete", "id": self.id, "if_match": "\"99\"" });
        for (status, delete) in [(412, stale), (404, json!({ "op": "delete", "id": ABSENT }))] {
            let body = json!({ "operations": [delete] });
            samples.extend(self.if_offered(Batch, || self.batch().sample(status).json(&body)));
        }
        let label = format!("/{}", self.resource.label());
        let test = json!([{ "op": "test", "path": label, "value": "other" }]).to_string();
        samples.extend(self.if_offered(Update, || self.update(self.id).sample(409).text(JSON_PATCH, test)));
        samples
    }

    fn preferences(&self) -> Vec<Sample> {
        let mut samples = vec![self.create().valid(201)];
        samples.extend(self.if_offered(Replace, || self.replace(self.id).valid(204)));
        samples.extend(self.if_offered(Replace, || self.replace(self.resource.new_names()[1]).valid(201)));
        samples.extend(self.if_offered(Update, || self.update(self.id).valid(204)));
        samples.extend(self.if_offered(Batch, || self.batch().valid(200)));
        samples.into_iter().map(Sample::minimal).collect()
    }

    /// Each twice: the second response was stored.
    fn keys(&self) -> Vec<Sample> {
        let mut once = vec![self.create().valid(201).header(KEY, "a")];
        once.extend(self.if_offered(Update, || self.update(self.id).valid(200).header(KEY, "b")));
        once.extend(self.if_offered(Update, || self.update(self.id).valid(204).minimal().header(KEY, "c")));
        once.extend(self.if_offered(Batch, || self.batch().valid(200).header(KEY, "d")));
        once.extend(self.if_offered(Replace, || self.replace(self.id).valid(200).header(KEY, "h")));
        once.extend(self.if_offered(Replace, || self.replace(self.id).valid(204).minimal().header(KEY, "i")));
        once.extend(
            self.if_offered(Replace, || {
                self.replace(self.resource.new_names()[2]).valid(201).header(KEY, "j")
            }),
        );
        once.extend(self.if_offered(Batch, || self.batch().valid(200).minimal().header(KEY, "e")));
        let mut samples = [once.clone(), once].concat();
        let other = self.resource.named(&self.resource.labelled("Other"), None);
        samples.push(self.create().sample(422).json(&other).header(KEY, "a"));
        samples.push(self.delete(self.id).sample(422).header(KEY, "a"));
        samples
    }

    /// From deleted to restored and back, so that the entity exists in the end if it can be
    /// restored.
    fn lives(&self) -> Vec<Sample> {
        // What generated clients send if problems are the only declared content.
        let delete = || self.delete(self.id).valid(204).header("accept", "application/problem+json");
        if !self.resource.has(Restore) {
            let delete = delete().header(KEY, "k");
            return vec![delete.clone(), delete];
        }
        let restore = |status| self.restore(self.id).sample(status);
        let mut samples = vec![restore(409), restore(422).json(&json!({ "version": 1 }))];
        samples.extend([delete().header(KEY, "k"), delete().header(KEY, "k")]);
        samples.extend(self.if_offered(Replace, || self.replace(self.id).valid(409)));
        samples.extend([
            restore(412).header("if-match", "\"1\""),
            restore(200).header(KEY, "f"),
            restore(200).header(KEY, "f"),
            delete(),
            restore(204).minimal().header(KEY, "g"),
            restore(204).minimal().header(KEY, "g"),
        ]);
        samples
    }
}
