//! What the service must have after what it was asked, and so how it must answer.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

use super::{
    operations::SLOTS,
    request::{Kind, Refusal, Request},
    rules::{self, Unpatched},
};
use crate::support::service::Answer;

/// An item. What only the server knows is learnt from its answers.
#[derive(Debug, Clone, Default)]
pub struct Item {
    /// Empty until it was seen.
    pub id: String,
    pub name: String,
    pub status: String,
    pub attributes: Value,
    pub version: i64,
    pub deleted: bool,
    pub created_at: Option<String>,
    /// Not known when the last change was not answered with the item.
    pub updated_at: Option<String>,
    /// What it was known to be before.
    pub updated_before: String,
}

/// How the service must answer.
#[derive(Debug)]
pub enum Expected {
    Refused(Refusal),
    NotModified(i64),
    Found(Item),
    Done(Done),
    Replayed(Answer),
}

/// A write that is carried out.
#[derive(Debug)]
pub struct Done {
    pub kind: Kind,
    /// With the item in the answer, if that is wanted.
    pub status: u16,
    pub minimal: bool,
    pub changes: Vec<Change>,
}

/// What becomes of one item.
#[derive(Debug, Clone)]
pub struct Change {
    /// The status of its own in a batch.
    pub status: u16,
    /// None where it was removed.
    pub item: Option<Item>,
    pub id: String,
    /// The slot that gets the id, which is new.
    pub slot: Option<usize>,
}

#[derive(Debug)]
pub struct State {
    pub items: BTreeMap<String, Item>,
    /// Created, but not seen yet.
    pub unseen: Vec<Item>,
    slots: Vec<String>,
    /// By key: what the request is known by, and its answer.
    answers: HashMap<&'static str, (String, Answer)>,
    sent: HashMap<&'static str, Request>,
}

impl State {
    pub fn new() -> Self {
        Self {
            items: BTreeMap::new(),
            unseen: Vec::new(),
            slots: (0..SLOTS).map(|slot| format!("00000000-0000-4000-8000-00000000000{slot}")).collect(),
            answers: HashMap::new(),
            sent: HashMap::new(),
        }
    }

    pub fn slot(&self, slot: usize) -> &str {
        &self.slots[slot]
    }

    /// The version of what is there under an id, or a version that it may get.
    pub fn version(&self, id: &str) -> i64 {
        self.items.get(id).map_or(1, |item| item.version)
    }

    /// What was last sent with a key.
    pub fn sent(&self, key: &str) -> Option<&Request> {
        self.sent.get(key)
    }

    pub fn expect(&self, request: &Request) -> Expected {
        if let Some(refusal) = request.refusal() {
            return Expected::Refused(refusal);
        }
        if let Some((fingerprint, answer)) = request.key().and_then(|key| self.answers.get(key)) {
            if *fingerprint == request.fingerprint() {
                return Expected::Replayed(answer.clone());
            }
            let fault = ("Idempotency-Key".to_owned(), "key_reused");
            return Expected::Refused(Refusal { faults: vec![fault], ..Refusal::invalid(Vec::new()) });
        }
        if request.kind == Kind::Get {
            return self.get(request);
        }
        match self.write(request) {
            Ok((status, changes)) => {
                Expected::Done(Done { kind: request.kind, status, minimal: request.manner.minimal, changes })
            }
            Err(refusal) => Expected::Refused(refusal),
        }
    }

    fn live(&self, id: &str) -> Result<&Item, Refusal> {
        self.items.get(id).filter(|item| !item.deleted).ok_or_else(Refusal::not_found)
    }

    fn get(&self, request: &Request) -> Expected {
        match self.live(&request.id) {
            Err(refusal) => Expected::Refused(refusal),
            Ok(item) if misses(request, item) => Expected::Refused(Refusal::precondition(Some(item.version))),
            Ok(item) if is_named(request.if_none_match.as_ref(), item) => Expected::NotModified(item.version),
            Ok(item) => Expected::Found(item.clone()),
        }
    }

    fn write(&self, request: &Request) -> Result<(u16, Vec<Change>), Refusal> {
        let id = request.id.as_str();
        let one = |status, item| Ok((status, vec![Change { status, id: id.to_owned(), item, slot: None }]));
        match request.kind {
            Kind::Create => {
                let item = Some(Item::created(&request.body));
                let slot = request.slots.first().copied();
                Ok((201, vec![Change { status: 201, id: String::new(), item, slot }]))
            }
            Kind::Put => {
                let (status, item) = self.put(request)?;
                one(status, Some(item))
            }
            Kind::Merge | Kind::Patch => {
                let item = self.live(id)?;
                check(request, item)?;
                one(200, Some(item.with(&patch(item, request)?)))
            }
            Kind::Delete => {
                let item = self.live(id)?;
                check(request, item)?;
                one(204, Some(item.deleted(true)))
            }
            Kind::Purge => {
                check(request, self.items.get(id).ok_or_else(Refusal::not_found)?)?;
                one(204, None)
            }
            Kind::Restore => {
                let item = self.items.get(id).ok_or_else(Refusal::not_found)?;
                if !item.deleted {
                    return Err(Refusal::conflict());
                }
                check(request, item)?;
                one(200, Some(item.deleted(false)))
            }
            Kind::Batch => Ok((200, self.batch(request)?)),
            Kind::Get => unreachable!("it writes nothing"),
        }
    }

    fn put(&self, request: &Request) -> Result<(u16, Item), Refusal> {
        match self.items.get(&request.id) {
            Some(item) if !item.deleted => {
                check(request, item)?;
                Ok((200, item.with(&request.body)))
            }
            _ if request.if_match.is_some() => Err(Refusal::precondition(None)),
            Some(_) => Err(Refusal::conflict()),
            None => Ok((201, Item { id: request.id.clone(), ..Item::created(&request.body) })),
        }
    }

