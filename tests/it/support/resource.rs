//! What tests know of a resource: enough to check everything that all resources promise.

use std::{
    fmt::Display,
    ops::Deref,
    sync::atomic::{AtomicU8, AtomicUsize, Ordering},
};

use reqwest::{Method, StatusCode, header::CONTENT_LENGTH};
use serde_json::{Map, Value, json};

use super::{
    Options,
    service::{Reply, TestService, options},
};

/// Ids that no entity has unless a test creates one under them.
pub const ABSENT: &str = "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a55";
pub const NEW: [&str; 3] = [
    "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a56",
    "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a57",
    "0198c1a0-7f3e-7cc0-9a70-3f1d6b1f2a58",
];

/// The same for entities that clients name, or that have a short id.
const ABSENT_KEY: &str = "absent.one";
const ABSENT_CODE: &str = "absent01";
const NEW_KEYS: [&str; 3] = ["new.one", "new.two", "new.three"];

/// What tells the entities of a resource apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// A UUID as `id`, which the server generates, or a PUT brings.
    Id,
    /// A `key` that the client gives.
    Key,
    /// Eight letters and digits as `id`, which the server generates.
    Code,
}

/// A resource, described by what differs from one to the next.
#[derive(Debug)]
pub struct Resource {
    /// The word for one entity, as in `get_item`, `item.created` and the operations of a batch.
    pub name: &'static str,
    /// The word for several, as in `list_items`.
    pub plural: &'static str,
    pub table: &'static str,
    /// The path of the collection.
    pub path: &'static str,
    pub identity: Identity,
    /// Members that only the server writes and that have tests of their own.
    pub derived: &'static [&'static str],
    /// Members that only the server writes and that are null without authentication.
    pub actors: &'static [&'static str],
    /// How an entity is listed after a DELETE, if its row stays.
    pub deleted: Option<Deleted>,
    /// SQL that removes the entities that exist from the start.
    pub setup: &'static str,
    /// What clients write. The first is a required text, by which tests tell entities apart.
    pub fields: &'static [Field],
    /// The fields that `<name>.created` logs in addition to the id.
    pub logged: &'static [&'static str],
    /// The columns without a default except the id, each with an SQL expression for row number `n`.
    pub columns: &'static [(&'static str, &'static str)],
    /// What it offers in addition to create, get, list and delete.
    pub features: &'static [Feature],
}

/// What a resource may offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// PUT replaces an entity, or creates it under an id of the client's choice.
    Replace,
    /// PATCH takes a JSON Merge Patch or a JSON Patch.
    Update,
    /// DELETE keeps the row unless `purge` is set, and `/restore` brings the entity back.
    Restore,
    /// `/batch` takes creates, updates and deletes.
    Batch,
    /// Its `attributes` satisfy the schema of a collection, `default` if they name none.
    Schema,
    /// A POST responds with the entity and a secret, as does `/rotate` with a new one; the response
    /// has a body whatever the client prefers.
    Secret,
}

/// How an entity that was deleted is listed.
#[derive(Debug)]
pub struct Deleted {
    /// The parameter of the list that includes it.
    pub parameter: &'static str,
    /// Its member that is not null.
    pub member: &'static str,
}

/// A field that clients write.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub rule: Rule,
    /// What it is if left out, as JSON; `None` if it is required.
    pub default: Option<&'static str>,
}

/// Which values a field takes.
#[derive(Debug)]
pub enum Rule {
    /// 1 to `max` characters after trimming, no control characters.
    Text { max: usize },
    /// Up to `max` characters.
    Prose { max: usize },
    /// One of these strings.
    Choice(&'static [&'static str]),
    /// An object, nested at most `max_depth` deep.
    Object { max_depth: usize },
    /// What a key allows.
    Grants,
    /// A time (RFC 3339), or null.
    Time,
}

impl Resource {
    pub fn has(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }

    /// The member that identifies an entity.
    pub fn member(&self) -> &'static str {
        if self.identity == Identity::Key { "key" } else { "id" }
    }

    /// The parameter of the path of an entity, and its column.
    pub fn parameter(&self) -> &'static str {
        match self.identity {
            Identity::Id => "id",
            Identity::Key => "key",
            Identity::Code => "key_id",
        }
    }

    /// A name that no entity has.
    pub fn absent(&self) -> &'static str {
        match self.identity {
            Identity::Id => ABSENT,
            Identity::Key => ABSENT_KEY,
            Identity::Code => ABSENT_CODE,
        }
    }

    /// Names for new entities.
    pub fn new_names(&self) -> [&'static str; 3] {
        if self.identity == Identity::Id { NEW } else { NEW_KEYS }
    }

    /// The members of an entity that clients do not write, except the derived ones.
    pub fn output_only(&self) -> Vec<&'static str> {
        let mut names = vec![self.member(), "version", "created_at", "updated_at"];
        names.extend(self.actors);
        names.extend(self.deleted.as_ref().map(|deleted| deleted.member));
        names
    }

    /// The body of a POST with this content, which names the new entity if clients do so.
    pub fn named(&self, body: &Value, name: Option<&str>) -> Value {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let mut body = body.clone();
        if let (Identity::Key, Value::Object(members)) = (self.identity, &mut body) {
            let name = name.map_or_else(
                || format!("c{}", COUNT.fetch_add(1, Ordering::Relaxed)),
                |name| {
                    let parts =
                        name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect::<String>();
                    format!("k{parts}")
                },
            );
            members.entry("key").or_insert(name.into());
        }
        body
    }

    /// The name of the field by which tests tell entities apart.
    pub fn label(&self) -> &'static str {
        self.fields[0].name
    }

    /// A body with this label and a value for every other required field.
    pub fn labelled(&self, label: &str) -> Value {
        let required = self.fields.iter().filter(|field| field.default.is_none());
        let mut body: Map<_, _> =
            required.map(|field| (field.name.to_owned(), field.valid().swap_remove(0))).collect();
        body.insert(self.label().to_owned(), label.into());
        body.into()
    }

    /// A body with a value for every field, none of which is a default.
    pub fn full(&self) -> Value {
        let value =
            |field: &Field| field.valid().into_iter().find(|value| Some(value) != field.default().as_ref());
        self.fields.iter().map(|field| (field.name.to_owned(), value(field).unwrap())).collect()
    }

    /// A merge patch, or a part of a body, that sets the label.
    pub fn relabel(&self, label: impl Display) -> Value {
        json!({ (self.label()): label.to_string() })
    }

    /// Whether an entity shows these values of the fields, or their defaults.
    #[track_caller]
    pub fn assert_shows(&self, shown: &Value, content: &Value) {
        for field in self.fields {
            let wanted = content.get(field.name).cloned().or_else(|| field.default()).unwrap();
            assert_eq!(shown[field.name], wanted, "{} of {shown}", field.name);
        }
    }

    /// The path of an entity.
    pub fn path_of(&self, entity: &Value) -> String {
        self.path_to(entity[self.member()].as_str().unwrap_or_else(|| panic!("{entity} has no name")))
    }

    pub fn path_to(&self, id: &str) -> String {
        format!("{}/{id}", self.path)
    }

    pub fn batch_path(&self) -> String {
        format!("{}/batch", self.path)
    }

    /// The methods that change an entity, with the same body.
    pub fn change_methods(&self) -> impl Iterator<Item = Method> {
        let methods = [(Feature::Replace, Method::PUT), (Feature::Update, Method::PATCH)];
        methods.into_iter().filter(|(feature, _)| self.has(*feature)).map(|(_, method)| method)
    }

    /// A response, with the entity alone if it also has a secret.
    pub fn without_secret(&self, mut reply: Reply) -> Reply {
        if self.has(Feature::Secret) && reply.body.get("secret").is_some() {
            reply.body = reply.body[self.name].take();
            reply.text = reply.body.to_string();
            reply.headers.remove(CONTENT_LENGTH);
        }
        reply
    }

    /// The operation of a batch that creates an entity.
    pub fn batch_create(&self, body: &Value) -> Value {
        json!({ "op": "create", (self.name): body })
    }
}

impl Field {
    pub fn default(&self) -> Option<Value> {
        self.default.map(|json| serde_json::from_str(json).unwrap())
    }

    /// Valid values, the simplest first.
    pub fn valid(&self) -> Vec<Value> {
        match self.rule {
            Rule::Text { max } => {
                let longest = format!(" {} ", "é".repeat(max));
                vec!["Lamp".into(), "Chair".into(), "  Désk \u{2003}".into(), longest.into()]
            }
            Rule::Prose { max } => vec!["A \n b ".into(), "".into(), "é".repeat(max.min(100)).into()],
            Rule::Choice(choices) => choices.iter().map(|choice| (*choice).into()).collect(),
            Rule::Object { max_depth } => vec![
                json!({}),
                json!({ "a": 1 }),
                json!({ "a": 1.50, "list": [1, { "b": null }] }),
                json!({ "size": { "height": 30, "width": 10 }, "a/b": "~" }),
                nested(max_depth),
            ],
            Rule::Grants => vec![
                json!(["read:*"]),
                json!(["read:books", "write:acme.*"]),
                json!(["delete:acme.lamps", "manage:acme.lamps"]),
            ],
            Rule::Time => vec![
                "2100-01-01T00:00:00.000000Z".into(),
                "2101-02-03T04:05:06.789+01:00".into(),
                Value::Null,
            ],
        }
    }

