//! Whether a response is the expected one, and what only the server can know.

use std::fmt::Debug;

use serde_json::{Value, json};

use super::{
    request::{Kind, Rejection},
    rules,
    state::{Change, Done, Entity, Expected},
};
use crate::support::{
    resource::{Feature, Identity, Resource},
    service::Reply,
};

/// What changed, with everything that the response says of it; `None` if nothing was to.
pub fn judge(
    resource: &Resource,
    kind: Kind,
    expected: Expected,
    reply: &Reply,
) -> Result<Option<Vec<Change>>, String> {
    match expected {
        Expected::Rejected(rejection) => rejected(resource, kind, rejection, reply).map(|()| None),
        Expected::NotModified(version) => {
            same("status", reply.status.as_u16(), 304)?;
            same("body", reply.text.as_str(), "")?;
            got(version, reply).map(|()| None)
        }
        Expected::Found(mut entity) => {
            same("status", reply.status.as_u16(), 200)?;
            same("entity", entity.see(resource, &reply.body)?, ())?;
            got(entity.version, reply)?;
            let id = entity.id.clone();
            Ok(Some(vec![Change { status: 200, id, entity: Some(entity), slot: None }]))
        }
        Expected::Done(done) => done.judge(resource, reply).map(Some),
        Expected::Replayed(first) => replayed(&first, reply).map(|()| None),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "what is compared is often made for it")]
fn same<T: PartialEq + Debug>(what: &str, found: T, wanted: T) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("{what} is {found:?}, not {wanted:?}")) }
}

/// The header fields that a write may set: those that are named, and none of the others.
fn fields(reply: &Reply, wanted: &[(&str, Option<&str>)]) -> Result<(), String> {
    for name in ["etag", "location", "preference-applied", "idempotent-replayed"] {
        let wanted = wanted.iter().find(|(wanted, _)| *wanted == name).and_then(|(_, value)| *value);
        same(name, reply.header(name), wanted)?;
    }
    Ok(())
}

fn got(version: i64, reply: &Reply) -> Result<(), String> {
    same("cache-control", reply.header("cache-control"), Some("private, no-cache"))?;
    fields(reply, &[("etag", Some(&format!("\"{version}\"")))])
}

fn rejected(resource: &Resource, kind: Kind, rejection: Rejection, reply: &Reply) -> Result<(), String> {
    let Rejection { status, slug, current, mut faults } = rejection;
    let body = &reply.body;
    same("status", reply.status.as_u16(), status)?;
    same("type", &body["type"], &json!(format!("/problems/{slug}")))?;
    same("status in the body", &body["status"], &json!(status))?;
    same(
        "current_etag",
        body.get("current_etag"),
        current.map(|version| json!(format!("\"{version}\""))).as_ref(),
    )?;
    faults.sort();
    let mut found = found(&body["errors"]);
    // The model does not know the derived members, which a patch of the whole document may drop.
    found.retain(|(location, code)| {
        code != "read_only" || !resource.derived.iter().any(|name| location.strip_prefix("#/") == Some(name))
    });
    same(
        "errors",
        found,
        faults.iter().map(|(location, code)| (location.clone(), (*code).to_owned())).collect(),
    )?;
    same("content-type", reply.header("content-type"), Some("application/problem+json"))?;
    let instance = format!("urn:uuid:{}", reply.header("x-request-id").unwrap_or_default());
    same("instance", &body["instance"], &json!(instance))?;
    let known = ["type", "title", "status", "detail", "instance", "current_etag", "errors"];
    let others = body.as_object().into_iter().flat_map(|members| members.keys());
    same("other members", others.filter(|name| !known.contains(&name.as_str())).count(), 0)?;
    let accepted = match (status, kind) {
        (415, Kind::Merge | Kind::Patch) => [None, Some(rules::PATCH_TYPES)],
        (415, _) => [Some("application/json"), None],
        _ => [None, None],
    };
    same("accept and accept-patch", ["accept", "accept-patch"].map(|name| reply.header(name)), accepted)?;
    fields(reply, &[])
}

/// The locations and codes of a problem, sorted.
fn found(errors: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let location = |fault: &Value| {
        let kinds = ["pointer", "parameter", "header"];
        kinds.iter().find_map(|name| fault.get(name)).map(text).unwrap_or_default()
    };
    let errors = errors.as_array().into_iter().flatten();
    let mut found: Vec<_> = errors.map(|fault| (location(fault), text(&fault["code"]))).collect();
    found.sort();
    found
}

/// The stored response to the byte, except for what belongs to the request.
fn replayed(first: &Reply, reply: &Reply) -> Result<(), String> {
    let kept = |reply: &Reply| {
        let mut headers = reply.headers.clone();
        for name in ["x-request-id", "date", "idempotent-replayed"] {
            headers.remove(name);
        }
        headers
    };
    same("idempotent-replayed", reply.header("idempotent-replayed"), Some("true"))?;
    same("status", reply.status, first.status)?;
    same("body", &reply.text, &first.text)?;
    same("header fields", kept(reply), kept(first))
}

