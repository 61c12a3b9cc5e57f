//! Random sequences of all operations, on the service and on a model of what the contract says: both must agree at every step.
//!
//! `CURIO_MODEL_CASES` says how many sequences, `CURIO_MODEL_SEED` where to begin: case N of a run from seed S is the first one of a run
//! from S + N. A sequence that fails is made as short as it gets before it is shown, with the seed that it is run again by:
//!
//! ```sh
//! CURIO_MODEL_SEED=7 CURIO_MODEL_CASES=1 scripts/postgres with test cargo test --test it resource::model
//! ```

mod judge;
mod operations;
mod request;
mod rules;
mod state;

use std::{collections::BTreeMap, env, fmt::Write as _};

use proptest::{
    collection::vec,
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::Value;

use self::{
    operations::Operation,
    request::{Kind, Request},
    state::State,
};
use crate::support::service::{Answer, TestService};

const SEED: u64 = 0;
const CASES: u64 = 80;
const MAX_STEPS: usize = 80;
/// A run that is told nothing else has at least so many steps.
const STEPS: usize = 2_000;
/// How often a sequence that fails is tried in a shorter form.
const TRIES: usize = 3_000;

/// What the contract has for each kind of request.
const ANSWERS: [(Kind, &[u16]); 9] = [
    (Kind::Get, &[200, 304, 400, 404, 412]),
    (Kind::Create, &[201, 400, 415, 422]),
    (Kind::Put, &[200, 201, 204, 400, 409, 412, 415, 422]),
    (Kind::Merge, &[200, 204, 400, 404, 412, 415, 422]),
    (Kind::Patch, &[200, 204, 400, 404, 409, 412, 415, 422]),
    (Kind::Delete, &[204, 400, 404, 412]),
    (Kind::Purge, &[204, 400, 404, 412]),
    (Kind::Restore, &[200, 204, 400, 404, 409, 412, 422]),
    (Kind::Batch, &[200, 204, 400, 404, 412, 415, 422]),
];

/// How often each kind of request was answered with each status, by a replay or else.
type Tally = BTreeMap<(Kind, u16, bool), usize>;

#[tokio::test]
async fn the_service_and_a_model_of_the_contract_agree_at_every_step() {
    let number =
        |name: &str, default| env::var(name).ok().map_or(default, |text| text.parse().expect("a number"));
    let (seed, cases) = (number("CURIO_MODEL_SEED", SEED), number("CURIO_MODEL_CASES", CASES));
    let service = TestService::start().await;
    let mut tally = Tally::new();
    for seed in seed..seed + cases {
        check(&service, seed, &mut tally).await;
    }
    let steps: usize = tally.values().sum();
    println!("{steps} steps: {tally:?}");
    if (seed, cases) == (SEED, CASES) {
        assert!(steps >= STEPS, "{steps} steps are not enough");
        require_all(&tally);
    }
}

/// Sees that every kind of answer was met: a choice of operations that does not lead to one proves nothing of it.
fn require_all(tally: &Tally) {
    for (kind, statuses) in ANSWERS {
        for status in statuses {
            assert!(tally.contains_key(&(kind, *status, false)), "no {kind:?} was answered with {status}");
        }
    }
    for kind in [Kind::Create, Kind::Merge, Kind::Patch, Kind::Restore, Kind::Batch] {
        assert!(tally.keys().any(|(of, _, replayed)| *of == kind && *replayed), "no {kind:?} was replayed");
    }
}

/// Tries the sequence of a seed; one that fails is made shorter until it would not fail any more.
async fn check(service: &TestService, seed: u64, tally: &mut Tally) {
    let mut octets = [0; 32];
    octets[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &octets);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut tree = vec(operations::operation(), 1..=MAX_STEPS).new_tree(&mut runner).unwrap();
    let mut operations = tree.current();
    let Err(mut shown) = run(service, &operations, tally).await else {
        return;
    };
    let mut shorter = tree.simplify();
    for _ in 0..TRIES {
        if !shorter {
            break;
        }
        shorter = match run(service, &tree.current(), &mut Tally::new()).await {
            Ok(()) => tree.complicate(),
            Err(again) => {
                (operations, shown) = (tree.current(), again);
                tree.simplify()
            }
        };
    }
    // Shrinking does not come back to what another operation needed that is simpler by now.
    for index in (0..operations.len()).rev() {
        let mut fewer = operations.clone();
        fewer.remove(index);
        if let Err(again) = run(service, &fewer, &mut Tally::new()).await {
            (operations, shown) = (fewer, again);
        }
    }
    panic!(
        "after the last of these requests service and model disagree:\n{shown}\nrun it again with CURIO_MODEL_SEED={seed} CURIO_MODEL_CASES=1"
    );
}

/// Asks the service step by step; an error shows all of them.
async fn run(service: &TestService, operations: &[Operation], tally: &mut Tally) -> Result<(), String> {
    service.database.execute("DELETE FROM items; DELETE FROM idempotency_keys").await;
    let mut state = State::new();
    let mut shown = String::new();
    for operation in operations {
        let Some(request) = Request::new(operation, &state) else {
            continue;
        };
        let expected = state.expect(&request);
        let answer = Answer::of(request.build(service)).await;
        let status = answer.status.as_u16();
        let replayed = answer.header("idempotent-replayed").is_some();
        *tally.entry((request.kind, status, replayed)).or_default() += 1;
        let _ = writeln!(shown, "{operation} → {status}");
        let changes = judge::judge(request.kind, expected, &answer).map_err(|reason| {
            format!(
                "{shown}\n{reason}\n\n{}\n\n{status} {:?}\n{}",
                request.text(),
                answer.headers,
                answer.text
            )
        })?;
        state.settle(&request, changes, &answer);
        if !state.unseen.is_empty() {
            compare(service, &mut state).await.map_err(|reason| format!("{shown}\n{reason}"))?;
        }
    }
    compare(service, &mut state).await.map_err(|reason| format!("{shown}\n{reason}"))
}

/// Sees that the lists hold exactly the items of the model.
async fn compare(service: &TestService, state: &mut State) -> Result<(), String> {
    let all = list(service, "/v1/items?limit=3&include_deleted=true").await?;
    let key = |item: &Value| (item["created_at"].to_string(), item["id"].to_string());
    if !all.is_sorted_by(|a, b| key(a) > key(b)) {
        return Err(format!("the list is not in its order: {all:?}"));
    }
    for shown in &all {
        let id = shown["id"].as_str().unwrap_or_default();
        if !state.items.contains_key(id) {
            let place = state.unseen.iter_mut().position(|item| item.clone().see(shown).is_ok());
            let place = place.ok_or_else(|| format!("no such item should be listed: {shown}"))?;
            let item = state.unseen.remove(place);
            state.items.insert(id.to_owned(), item);
        }
        let item = state.items.get_mut(id).ok_or("just inserted")?;
        item.see(shown).map_err(|reason| format!("in the list: {reason}"))?;
    }
    let missing = state.items.len() + state.unseen.len() - all.len();
    if missing > 0 {
        return Err(format!("{missing} items are missing in the list: {all:?}"));
    }
    let live: Vec<Value> = all.into_iter().filter(|item| item["deleted_at"].is_null()).collect();
    let listed = list(service, "/v1/items?limit=200").await?;
    if listed == live { Ok(()) } else { Err(format!("the list is {listed:?}, not {live:?}")) }
}

/// All pages of a list.
async fn list(service: &TestService, first: &str) -> Result<Vec<Value>, String> {
    let mut items = Vec::new();
    let mut path = first.to_owned();
    loop {
        let page = service.get(&path).await;
        let data = page.body["data"].as_array().ok_or_else(|| format!("{path} is answered with {page:?}"))?;
        items.extend_from_slice(data);
        match page.body["next_cursor"].as_str() {
            Some(cursor) => path = format!("{first}&cursor={cursor}"),
            None => return Ok(items),
        }
    }
}
