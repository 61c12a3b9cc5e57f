//! The request of an operation, and what is wrong with it whatever is stored.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{
    operations::{Action, BatchOperation, ID, Manner, Operation, Spoilt, Tags},
    rules::{self, Fault},
    state::State,
};
use crate::support::{
    resource::{Feature, Identity, Resource},
    service::TestService,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Get,
    Create,
    Put,
    Merge,
    Patch,
    Delete,
    Purge,
    Restore,
    Rotate,
    Batch,
}

#[derive(Debug, Clone)]
pub struct Request {
    resource: &'static Resource,
    pub kind: Kind,
    pub id: String,
    /// The slots that get the ids of created entities, one an operation.
    pub slots: Vec<usize>,
    pub body: Value,
    pub if_match: Option<String>,
    pub if_none_match: Option<String>,
    pub manner: Manner,
    media_type: Option<&'static str>,
    purge: Option<bool>,
}

/// A rejection by the contract.
#[derive(Debug, Clone)]
pub struct Rejection {
    pub status: u16,
    pub slug: &'static str,
    /// The version behind `current_etag`.
    pub current: Option<i64>,
    pub faults: Vec<Fault>,
}

impl Rejection {
    pub fn new(status: u16, slug: &'static str) -> Self {
        Self { status, slug, current: None, faults: Vec::new() }
    }

    pub fn not_found() -> Self {
        Self::new(404, "not-found")
    }

    pub fn conflict() -> Self {
        Self::new(409, "conflict")
    }

    pub fn precondition(current: Option<i64>) -> Self {
        Self { current, ..Self::new(412, "precondition-failed") }
    }

    /// Faults in the body.
    pub fn invalid(faults: Vec<Fault>) -> Self {
        Self::new(422, "validation-error").at(faults)
    }

    /// With locations that are JSON Pointers.
    pub fn at(self, faults: Vec<Fault>) -> Self {
        Self { faults: rules::below("#", faults).collect(), ..self }
    }
}

impl From<Vec<Fault>> for Rejection {
    fn from(faults: Vec<Fault>) -> Self {
        Self::invalid(faults)
    }
}

impl Request {
    /// The request that an operation means in this state; `None` if there is nothing to repeat, or
    /// it is about the collection.
    pub fn new(operation: &Operation, state: &State) -> Option<Self> {
        let Operation { slot, action, manner } = operation;
        let id = state.slot(*slot).to_owned();
        let (kind, media_type, body) = match action {
            Action::Again(key) => {
                let sent = state.sent(unquoted(key))?.clone();
                // The preference is no part of the fingerprint, a precondition is.
                let tags = manner.if_match.filter(|_| sent.kind.has_if_match());
                let if_match = tags.map(|tags| tags.text(state.version(&sent.id))).or(sent.if_match);
                let manner = Manner { minimal: manner.minimal, ..sent.manner };
                return Some(Self { if_match, manner, ..sent });
            }
            Action::Schema(_) => return None,
            Action::Get => (Kind::Get, None, Value::Null),
            Action::Create(content) => (Kind::Create, Some("application/json"), content.clone()),
            Action::Put(content) => (Kind::Put, Some("application/json"), content.clone()),
            Action::Merge(media_type, patch) => (Kind::Merge, Some(*media_type), patch.clone()),
            Action::Patch(patch) => (Kind::Patch, Some("application/json-patch+json"), patch.clone()),
            Action::Delete(Some(true)) => (Kind::Purge, None, Value::Null),
            Action::Delete(_) => (Kind::Delete, None, Value::Null),
            Action::Restore => (Kind::Restore, None, Value::Null),
            Action::Rotate(content) => (Kind::Rotate, Some("application/json"), content.clone()),
            Action::Batch(operations) => (Kind::Batch, Some("application/json"), batch(operations, state)),
        };
        let slots = match action {
            Action::Batch(operations) => operations.iter().map(|operation| operation.slot).collect(),
            _ => vec![*slot],
        };
        let text = |tags: Option<Tags>| tags.map(|tags| tags.text(state.version(&id)));
        Some(Self {
            resource: state.resource,
            if_match: text(manner.if_match.filter(|_| kind.has_if_match())),
            if_none_match: text(manner.if_none_match.filter(|_| kind.has_if_none_match())),
            manner: Manner {
                spoilt: manner.spoilt.iter().copied().filter(|spoilt| kind.can_be(*spoilt)).collect(),
                ..manner.clone()
            },
            purge: if let Action::Delete(purge) = action { *purge } else { None },
            body: with_id(state.resource, body, &id),
            kind,
            id,
            slots,
            media_type,
        })
    }