impl Done {
    fn judge(self, resource: &Resource, reply: &Reply) -> Result<Vec<Change>, String> {
        let Self { kind, status, minimal, is_dry_run, mut changes } = self;
        let has_body = status != 204;
        let has_secret = resource.has(Feature::Secret) && matches!(kind, Kind::Create | Kind::Rotate);
        let minimal = minimal && has_body && !has_secret;
        let has_body_sent = has_body && (!minimal || kind == Kind::Batch);
        let status_sent = if !has_body_sent && status == 200 { 204 } else { status };
        same("status", reply.status.as_u16(), status_sent)?;

        let location =
            reply.header("location").and_then(|path| path.strip_prefix(resource.path)?.strip_prefix('/'));
        if !has_body_sent {
            same("body", reply.text.as_str(), "")?;
            // Only here the id shows that the server chose.
            if let ([Change { entity: Some(entity), .. }], true, Some(id)) =
                (&mut changes[..], status == 201, location)
            {
                entity.learn_id(resource, id)?;
            }
        } else if kind == Kind::Batch {
            results(resource, &mut changes, &reply.body, minimal)?;
        } else if let [Change { entity: Some(entity), .. }] = &mut changes[..] {
            entity.see(resource, &reply.body)?;
        }

        let entity =
            changes.first().and_then(|change| change.entity.as_ref()).filter(|_| kind != Kind::Batch);
        let has_tag = has_body && kind != Kind::Put && !is_dry_run;
        let etag = entity.filter(|_| has_tag).map(|entity| format!("\"{}\"", entity.version));
        let location = entity.filter(|_| status == 201).map(|entity| resource.path_to(&entity.id));
        fields(
            reply,
            &[
                ("etag", etag.as_deref()),
                ("location", location.as_deref()),
                ("preference-applied", minimal.then_some("return=minimal")),
            ],
        )?;
        let media_type = has_body_sent.then_some("application/json");
        same("content-type", reply.header("content-type"), media_type)?;
        let varies = reply.header("vary").is_some_and(|field| field.split(", ").any(|name| name == "prefer"));
        same("vary: prefer", varies, has_body && !has_secret)?;
        Ok(changes)
    }
}

/// The results of a batch.
fn results(resource: &Resource, changes: &mut [Change], body: &Value, minimal: bool) -> Result<(), String> {
    let Some(results) = body["results"].as_array() else {
        return Err("there are no results".into());
    };
    same("number of results", results.len(), changes.len())?;
    for (change, result) in changes.iter_mut().zip(results) {
        match &mut change.entity {
            Some(entity) if change.status != 204 && minimal => {
                if entity.id.is_empty() {
                    entity.learn_id(resource, result["id"].as_str().unwrap_or_default())?;
                }
                change.id.clone_from(&entity.id);
            }
            Some(entity) if change.status != 204 => {
                entity.see(resource, &result[resource.name])?;
                change.id.clone_from(&entity.id);
            }
            _ => {}
        }
        let entity = change.entity.as_ref().filter(|_| change.status != 204);
        let shown = entity.filter(|_| !minimal).map_or(&Value::Null, |_| &result[resource.name]);
        let version = entity.map(|entity| entity.version);
        let wanted = json!({
            "status": change.status, "id": change.id, "version": version, (resource.name): shown,
        });
        same("result", result, &wanted)?;
    }
    same("other members", body.as_object().map(serde_json::Map::len), Some(1))
}

impl Entity {
    /// Checks that this is the entity, and learns what only the server knows.
    pub fn see(&mut self, resource: &Resource, shown: &Value) -> Result<(), String> {
        let text = |name: &str| shown[name].as_str().unwrap_or_default().to_owned();
        if self.id.is_empty() {
            self.learn_id(resource, &text(resource.member()))?;
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
        if resource.has(Feature::Schema) {
            same("schema_version", &shown["schema_version"], &self.schema_version)?;
        }
        let wanted = self.document(resource);
        let mut shown = shown.clone();
        if let Value::Object(members) = &mut shown {
            members.retain(|name, _| !resource.derived.contains(&name.as_str()));
        }
        if shown == wanted { Ok(()) } else { Err(format!("entity is\n{shown}, not\n{wanted}")) }
    }

    fn learn_id(&mut self, resource: &Resource, id: &str) -> Result<(), String> {
        if self.id.is_empty() {
            if resource.identity == Identity::Id {
                same("version of a UUID", (id.len(), id.as_bytes().get(14)), (36, Some(&b'7')))?;
            } else {
                same("length of an id", id.len(), 8)?;
            }
            id.clone_into(&mut self.id);
        }
        Ok(())
    }
}
