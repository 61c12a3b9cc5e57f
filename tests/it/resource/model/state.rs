//! What the service must hold after each request, and so how it must respond.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

use super::{
    operations::SLOTS,
    request::{Kind, Rejection, Request},
    rules::{self, Unpatched},
};
use crate::support::{
    resource::{Feature, Field, Identity, Resource, Rule},
    service::Reply,
};

/// An entity. What only the server knows is learnt from its responses.
#[derive(Debug, Clone, Default)]
pub struct Entity {
    /// Empty until it was seen.
    pub id: String,
    pub fields: Map<String, Value>,
    pub version: i64,
    pub deleted: bool,
    pub created_at: Option<String>,
    /// `None` if the last change did not return the entity.
    pub updated_at: Option<String>,
    /// Its last known value before the last change.
    pub updated_before: String,
}

/// How the service must respond.
#[derive(Debug)]
pub enum Expected {
    Rejected(Rejection),
    NotModified(i64),
    Found(Entity),
    Done(Done),
    Replayed(Reply),
}

/// A write that is carried out.
#[derive(Debug)]
pub struct Done {
    pub kind: Kind,
    /// The status if the body is not suppressed.
    pub status: u16,
    pub minimal: bool,
    pub changes: Vec<Change>,
}

/// The effect on one entity.
#[derive(Debug, Clone)]
pub struct Change {
    /// The status of its own in a batch.
    pub status: u16,
    /// `None` if it was removed.
    pub entity: Option<Entity>,
    pub id: String,
    /// The slot that gets the new id.
    pub slot: Option<usize>,
}

#[derive(Debug)]
pub struct State {
    pub resource: &'static Resource,
    pub entities: BTreeMap<String, Entity>,
    /// The last versions of the ids that were purged.
    purged: HashMap<String, i64>,
    /// Created, but not seen yet.
    pub unseen: Vec<Entity>,
    slots: Vec<String>,
    /// By key: the fingerprint of the request, and its response.
    replies: HashMap<&'static str, (String, Reply)>,
    sent: HashMap<&'static str, Request>,
}

impl State {
    pub fn new(resource: &'static Resource) -> Self {
        Self {
            resource,
            entities: BTreeMap::new(),
            purged: HashMap::new(),
            unseen: Vec::new(),
            slots: (0..SLOTS)
                .map(|slot| match resource.identity {
                    Identity::Id => format!("00000000-0000-4000-8000-00000000000{slot}"),
                    Identity::Key => format!("slot{slot}"),
                })
                .collect(),
            replies: HashMap::new(),
            sent: HashMap::new(),
        }
    }

    pub fn slot(&self, slot: usize) -> &str {
        &self.slots[slot]
    }

    /// The version of an entity, or the one that it would get.
    pub fn version(&self, id: &str) -> i64 {
        self.entities.get(id).map_or(1, |entity| entity.version)
    }

    /// The request that was carried out with a key, else the one that was last sent with it.
    pub fn sent(&self, key: &str) -> Option<&Request> {
        self.sent.get(key)
    }

    pub fn expect(&self, request: &Request) -> Expected {
        if let Some(rejection) = request.rejection() {
            return Expected::Rejected(rejection);
        }
        if let Some((fingerprint, reply)) = request.key().and_then(|key| self.replies.get(key)) {
            if *fingerprint != request.fingerprint() {
                let fault = ("Idempotency-Key".to_owned(), "key_reused");
                return Expected::Rejected(Rejection {
                    faults: vec![fault],
                    ..Rejection::invalid(Vec::new())
                });
            }
            if !request.is_dry_run() {
                return Expected::Replayed(reply.clone());
            }
        }
        if request.kind == Kind::Get {
            return self.get(request);
        }
        match self.write(request) {
            Ok((status, changes)) => {
                Expected::Done(Done { kind: request.kind, status, minimal: request.manner.minimal, changes })
            }
            Err(rejection) => Expected::Rejected(rejection),
        }
    }

    fn live(&self, id: &str) -> Result<&Entity, Rejection> {
        self.entities.get(id).filter(|entity| !entity.deleted).ok_or_else(Rejection::not_found)
    }

    /// The entity after its deletion, if it can be restored.
    fn deleted(&self, entity: &Entity) -> Option<Entity> {
        self.resource.has(Feature::Restore).then(|| entity.deleted(true))
    }

    fn get(&self, request: &Request) -> Expected {
        match self.live(&request.id) {
            Err(rejection) => Expected::Rejected(rejection),
            Ok(entity) if misses(request, entity) => {
                Expected::Rejected(Rejection::precondition(Some(entity.version)))
            }
            Ok(entity) if is_named(request.if_none_match.as_ref(), entity) => {
                Expected::NotModified(entity.version)
            }
            Ok(entity) => Expected::Found(entity.clone()),
        }
    }