    pub fn method(&self) -> Method {
        match self.kind {
            Kind::Get => Method::GET,
            Kind::Create | Kind::Restore | Kind::Rotate | Kind::Batch => Method::POST,
            Kind::Put => Method::PUT,
            Kind::Merge | Kind::Patch => Method::PATCH,
            Kind::Delete | Kind::Purge => Method::DELETE,
        }
    }

    /// The path and the query.
    pub fn target(&self) -> String {
        let id = if self.is(Spoilt::Path) { "1" } else { &self.id };
        let path = match self.kind {
            Kind::Create => self.resource.path.to_owned(),
            Kind::Batch => self.resource.batch_path(),
            Kind::Restore => format!("{}/restore", self.resource.path_to(id)),
            Kind::Rotate => format!("{}/rotate", self.resource.path_to(id)),
            _ => self.resource.path_to(id),
        };
        let mut query = Vec::new();
        query.extend(self.purge.map(|purge| format!("purge={purge}")));
        if self.is(Spoilt::ValidateOnly) {
            query.push("validate_only=maybe".to_owned());
        } else if self.kind != Kind::Get {
            query.extend(self.manner.validate_only.map(|value| format!("validate_only={value}")));
        }
        query.extend(self.is(Spoilt::Parameter).then(|| "colour=1".to_owned()));
        if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
    }

    /// The media type and the body.
    fn content(&self) -> Option<(&'static str, String)> {
        let Some(media_type) = self.media_type else {
            return self.is(Spoilt::Syntax).then(|| ("application/json", "{}".to_owned()));
        };
        let media_type = if self.is(Spoilt::MediaType) { "text/plain" } else { media_type };
        let end = if self.is(Spoilt::Syntax) { "]" } else { "" };
        Some((media_type, format!("{}{end}", self.body)))
    }

    fn fields(&self) -> Vec<(&'static str, &str)> {
        let Manner { minimal, key, .. } = &self.manner;
        let key = if self.is(Spoilt::Key) { Some("a b") } else { *key };
        [
            ("if-match", self.if_match.as_deref()),
            ("if-none-match", self.if_none_match.as_deref()),
            ("prefer", minimal.then_some("return=minimal")),
            ("idempotency-key", key),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }

    pub fn build(&self, service: &TestService) -> RequestBuilder {
        // The tag of a compressed response is another one.
        let request = service.request(self.method(), &self.target());
        let mut request = request.header("accept-encoding", "identity");
        for (name, value) in self.fields() {
            request = request.header(name, value);
        }
        match self.content() {
            Some((media_type, text)) => request.header("content-type", media_type).body(text),
            None => request,
        }
    }

    /// What tells it from other requests with its key.
    pub fn fingerprint(&self) -> String {
        let conditions = (&self.if_match, &self.if_none_match);
        let write = Self { manner: Manner { validate_only: None, ..self.manner.clone() }, ..self.clone() };
        format!("{} {} {conditions:?} {:?}", self.method(), write.target(), self.content())
    }

    /// As it is sent.
    pub fn text(&self) -> String {
        let fields: Vec<String> =
            self.fields().iter().map(|(name, value)| format!("\n  {name}: {value}")).collect();
        let fields = fields.concat();
        let content =
            self.content().map(|(media_type, text)| format!("\n  content-type: {media_type}\n  {text}"));
        format!("{} {}{fields}{}", self.method(), self.target(), content.unwrap_or_default())
    }

    /// The key, if it has an effect.
    pub fn key(&self) -> Option<&'static str> {
        self.manner.key.filter(|_| self.kind != Kind::Get).map(unquoted)
    }

    pub fn is_dry_run(&self) -> bool {
        self.manner.validate_only == Some(true)
    }

    fn is(&self, spoilt: Spoilt) -> bool {
        self.manner.spoilt.contains(&spoilt)
    }

    /// What is wrong with it whatever is stored: its media type, every fault of its head, or every
    /// fault of its body.
    pub fn rejection(&self) -> Option<Rejection> {
        let malformed = |faults| Rejection { faults, ..Rejection::new(400, "malformed-request") };
        if self.is(Spoilt::MediaType) {
            return Some(Rejection::new(415, "unsupported-media-type"));
        }
        let faults = self.head_faults();
        if !faults.is_empty() {
            return Some(malformed(faults));
        }
        if self.is(Spoilt::Syntax) && self.media_type.is_some() {
            return Some(malformed(vec![("#".to_owned(), "json_syntax")]));
        }
        if self.kind == Kind::Patch {
            let faults: Vec<Fault> = rules::below("#", rules::malformed_operations(&self.body)).collect();
            if !faults.is_empty() {
                return Some(malformed(faults));
            }
        }
        let faults = self.body_faults();
        (!faults.is_empty()).then(|| Rejection::invalid(faults))
    }