    /// Invalid values, with the code of the fault.
    pub fn invalid(&self) -> Vec<(Value, &'static str)> {
        let mut values = match self.rule {
            Rule::Text { max } => vec![
                ("".into(), "too_short"),
                ("\u{2003} ".into(), "too_short"),
                ("a\tb".into(), "control_character"),
                ("é".repeat(max + 1).into(), "too_long"),
                (json!(7), "type"),
            ],
            Rule::Prose { max } => vec![("é".repeat(max + 1).into(), "too_long"), (json!(7), "type")],
            Rule::Choice(_) => vec![("lost".into(), "enum"), (json!(3), "type")],
            Rule::Object { max_depth } => vec![(json!([]), "type"), (nested(max_depth + 1), "too_deep")],
            Rule::Grants => vec![(json!([]), "length"), (json!("read:*"), "type")],
            Rule::Time => vec![("soon".into(), "date_time"), (json!(7), "type")],
        };
        values.extend((!matches!(self.rule, Rule::Time)).then_some((Value::Null, "type")));
        values
    }
}

/// An object of this depth.
pub fn nested(depth: usize) -> Value {
    (1..depth).fold(json!({}), |inner, _| json!({ "deep": inner }))
}

/// A service, and the resource that a test is about.
#[derive(Debug)]
pub struct Api {
    pub service: TestService,
    pub resource: &'static Resource,
}

impl Deref for Api {
    type Target = TestService;

    fn deref(&self) -> &TestService {
        &self.service
    }
}

impl Api {
    pub async fn start(resource: &'static Resource) -> Self {
        Self::start_with(resource, options()).await
    }

    /// With another client for each request: those of one client change an entity one by one.
    pub async fn start_for_many_clients(resource: &'static Resource) -> Self {
        let trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
        let mut api = Self::start_with(resource, Options { trusted_proxies, ..options() }).await;
        api.service.clients = Some(AtomicU8::new(0));
        api
    }

    pub async fn start_with(resource: &'static Resource, options: Options) -> Self {
        #[expect(clippy::print_stdout, reason = "shown if the test fails")]
        {
            println!("{}", resource.plural);
        }
        let service = TestService::start_with(options).await;
        service.database.execute(resource.setup).await;
        Self { service, resource }
    }

    /// As [`TestService::send`]; a POST that creates an entity names it, after its
    /// `Idempotency-Key` if it has one. Of an entity with its secret it returns the entity.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Reply {
        let creates = method == Method::POST && path.split('?').next() == Some(self.resource.path);
        let key = headers.iter().find(|(name, _)| *name == "idempotency-key").map(|(_, key)| *key);
        let named = body.filter(|_| creates).map(|body| self.resource.named(body, key));
        let reply = self.service.send(method, path, headers, named.as_ref().or(body)).await;
        self.resource.without_secret(reply)
    }

    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, &[], Some(body)).await
    }

    /// Creates an entity with this label.
    pub async fn create(&self, label: &str) -> Value {
        let reply = self.post(self.resource.path, &self.resource.labelled(label)).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{reply:?}");
        reply.body
    }

    /// Creates an entity, and returns its path.
    pub async fn create_path(&self, label: &str) -> String {
        self.resource.path_of(&self.create(label).await)
    }

    pub async fn list(&self) -> Reply {
        self.get(self.resource.path).await
    }

    pub async fn restore(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.send(Method::POST, &format!("{path}/restore"), fields, None).await
    }

    pub async fn batch(&self, operations: &Value) -> Reply {
        self.post(&self.resource.batch_path(), &json!({ "operations": operations })).await
    }

    /// How many rows there are.
    pub async fn count(&self) -> i64 {
        self.database.number(&format!("SELECT count(*) FROM {}", self.resource.table)).await
    }

    /// The message of the log line about a created entity.
    pub fn created(&self) -> String {
        format!("{}.created", self.resource.name)
    }

    /// Inserts rows of which seven at a time share the time of creation.
    pub async fn seed(&self, count: u32) {
        let table = self.resource.table;
        let (names, values): (Vec<_>, Vec<_>) = self.resource.columns.iter().copied().unzip();
        let sql = format!(
            "INSERT INTO {table} (id, created_at, {})
             SELECT gen_random_uuid(), timestamptz '2026-01-01' + (n / 7) * interval '1 millisecond', {}
             FROM generate_series(1, {count}) n",
            names.join(", "),
            values.join(", ")
        );
        self.database.execute(&sql).await;
    }

    /// Runs PL/pgSQL for each row at an event of the table, such as `AFTER INSERT`.
    pub async fn on(&self, event: &str, body: &str) {
        self.add_trigger(&format!("TRIGGER interfere {event}"), "", body).await;
    }

    /// Runs PL/pgSQL at the commit, for each row that met an event such as `INSERT`.
    pub async fn on_commit_after(&self, event: &str, body: &str) {
        let kind = format!("CONSTRAINT TRIGGER interfere AFTER {event}");
        self.add_trigger(&kind, "DEFERRABLE INITIALLY DEFERRED", body).await;
    }

    async fn add_trigger(&self, kind: &str, timing: &str, body: &str) {
        let table = self.resource.table;
        self.database
            .execute(&format!(
                "CREATE FUNCTION interfere() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;
                 CREATE {kind} ON {table} {timing} FOR EACH ROW EXECUTE FUNCTION interfere()"
            ))
            .await;
    }

    pub async fn drop_trigger(&self) {
        self.database.execute("DROP FUNCTION interfere CASCADE").await;
    }
}