    fn write(&self, request: &Request) -> Result<(u16, Vec<Change>), Rejection> {
        let id = request.id.as_str();
        let one =
            |status, entity| Ok((status, vec![Change { status, id: id.to_owned(), entity, slot: None }]));
        match request.kind {
            Kind::Create if self.resource.identity == Identity::Key => {
                let id = request.body["key"].as_str().unwrap_or_default();
                if self.entities.contains_key(id) {
                    return Err(Rejection::conflict());
                }
                let (status, entity) = (201, Some(self.created(id, &request.body)));
                Ok((status, vec![Change { status, id: id.to_owned(), entity, slot: None }]))
            }
            Kind::Create => {
                let entity = Some(Entity::created(self.resource, &request.body));
                let slot = request.slots.first().copied();
                Ok((201, vec![Change { status: 201, id: String::new(), entity, slot }]))
            }
            Kind::Put => {
                let (status, entity) = self.put(request)?;
                one(status, Some(entity))
            }
            Kind::Merge | Kind::Patch => {
                let entity = self.live(id)?;
                check(request, entity)?;
                one(200, Some(entity.with(self.resource, &patch(self.resource, entity, request)?)))
            }
            Kind::Delete => {
                let entity = self.live(id)?;
                check(request, entity)?;
                one(204, self.deleted(entity))
            }
            Kind::Purge => {
                check(request, self.entities.get(id).ok_or_else(Rejection::not_found)?)?;
                one(204, None)
            }
            Kind::Restore => {
                let entity = self.entities.get(id).ok_or_else(Rejection::not_found)?;
                if !entity.deleted {
                    return Err(Rejection::conflict());
                }
                check(request, entity)?;
                one(200, Some(entity.deleted(false)))
            }
            Kind::Batch => Ok((200, self.batch(request)?)),
            Kind::Get => unreachable!("it writes nothing"),
        }
    }

    fn put(&self, request: &Request) -> Result<(u16, Entity), Rejection> {
        match self.entities.get(&request.id) {
            Some(entity) if !entity.deleted => {
                check(request, entity)?;
                Ok((200, entity.with(self.resource, &request.body)))
            }
            _ if request.if_match.is_some() => Err(Rejection::precondition(None)),
            Some(_) => Err(Rejection::conflict()),
            None => Ok((201, self.created(&request.id, &request.body))),
        }
    }

    /// A new entity whose versions continue after those that were purged.
    fn created(&self, id: &str, content: &Value) -> Entity {
        let version = 1 + self.purged.get(id).copied().unwrap_or(0);
        Entity { id: id.to_owned(), version, ..Entity::created(self.resource, content) }
    }

    fn batch(&self, request: &Request) -> Result<Vec<Change>, Rejection> {
        let operations = request.operations();
        let named = || {
            operations
                .iter()
                .enumerate()
                .filter_map(|(index, json)| Some((index, json, json["id"].as_str()?)))
        };
        let faults = |indexes: Vec<usize>, member: &str, code| -> Vec<_> {
            indexes.into_iter().map(|index| (format!("/operations/{index}/{member}"), code)).collect()
        };

        let missing: Vec<_> =
            named().filter(|(_, _, id)| self.live(id).is_err()).map(|(index, ..)| index).collect();
        if !missing.is_empty() {
            return Err(Rejection::not_found().at(faults(missing, "id", "not_found")));
        }
        let stale = named().filter_map(|(index, json, id)| {
            let (field, version) = (json["if_match"].as_str()?, self.version(id));
            (!rules::names(field, version, true)).then_some((index, version))
        });
        let (stale, versions): (Vec<_>, Vec<_>) = stale.unzip();
        if !stale.is_empty() {
            let rejection = Rejection::precondition(versions.first().copied());
            return Err(rejection.at(faults(stale, "if_match", "precondition_failed")));
        }

        let mut invalid = Vec::new();
        let mut changes = Vec::new();
        for (index, operation) in operations.iter().enumerate() {
            let id = operation["id"].as_str().unwrap_or_default().to_owned();
            let (status, entity) = match operation["op"].as_str() {
                Some("create") => (201, Some(Entity::created(self.resource, &operation[self.resource.name]))),
                Some("update") => {
                    let (content, faults) = rules::merged(
                        self.resource,
                        &self.entities[&id].document(self.resource),
                        &operation["patch"],
                    );
                    invalid.extend(rules::below(&format!("/operations/{index}/patch"), faults));
                    (200, Some(self.entities[&id].with(self.resource, &content)))
                }
                _ => (204, self.deleted(&self.entities[&id])),
            };
            let slot = (status == 201).then_some(request.slots[index]);
            changes.push(Change { status, entity, id, slot });
        }
        if invalid.is_empty() { Ok(changes) } else { Err(Rejection::invalid(invalid)) }
    }

