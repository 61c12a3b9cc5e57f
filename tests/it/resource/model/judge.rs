//! Whether an answer is the one that was expected, and what it tells that only the server can know.

use std::fmt::Debug;

use serde_json::{Value, json};

use super::{
    request::{Kind, Refusal},
    rules,
    state::{Change, Done, Expected, Item},
};
use crate::support::service::Answer;

/// What changed, with all that the answer tells of it; none where nothing was to.
pub fn judge(kind: Kind, expected: Expected, answer: &Answer) -> Result<Option<Vec<Change>>, String> {
    match expected {
        Expected::Refused(refusal) => refused(kind, refusal, answer).map(|()| None),
        Expected::NotModified(version) => {
            same("status", answer.status.as_u16(), 304)?;
            same("body", answer.text.as_str(), "")?;
            got(version, answer).map(|()| None)
        }
        Expected::Found(mut item) => {
            same("status", answer.status.as_u16(), 200)?;
            same("item", item.see(&answer.body)?, ())?;
            got(item.version, answer)?;
            let id = item.id.clone();
            Ok(Some(vec![Change { status: 200, id, item: Some(item), slot: None }]))
        }
        Expected::Done(done) => done.judge(answer).map(Some),
        Expected::Replayed(first) => replayed(&first, answer).map(|()| None),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "what is compared is often made for it")]
fn same<T: PartialEq + Debug>(what: &str, found: T, wanted: T) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("{what} is {found:?}, not {wanted:?}")) }
}

/// The header fields that a write may set: those that are named, and none of the others.
fn fields(answer: &Answer, wanted: &[(&str, Option<&str>)]) -> Result<(), String> {
    for name in ["etag", "location", "preference-applied", "idempotent-replayed"] {
        let wanted = wanted.iter().find(|(wanted, _)| *wanted == name).and_then(|(_, value)| *value);
        same(name, answer.header(name), wanted)?;
    }
    Ok(())
}

fn got(version: i64, answer: &Answer) -> Result<(), String> {
    same("cache-control", answer.header("cache-control"), Some("private, no-cache"))?;
    fields(answer, &[("etag", Some(&format!("\"{version}\"")))])
}

fn refused(kind: Kind, refusal: Refusal, answer: &Answer) -> Result<(), String> {
    let Refusal { status, slug, current, mut faults } = refusal;
    let body = &answer.body;
    same("status", answer.status.as_u16(), status)?;
    same("type", &body["type"], &json!(format!("/problems/{slug}")))?;
    same("status in the body", &body["status"], &json!(status))?;
    same(
        "current_etag",
        body.get("current_etag"),
        current.map(|version| json!(format!("\"{version}\""))).as_ref(),
    )?;
    faults.sort();
    same(
        "errors",
        found(&body["errors"]),
        faults.iter().map(|(place, code)| (place.clone(), (*code).to_owned())).collect(),
    )?;
    same("content-type", answer.header("content-type"), Some("application/problem+json"))?;
    let instance = format!("urn:uuid:{}", answer.header("x-request-id").unwrap_or_default());
    same("instance", &body["instance"], &json!(instance))?;
    let known = ["type", "title", "status", "detail", "instance", "current_etag", "errors"];
    let others = body.as_object().into_iter().flat_map(|members| members.keys());
    same("other members", others.filter(|name| !known.contains(&name.as_str())).count(), 0)?;
    let accepted = match (status, kind) {
        (415, Kind::Merge | Kind::Patch) => [None, Some(rules::PATCH_TYPES)],
        (415, _) => [Some("application/json"), None],
        _ => [None, None],
    };
    same("accept and accept-patch", ["accept", "accept-patch"].map(|name| answer.header(name)), accepted)?;
    fields(answer, &[])
}

/// The places and codes of a problem, sorted.
fn found(errors: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let place = |fault: &Value| {
        let places = ["pointer", "parameter", "header"];
        places.iter().find_map(|name| fault.get(name)).map(text).unwrap_or_default()
    };
    let errors = errors.as_array().into_iter().flatten();
    let mut found: Vec<_> = errors.map(|fault| (place(fault), text(&fault["code"]))).collect();
    found.sort();
    found
}