    fn batch(&self, request: &Request) -> Result<Vec<Change>, Refusal> {
        let operations = request.operations();
        let named = || {
            operations
                .iter()
                .enumerate()
                .filter_map(|(index, json)| Some((index, json, json["id"].as_str()?)))
        };
        let faults = |places: Vec<usize>, member: &str, code| -> Vec<_> {
            places.into_iter().map(|index| (format!("/operations/{index}/{member}"), code)).collect()
        };

        let missing: Vec<_> =
            named().filter(|(_, _, id)| self.live(id).is_err()).map(|(index, ..)| index).collect();
        if !missing.is_empty() {
            return Err(Refusal::not_found().at(faults(missing, "id", "not_found")));
        }
        let stale = named().filter_map(|(index, json, id)| {
            let (field, version) = (json["if_match"].as_str()?, self.version(id));
            (!rules::names(field, version, true)).then_some((index, version))
        });
        let (stale, versions): (Vec<_>, Vec<_>) = stale.unzip();
        if !stale.is_empty() {
            let refusal = Refusal::precondition(versions.first().copied());
            return Err(refusal.at(faults(stale, "if_match", "precondition_failed")));
        }

        let mut invalid = Vec::new();
        let mut changes = Vec::new();
        for (index, operation) in operations.iter().enumerate() {
            let id = operation["id"].as_str().unwrap_or_default().to_owned();
            let (status, item) = match operation["op"].as_str() {
                Some("create") => (201, Item::created(&operation["item"])),
                Some("update") => {
                    let (content, faults) = rules::merged(&self.items[&id].document(), &operation["patch"]);
                    invalid.extend(rules::below(&format!("/operations/{index}/patch"), faults));
                    (200, self.items[&id].with(&content))
                }
                _ => (204, self.items[&id].deleted(true)),
            };
            let slot = (status == 201).then_some(request.slots[index]);
            changes.push(Change { status, id, item: Some(item), slot });
        }
        if invalid.is_empty() { Ok(changes) } else { Err(Refusal::invalid(invalid)) }
    }

    /// Takes over what a request has changed, once the answer was as expected.
    pub fn settle(&mut self, request: &Request, changes: Option<Vec<Change>>, answer: &Answer) {
        if let Some(key) = request.key() {
            self.sent.insert(key, request.clone());
        }
        let Some(changes) = changes.filter(|_| !request.is_rehearsal()) else {
            return;
        };
        if let Some(key) = request.key() {
            self.answers.insert(key, (request.fingerprint(), answer.clone()));
        }
        for Change { id, item, slot, .. } in changes {
            match item {
                None => {
                    self.items.remove(&id);
                }
                Some(item) if item.id.is_empty() => self.unseen.push(item),
                Some(item) => {
                    if let Some(slot) = slot {
                        self.slots[slot].clone_from(&item.id);
                    }
                    self.items.insert(item.id.clone(), item);
                }
            }
        }
    }
}

fn is_named(field: Option<&String>, item: &Item) -> bool {
    field.is_some_and(|field| rules::names(field, item.version, false))
}

fn misses(request: &Request, item: &Item) -> bool {
    request.if_match.as_ref().is_some_and(|field| !rules::names(field, item.version, true))
}

/// `If-Match`, then `If-None-Match` (RFC 9110 §13.2.2).
fn check(request: &Request, item: &Item) -> Result<(), Refusal> {
    if misses(request, item) || is_named(request.if_none_match.as_ref(), item) {
        return Err(Refusal::precondition(Some(item.version)));
    }
    Ok(())
}

fn patch(item: &Item, request: &Request) -> Result<Value, Refusal> {
    if request.kind == Kind::Merge {
        let (content, faults) = rules::merged(&item.document(), &request.body);
        return if faults.is_empty() { Ok(content) } else { Err(Refusal::invalid(faults)) };
    }
    let operations = request.body.as_array().map_or(&[][..], Vec::as_slice);
    rules::patched(&item.document(), operations).map_err(|error| match error {
        Unpatched::Test(fault) => Refusal::conflict().at(vec![fault]),
        Unpatched::Invalid(faults) => Refusal::invalid(faults),
    })
}

impl Item {
    fn created(content: &Value) -> Self {
        Self { version: 1, ..Self::default().filled(content) }
    }

    /// What is left out gets its default.
    fn filled(self, content: &Value) -> Self {
        let text = |name: &str| content[name].as_str().map(|text| text.trim().to_owned());
        Self {
            name: text("name").unwrap_or_default(),
            status: text("status").unwrap_or_else(|| "draft".to_owned()),
            attributes: content.get("attributes").cloned().unwrap_or_else(|| json!({})),
            ..self
        }
    }

    fn changed(&self) -> Self {
        let mut item = Self { version: self.version + 1, ..self.clone() };
        if let Some(time) = item.updated_at.take() {
            item.updated_before = time;
        }
        item
    }

    fn with(&self, content: &Value) -> Self {
        self.changed().filled(content)
    }

    fn deleted(&self, deleted: bool) -> Self {
        Self { deleted, ..self.changed() }
    }

    /// As clients see it; times that are not known are null.
    pub fn document(&self) -> Value {
        let Self { id, name, status, attributes, version, created_at, updated_at, .. } = self;
        let deleted_at = updated_at.as_ref().filter(|_| self.deleted);
        json!({
            "id": id, "name": name, "status": status, "attributes": attributes, "version": version,
            "created_at": created_at, "updated_at": updated_at, "deleted_at": deleted_at,
        })
    }
}