    /// Applies what a request has changed, once the response was as expected.
    pub fn settle(&mut self, request: &Request, changes: Option<Vec<Change>>, reply: &Reply) {
        let is_first = |key: &&str| !request.is_dry_run() && !self.replies.contains_key(*key);
        if let Some(key) = request.key().filter(is_first) {
            self.sent.insert(key, request.clone());
        }
        let Some(changes) = changes.filter(|_| !request.is_dry_run()) else {
            return;
        };
        if let Some(key) = request.key() {
            self.replies.insert(key, (request.fingerprint(), reply.clone()));
        }
        for Change { id, entity, slot, .. } in changes {
            match entity {
                None => {
                    let purged = self.entities.remove(&id);
                    self.purged.extend(purged.map(|entity| (id, entity.version)));
                }
                Some(entity) if entity.id.is_empty() => self.unseen.push(entity),
                Some(entity) => {
                    if let Some(slot) = slot {
                        self.slots[slot].clone_from(&entity.id);
                    }
                    self.entities.insert(entity.id.clone(), entity);
                }
            }
        }
    }
}

fn is_named(field: Option<&String>, entity: &Entity) -> bool {
    field.is_some_and(|field| rules::names(field, entity.version, false))
}

fn misses(request: &Request, entity: &Entity) -> bool {
    request.if_match.as_ref().is_some_and(|field| !rules::names(field, entity.version, true))
}

/// `If-Match`, then `If-None-Match` (RFC 9110 §13.2.2).
fn check(request: &Request, entity: &Entity) -> Result<(), Rejection> {
    if misses(request, entity) || is_named(request.if_none_match.as_ref(), entity) {
        return Err(Rejection::precondition(Some(entity.version)));
    }
    Ok(())
}

fn patch(resource: &Resource, entity: &Entity, request: &Request) -> Result<Value, Rejection> {
    if request.kind == Kind::Merge {
        let (content, faults) = rules::merged(resource, &entity.document(resource), &request.body);
        return if faults.is_empty() { Ok(content) } else { Err(Rejection::invalid(faults)) };
    }
    let operations = request.body.as_array().map_or(&[][..], Vec::as_slice);
    rules::patched(resource, &entity.document(resource), operations).map_err(|error| match error {
        Unpatched::Test(fault) => Rejection::conflict().at(vec![fault]),
        Unpatched::Invalid(faults) => Rejection::invalid(faults),
    })
}

impl Entity {
    fn created(resource: &Resource, content: &Value) -> Self {
        Self { version: 1, ..Self::default().filled(resource, content) }
    }

    /// Text is trimmed; a field that is left out gets its default.
    fn filled(self, resource: &Resource, content: &Value) -> Self {
        let value = |field: &Field| match (&content[field.name], &field.rule) {
            (Value::Null, _) => field.default().unwrap_or_default(),
            (Value::String(text), Rule::Text { .. }) => text.trim().into(),
            (value, _) => value.clone(),
        };
        let fields = resource.fields.iter().map(|field| (field.name.to_owned(), value(field)));
        Self { fields: fields.collect(), ..self }
    }

    fn changed(&self) -> Self {
        let mut entity = Self { version: self.version + 1, ..self.clone() };
        if let Some(time) = entity.updated_at.take() {
            entity.updated_before = time;
        }
        entity
    }

    fn with(&self, resource: &Resource, content: &Value) -> Self {
        self.changed().filled(resource, content)
    }

    fn deleted(&self, deleted: bool) -> Self {
        Self { deleted, ..self.changed() }
    }

    /// As clients see it; times that are not known are null.
    pub fn document(&self, resource: &Resource) -> Value {
        let Self { id, fields, version, created_at, updated_at, .. } = self;
        let deleted_at = updated_at.as_ref().filter(|_| self.deleted);
        let mut document = json!({
            (resource.member()): id, "version": version, "created_at": created_at, "updated_at": updated_at,
            "created_by": null, "updated_by": null,
        });
        if resource.has(Feature::Restore) {
            document["deleted_at"] = json!(deleted_at);
        }
        document.as_object_mut().unwrap().extend(fields.clone());
        document
    }
}