/// The stored answer to the octet, but for what belongs to the request.
fn replayed(first: &Answer, answer: &Answer) -> Result<(), String> {
    let kept = |answer: &Answer| {
        let mut headers = answer.headers.clone();
        for name in ["x-request-id", "date", "idempotent-replayed"] {
            headers.remove(name);
        }
        headers
    };
    same("idempotent-replayed", answer.header("idempotent-replayed"), Some("true"))?;
    same("status", answer.status, first.status)?;
    same("body", &answer.text, &first.text)?;
    same("header fields", kept(answer), kept(first))
}

impl Done {
    fn judge(self, answer: &Answer) -> Result<Vec<Change>, String> {
        let Self { kind, status, minimal, mut changes } = self;
        let has_body = status != 204;
        let minimal = minimal && has_body;
        let status_sent = if minimal && status == 200 { 204 } else { status };
        same("status", answer.status.as_u16(), status_sent)?;

        let location = answer.header("location").and_then(|path| path.strip_prefix("/v1/items/"));
        if minimal || !has_body {
            same("body", answer.text.as_str(), "")?;
            // The one place where an item of the server's own making shows.
            if let ([Change { item: Some(item), .. }], true, Some(id)) =
                (&mut changes[..], status == 201, location)
            {
                item.learn_id(id)?;
            }
        } else if kind == Kind::Batch {
            results(&mut changes, &answer.body)?;
        } else if let [Change { item: Some(item), .. }] = &mut changes[..] {
            item.see(&answer.body)?;
        }

        let item = changes.first().and_then(|change| change.item.as_ref()).filter(|_| kind != Kind::Batch);
        let etag = item.filter(|_| has_body && kind != Kind::Put).map(|item| format!("\"{}\"", item.version));
        let location = item.filter(|_| status == 201).map(|item| format!("/v1/items/{}", item.id));
        fields(
            answer,
            &[
                ("etag", etag.as_deref()),
                ("location", location.as_deref()),
                ("preference-applied", minimal.then_some("return=minimal")),
            ],
        )?;
        let media_type = (has_body && !minimal).then_some("application/json");
        same("content-type", answer.header("content-type"), media_type)?;
        let varies = answer.headers.get_all("vary").iter().any(|value| value == "prefer");
        same("vary: prefer", varies, has_body)?;
        Ok(changes)
    }
}

/// The results of a batch.
fn results(changes: &mut [Change], body: &Value) -> Result<(), String> {
    let Some(results) = body["results"].as_array() else {
        return Err("there are no results".into());
    };
    same("number of results", results.len(), changes.len())?;
    for (change, result) in changes.iter_mut().zip(results) {
        match &mut change.item {
            Some(item) if change.status != 204 => {
                item.see(&result["item"])?;
                change.id.clone_from(&item.id);
            }
            _ => {}
        }
        let wanted = json!({ "status": change.status, "id": change.id, "item": if change.status == 204 { &Value::Null } else { &result["item"] } });
        same("result", result, &wanted)?;
    }
    same("other members", body.as_object().map(serde_json::Map::len), Some(1))
}

impl Item {
    /// Sees that this is the item, and learns what only the server knows.
    pub fn see(&mut self, shown: &Value) -> Result<(), String> {
        let text = |name: &str| shown[name].as_str().unwrap_or_default().to_owned();
        if self.id.is_empty() {
            self.learn_id(&text("id"))?;
        }
        let (created_at, updated_at) = (text("created_at"), text("updated_at"));
        for time in [&created_at, &updated_at] {
            same("form of a time", (time.len(), time.ends_with('Z')), (27, true))?;
        }
        if updated_at <= self.updated_before || updated_at < created_at {
            return Err(format!("updated_at is {updated_at} after a change: {self:?}"));
        }
        if self.version == 1 {
            same("updated_at", &updated_at, &created_at)?;
        }
        self.created_at.get_or_insert(created_at);
        self.updated_at.get_or_insert(updated_at);
        let wanted = self.document();
        if *shown == wanted { Ok(()) } else { Err(format!("item is\n{shown}, not\n{wanted}")) }
    }

    fn learn_id(&mut self, id: &str) -> Result<(), String> {
        if self.id.is_empty() {
            same("version of a UUID", (id.len(), id.as_bytes().get(14)), (36, Some(&b'7')))?;
            id.clone_into(&mut self.id);
        }
        Ok(())
    }
}
