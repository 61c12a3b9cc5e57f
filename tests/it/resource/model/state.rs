//! What the service must hold after each request, and so how it must respond.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Value, json};

use super::{
    operations::SLOTS,
    request::{Kind, Rejection, Request},
    rules::{self, Fault, Unpatched},
};
use crate::support::{
    resource::{Field, Identity, Resource, Rule},
    service::Reply,
};

/// An entity. What only the server knows is learnt from its responses.
#[derive(Debug, Clone, Default)]
pub struct Entity {
    /// Empty until it was seen.
    pub id: String,
    pub fields: Map<String, Value>,
    /// Null without a schema.
    pub schema_version: Value,
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
    pub is_dry_run: bool,
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
    /// Which of the schemas the collection has, and its version.
    pub schema: (usize, Value),
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
            schema: (0, Value::Null),
            entities: BTreeMap::new(),
            purged: HashMap::new(),
            unseen: Vec::new(),
            slots: (0..SLOTS)
                .map(|slot| match resource.identity {
                    Identity::Id => format!("00000000-0000-4000-8000-00000000000{slot}"),
                    Identity::Key => format!("slot{slot}"),
                    Identity::Code => format!("slot000{slot}"),
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
            Ok((status, changes)) => Expected::Done(Done {
                kind: request.kind,
                status,
                minimal: request.manner.minimal,
                is_dry_run: request.is_dry_run(),
                changes,
            }),
            Err(rejection) => Expected::Rejected(rejection),
        }
    }

    fn live(&self, id: &str) -> Result<&Entity, Rejection> {
        self.entities.get(id).filter(|entity| !entity.deleted).ok_or_else(Rejection::not_found)
    }

    /// The entity after its deletion, if its row stays.
    fn deleted(&self, entity: &Entity) -> Option<Entity> {
        self.resource.deleted.is_some().then(|| entity.deleted(true))
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
                let (status, entity) = (201, Some(self.created(id, &request.body)?));
                Ok((status, vec![Change { status, id: id.to_owned(), entity, slot: None }]))
            }
            Kind::Create => {
                let entity = Some(self.accepted(Entity::created(self.resource, &request.body))?);
                let slot = request.slots.first().copied();
                Ok((201, vec![Change { status: 201, id: String::new(), entity, slot }]))
            }
            Kind::Put => {
                let (status, entity) = self.put(request)?;
                one(status, Some(entity))
            }
            Kind::Merge | Kind::Patch | Kind::Rotate => {
                let entity = self.live(id)?;
                check(request, entity)?;
                one(200, Some(self.accepted(changed(self.resource, entity, request)?)?))
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
                Ok((200, self.accepted(entity.with(self.resource, &request.body))?))
            }
            _ if request.if_match.is_some() => Err(Rejection::precondition(None)),
            Some(_) => Err(Rejection::conflict()),
            None => Ok((201, self.created(&request.id, &request.body)?)),
        }
    }

    /// A new entity whose versions continue after those that were purged.
    fn created(&self, id: &str, content: &Value) -> Result<Entity, Vec<Fault>> {
        let version = 1 + self.purged.get(id).copied().unwrap_or(0);
        self.accepted(Entity { id: id.to_owned(), version, ..Entity::created(self.resource, content) })
    }

    /// The entity in the version of the schema, which accepts it.
    fn accepted(&self, entity: Entity) -> Result<Entity, Vec<Fault>> {
        let (schema, version) = &self.schema;
        let faults = rules::schema_faults(*schema, entity.fields.get("attributes").unwrap_or(&Value::Null));
        if faults.is_empty() { Ok(Entity { schema_version: version.clone(), ..entity }) } else { Err(faults) }
    }

    fn batch(&self, request: &Request) -> Result<Vec<Change>, Rejection> {
        let operations = request.operations();
        self.check_batch(operations)?;
        let mut invalid = Vec::new();
        let mut changes = Vec::new();
        for (index, operation) in operations.iter().enumerate() {
            let id = operation["id"].as_str().unwrap_or_default().to_owned();
            let name = self.resource.name;
            let (status, member, accepted) = match operation["op"].as_str() {
                Some("create") => {
                    let created = Entity::created(self.resource, &operation[name]);
                    (201, name, self.accepted(created).map(Some))
                }
                Some("update") => {
                    let current = &self.entities[&id];
                    let document = current.document(self.resource);
                    let (content, faults) = rules::merged(self.resource, &document, &operation["patch"]);
                    let accepted = if faults.is_empty() {
                        self.accepted(current.with(self.resource, &content)).map(Some)
                    } else {
                        Err(faults)
                    };
                    (200, "patch", accepted)
                }
                _ => (204, "", Ok(self.deleted(&self.entities[&id]))),
            };
            let slot = (status == 201).then_some(request.slots[index]);
            match accepted {
                Ok(entity) => changes.push(Change { status, entity, id, slot }),
                Err(faults) => {
                    invalid.extend(rules::below(&format!("/operations/{index}/{member}"), faults));
                }
            }
        }
        if invalid.is_empty() { Ok(changes) } else { Err(Rejection::invalid(invalid)) }
    }

    /// Checks that the entities of a batch exist, in versions that their conditions name.
    fn check_batch(&self, operations: &[Value]) -> Result<(), Rejection> {
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
        if stale.is_empty() {
            return Ok(());
        }
        let rejection = Rejection::precondition(versions.first().copied());
        Err(rejection.at(faults(stale, "if_match", "precondition_failed")))
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

/// The entity after a patch or a rotation.
fn changed(resource: &Resource, entity: &Entity, request: &Request) -> Result<Entity, Rejection> {
    if request.kind == Kind::Rotate {
        return Ok(entity.changed());
    }
    let document = entity.document(resource);
    if request.kind == Kind::Merge {
        let (content, faults) = rules::merged(resource, &document, &request.body);
        let content = if faults.is_empty() { Ok(content) } else { Err(Rejection::invalid(faults)) };
        return Ok(entity.with(resource, &content?));
    }
    let operations = request.body.as_array().map_or(&[][..], Vec::as_slice);
    let content = rules::patched(resource, &document, operations).map_err(|error| match error {
        Unpatched::Test(fault) => Rejection::conflict().at(vec![fault]),
        Unpatched::Invalid(faults) => Rejection::invalid(faults),
    });
    Ok(entity.with(resource, &content?))
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
            (Value::String(text), Rule::Time) => in_utc(text),
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
        });
        if let Some(deleted) = &resource.deleted {
            document[deleted.member] = json!(deleted_at);
        }
        let members = document.as_object_mut().unwrap();
        members.extend(resource.actors.iter().map(|actor| ((*actor).to_owned(), Value::Null)));
        members.extend(fields.clone());
        document
    }
}

/// As the service writes a time.
fn in_utc(time: &str) -> Value {
    let time = DateTime::parse_from_rfc3339(time).unwrap().to_utc();
    time.to_rfc3339_opts(SecondsFormat::Micros, true).into()
}