    fn head_faults(&self) -> Vec<Fault> {
        let malformed = |field: &Option<String>| field.as_ref().is_some_and(|field| !rules::is_tags(field));
        let key = self.kind != Kind::Get && self.is(Spoilt::Key);
        let faults = [
            (key, "Idempotency-Key", "idempotency_key"),
            (
                self.is(Spoilt::Path),
                self.resource.parameter(),
                if self.resource.identity == Identity::Id { "uuid" } else { self.resource.parameter() },
            ),
            (self.is(Spoilt::Parameter), "colour", "unknown_parameter"),
            (self.is(Spoilt::ValidateOnly), "validate_only", "boolean"),
            (malformed(&self.if_match), "If-Match", "entity_tag"),
            (malformed(&self.if_none_match), "If-None-Match", "entity_tag"),
        ];
        let found = faults.into_iter().filter(|(applies, ..)| *applies);
        found.map(|(_, location, code)| (location.to_owned(), code)).collect()
    }

    fn body_faults(&self) -> Vec<Fault> {
        match self.kind {
            Kind::Create => rules::creation_faults(self.resource, &self.body),
            Kind::Put => rules::replacement_faults(self.resource, &self.body, &self.id),
            Kind::Merge => rules::merge_faults(self.resource, &self.body, Some(&*self.id)),
            Kind::Rotate => rules::rotation_faults(&self.body),
            Kind::Batch => rules::batch_faults(self.resource, self.operations()),
            Kind::Restore if self.is(Spoilt::Syntax) => vec![(String::new(), "unexpected")],
            _ => Vec::new(),
        }
    }

    /// Those of a batch.
    pub fn operations(&self) -> &[Value] {
        self.body["operations"].as_array().map_or(&[], Vec::as_slice)
    }
}

impl Kind {
    pub fn is_offered_by(self, resource: &Resource) -> bool {
        match self {
            Self::Get | Self::Create | Self::Delete => true,
            Self::Put => resource.has(Feature::Replace),
            Self::Merge | Self::Patch => resource.has(Feature::Update),
            Self::Purge | Self::Restore => resource.has(Feature::Restore),
            Self::Rotate => resource.has(Feature::Secret),
            Self::Batch => resource.has(Feature::Batch),
        }
    }

    fn has_if_match(self) -> bool {
        !matches!(self, Self::Create | Self::Batch)
    }

    fn has_if_none_match(self) -> bool {
        !matches!(self, Self::Create | Self::Batch | Self::Restore)
    }

    fn can_be(self, spoilt: Spoilt) -> bool {
        match spoilt {
            Spoilt::Syntax => !matches!(self, Self::Get | Self::Delete | Self::Purge),
            Spoilt::MediaType => !matches!(self, Self::Get | Self::Delete | Self::Purge | Self::Restore),
            Spoilt::ValidateOnly => self != Self::Get,
            Spoilt::Path => !matches!(self, Self::Create | Self::Batch),
            Spoilt::Parameter | Spoilt::Key => true,
        }
    }
}

impl Tags {
    fn text(self, version: i64) -> String {
        let (before, after) = (version - 1, version + 1);
        match self {
            Self::Current => format!("\"{version}\""),
            Self::Stale => format!("\"{before}\""),
            Self::Ahead => format!("\"{after}\""),
            Self::Star => "*".to_owned(),
            Self::Weak => format!("W/\"{version}\""),
            Self::Listed => format!("\"{before}\", \"{version}\""),
            Self::WeakListed => format!("\"x\",W/\"{version}\" , W/\"{after}\""),
            Self::Foreign => "\"x\"".to_owned(),
            Self::Malformed => version.to_string(),
        }
    }
}

fn batch(operations: &[BatchOperation], state: &State) -> Value {
    let operations = operations.iter().map(|BatchOperation { slot, json, if_match }| {
        let id = state.slot(*slot);
        let mut json = with_id(state.resource, json.clone(), id);
        if let Some(tags) = if_match {
            json["if_match"] = json!(tags.text(state.version(id)));
        }
        json
    });
    json!({ "operations": operations.collect::<Vec<_>>() })
}

fn with_id(resource: &Resource, mut body: Value, id: &str) -> Value {
    let member = resource.member();
    if body.get(member).is_some_and(|value| value == ID) {
        body[member] = json!(id);
    }
    body
}

fn unquoted(key: &'static str) -> &'static str {
    key.trim_matches('"')
}
