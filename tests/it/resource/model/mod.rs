//! Random sequences of all operations, on the service and on a model of the contract: both must
//! agree at every step.
//!
//! `CURIO_MODEL_CASES` is the number of sequences and `CURIO_MODEL_SEED` the first seed: case N of
//! a run from seed S is the first one of a run from S + N. A sequence that fails is shrunk before
//! it is shown, with the seed that repeats it:
//!
//! ```sh
//! CURIO_MODEL_SEED=7 CURIO_MODEL_CASES=1 scripts/postgres with test cargo test --test it
//! resource::model
//! ```

mod judge;
mod operations;
mod request;
mod rules;
mod state;
mod strategies;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write as _,
};

use proptest::{
    collection::vec,
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use reqwest::StatusCode;
use serde_json::{Value, json};

use self::{
    operations::{Action, Operation},
    request::{Kind, Request},
    state::State,
};
use super::RESOURCES;
use crate::support::{
    resource::{
        Api,
        Feature::{Restore, Schema},
        Identity, Resource,
    },
    service::Reply,
};

const SEED: u64 = 0;
const CASES: u64 = 100;
const MAX_STEPS: usize = 80;
/// The least number of steps of a run with the defaults.
const STEPS: usize = 2_000;
/// The most attempts to shrink a sequence that fails.
const TRIES: usize = 3_000;

/// The statuses of each kind of request by the contract.
const RESPONSES: [(Kind, &[u16]); 10] = [
    (Kind::Get, &[200, 304, 400, 404, 412]),
    (Kind::Create, &[201, 400, 409, 415, 422]),
    (Kind::Put, &[200, 201, 204, 400, 409, 412, 415, 422]),
    (Kind::Merge, &[200, 204, 400, 404, 412, 415, 422]),
    (Kind::Patch, &[200, 204, 400, 404, 409, 412, 415, 422]),
    (Kind::Delete, &[204, 400, 404, 412]),
    (Kind::Purge, &[204, 400, 404, 412]),
    (Kind::Restore, &[200, 204, 400, 404, 409, 412, 422]),
    (Kind::Rotate, &[200, 400, 404, 412, 415, 422]),
    (Kind::Batch, &[200, 400, 404, 412, 415, 422]),
];

/// What the responses were.
#[derive(Debug, Default)]
struct Tally {
    /// How often each kind of request got each status, by a replay or not.
    statuses: BTreeMap<(Kind, u16, bool), usize>,
    /// Which kinds the schema of a collection has rejected.
    by_schema: BTreeSet<Kind>,
}

#[tokio::test]
async fn the_service_and_a_model_of_the_contract_agree_at_every_step() {
    let number =
        |name: &str, default| env::var(name).ok().map_or(default, |text| text.parse().expect("a number"));
    let (seed, cases) = (number("CURIO_MODEL_SEED", SEED), number("CURIO_MODEL_CASES", CASES));
    for resource in RESOURCES {
        let api = Api::start(resource).await;
        let mut tally = Tally::default();
        for seed in seed..seed + cases {
            check(&api, seed, &mut tally).await;
        }
        let steps: usize = tally.statuses.values().sum();
        println!("{steps} steps: {tally:?}");
        if (seed, cases) == (SEED, CASES) {
            assert!(steps >= STEPS, "{steps} steps are not enough");
            require_all(resource, &tally);
        }
    }
}

/// Checks that every status was met: operations that never lead to it prove nothing about it.
fn require_all(resource: &Resource, tally: &Tally) {
    for (kind, statuses) in RESPONSES.into_iter().filter(|(kind, _)| kind.is_offered_by(resource)) {
        // A PUT conflicts with an entity that is deleted and can be restored, a POST with one of
        // the same name.
        let is_possible = |status: u16| match kind {
            Kind::Put if status == 409 => resource.has(Restore),
            Kind::Create if status == 409 => resource.identity == Identity::Key,
            _ => true,
        };
        for status in statuses.iter().filter(|status| is_possible(**status)) {
            assert!(tally.statuses.contains_key(&(kind, *status, false)), "no {kind:?} got {status}");
        }
    }
    let validated = [Kind::Create, Kind::Put, Kind::Merge, Kind::Patch, Kind::Batch];
    for kind in validated.into_iter().filter(|_| resource.has(Schema)) {
        assert!(tally.by_schema.contains(&kind), "the schema rejected no {kind:?}");
    }
    let keyed =
        RESPONSES.into_iter().map(|(kind, _)| kind).filter(|kind| !matches!(kind, Kind::Get | Kind::Purge));
    for kind in keyed.filter(|kind| kind.is_offered_by(resource)) {
        assert!(
            tally.statuses.keys().any(|(of, _, replayed)| *of == kind && *replayed),
            "no {kind:?} was replayed"
        );
    }
}

/// Runs the sequence of a seed, and shrinks it if it fails.
async fn check(api: &Api, seed: u64, tally: &mut Tally) {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut tree = vec(strategies::operation(api.resource), 1..=MAX_STEPS).new_tree(&mut runner).unwrap();
    let mut operations = tree.current();
    let Err(mut shown) = run(api, &operations, tally).await else {
        return;
    };
    let mut shorter = tree.simplify();
    for _ in 0..TRIES {
        if !shorter {
            break;
        }
        shorter = match run(api, &tree.current(), &mut Tally::default()).await {
            Ok(()) => tree.complicate(),
            Err(again) => {
                (operations, shown) = (tree.current(), again);
                tree.simplify()
            }
        };
    }
    // Shrinking does not retry the removal of an operation after those that needed it became
    // simpler.
    for index in (0..operations.len()).rev() {
        let mut fewer = operations.clone();
        fewer.remove(index);
        if let Err(again) = run(api, &fewer, &mut Tally::default()).await {
            (operations, shown) = (fewer, again);
        }
    }
    panic!(
        "after the last of these requests service and model disagree:\n{shown}\nrun it again with CURIO_MODEL_SEED={seed} CURIO_MODEL_CASES=1"
    );
}

/// Runs the operations one by one; an error shows all of them.
async fn run(api: &Api, operations: &[Operation], tally: &mut Tally) -> Result<(), String> {
    let empty =
        format!("DELETE FROM {}; DELETE FROM idempotency_keys; DELETE FROM tombstones", api.resource.table);
    api.database.execute(&empty).await;
    let mut state = State::new(api.resource);
    let mut shown = String::new();
    if api.resource.has(Schema) {
        state.schema = set_schema(api, 0).await;
    }
    for operation in operations {
        if let Action::Schema(number) = operation.action {
            state.schema = set_schema(api, number).await;
            let _ = writeln!(shown, "{operation}");
        }
        let Some(request) = Request::new(operation, &state) else {
            continue;
        };
        let expected = state.expect(&request);
        let reply = api.resource.without_secret(Reply::of(request.build(api)).await);
        let status = reply.status.as_u16();
        let replayed = reply.header("idempotent-replayed").is_some();
        *tally.statuses.entry((request.kind, status, replayed)).or_default() += 1;
        tally.by_schema.extend(reply.text.contains("\"schema.").then_some(request.kind));
        let _ = writeln!(shown, "{operation} → {status}");
        let changes = judge::judge(api.resource, request.kind, expected, &reply).map_err(|reason| {
            format!("{shown}\n{reason}\n\n{}\n\n{status} {:?}\n{}", request.text(), reply.headers, reply.text)
        })?;
        state.settle(&request, changes, &reply);
        if !state.unseen.is_empty() {
            compare(api, &mut state).await.map_err(|reason| format!("{shown}\n{reason}"))?;
        }
    }
    compare(api, &mut state).await.map_err(|reason| format!("{shown}\n{reason}"))
}

/// Gives the collection one of the schemas, and returns which, with its version.
async fn set_schema(api: &Api, number: usize) -> (usize, Value) {
    let schema: Value = serde_json::from_str(rules::SCHEMAS[number]).unwrap();
    let reply = api.put("/v1/collections/default", &json!({ "title": "x", "schema": schema })).await;
    assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
    (number, reply.body["schema_version"].clone())
}

/// Checks that the lists hold exactly the entities of the model.
async fn compare(api: &Api, state: &mut State) -> Result<(), String> {
    let path = api.resource.path;
    let deleted = api.resource.deleted.as_ref();
    let include = deleted.map_or_else(String::new, |deleted| format!("&{}=true", deleted.parameter));
    let all = list(api, &format!("{path}?limit=3{include}")).await?;
    // The order of those of the same time is visible if they are sorted by their UUIDs.
    let is_strict = api.resource.identity == Identity::Id;
    let key = |entity: &Value| {
        (entity["created_at"].to_string(), if is_strict { entity["id"].to_string() } else { String::new() })
    };
    if !all.is_sorted_by(|a, b| if is_strict { key(a) > key(b) } else { key(a) >= key(b) }) {
        return Err(format!("the list is not in its order: {all:?}"));
    }
    for shown in &all {
        let id = shown[api.resource.member()].as_str().unwrap_or_default();
        if !state.entities.contains_key(id) {
            let place =
                state.unseen.iter_mut().position(|entity| entity.clone().see(api.resource, shown).is_ok());
            let place = place.ok_or_else(|| format!("no such entity should be listed: {shown}"))?;
            let entity = state.unseen.remove(place);
            state.entities.insert(id.to_owned(), entity);
        }
        let entity = state.entities.get_mut(id).ok_or("just inserted")?;
        entity.see(api.resource, shown).map_err(|reason| format!("in the list: {reason}"))?;
    }
    let missing = state.entities.len() + state.unseen.len() - all.len();
    if missing > 0 {
        return Err(format!("{missing} entities are missing in the list: {all:?}"));
    }
    let is_live = |entity: &Value| deleted.is_none_or(|deleted| entity[deleted.member].is_null());
    let live: Vec<Value> = all.into_iter().filter(is_live).collect();
    let listed = list(api, &format!("{path}?limit=200")).await?;
    if listed == live { Ok(()) } else { Err(format!("the list is {listed:?}, not {live:?}")) }
}

/// All pages of a list.
async fn list(api: &Api, first: &str) -> Result<Vec<Value>, String> {
    let mut entities = Vec::new();
    let mut path = first.to_owned();
    loop {
        let page = api.get(&path).await;
        let data = page.body["data"].as_array().ok_or_else(|| format!("{path} returns {page:?}"))?;
        entities.extend_from_slice(data);
        match page.body["next_cursor"].as_str() {
            Some(cursor) => path = format!("{first}&cursor={cursor}"),
            None => return Ok(entities),
        }
    }
}
