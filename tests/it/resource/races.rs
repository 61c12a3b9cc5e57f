//! Concurrent writers.

use std::{collections::HashMap, env, time::Instant};

use futures_util::future::join_all;
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::resources_with;
use crate::support::{
    resource::{
        Api,
        Feature::{Batch, Replace, Restore, Update},
    },
    service::Reply,
};

#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_writers_with_the_same_entity_tag_wins() {
    for resource in resources_with(&[Update]) {
        let api = Api::start_for_many_clients(resource).await;
        for method in resource.change_methods().chain([Method::DELETE]) {
            let entity = api.create_path("Lamp").await;
            let body = resource.labelled("Desk lamp");
            let body = (method != Method::DELETE).then_some(&body);
            let write = || api.send(method.clone(), &entity, &[("if-match", "\"1\"")], body);
            let replies: Vec<Reply> = join_all((0..20).map(|_| write())).await;
            let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status.is_success());
            assert_eq!(won.len(), 1, "{method}: {replies:?}");
            for reply in lost {
                // Whoever comes after the delete finds no entity.
                if method == Method::DELETE {
                    reply.is_problem(404, "not-found");
                } else {
                    assert_eq!(reply.is_problem(412, "precondition-failed").body["current_etag"], "\"2\"");
                }
            }
        }
        api.pool_is_clean().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_of_the_last_change_never_decreases() {
    for resource in resources_with(&[Update]) {
        let api = Api::start_for_many_clients(resource).await;
        let body = resource.labelled("Lamp");
        let (new, puts) = if resource.has(Replace) {
            let new = resource.path_to(resource.absent());
            let puts = join_all((0..20).map(|_| api.put(&new, &body))).await;
            (new, puts)
        } else {
            let created = api.post(resource.path, &body).await;
            (resource.path_of(&created.body), vec![created])
        };
        let bodies: Vec<Value> = (0..100).map(|n| resource.relabel(n)).collect();
        let patches = join_all(bodies.iter().map(|body| api.patch(&new, body))).await;
        let mut replies: Vec<Reply> = puts.into_iter().chain(patches).collect();
        replies.retain(|reply| reply.status.is_success());
        let number = |reply: &Reply| reply.body["version"].as_i64();
        let time = |reply: &Reply, name: &str| reply.body[name].as_str().map(str::to_owned);
        replies.sort_by_key(number);
        assert_eq!(number(replies.last().unwrap()), i64::try_from(replies.len()).ok());
        assert!(replies.is_sorted_by_key(|reply| time(reply, "updated_at")));
        assert!(replies.iter().all(|reply| time(reply, "updated_at") >= time(reply, "created_at")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_versions_of_an_id_never_repeat_whatever_purges_race() {
    for resource in resources_with(&[Replace]) {
        let api = Api::start_for_many_clients(resource).await;
        let path = resource.path_to(resource.absent());
        let body = resource.labelled("Lamp");
        let delete = if resource.has(Restore) { format!("{path}?purge=true") } else { path.clone() };
        let put = async || {
            let replies = join_all((0..40).map(|_| api.put(&path, &body))).await;
            replies.into_iter().filter(|reply| reply.status.is_success()).collect::<Vec<_>>()
        };
        let purge = async || {
            for _ in 0..40 {
                api.delete(&delete).await;
            }
        };
        let (one, other, ()) = tokio::join!(put(), put(), purge());
        let mut seen: Vec<_> = one
            .iter()
            .chain(&other)
            .map(|reply| {
                (
                    reply.body["version"].as_i64().unwrap(),
                    reply.body["updated_at"].as_str().unwrap().to_owned(),
                )
            })
            .collect();
        seen.sort();
        assert!(seen.windows(2).all(|pair| pair[0].0 < pair[1].0), "{seen:?}");
        assert!(seen.is_sorted_by_key(|(_, time)| time), "{seen:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_put_that_races_with_purges_is_never_unavailable() {
    for resource in resources_with(&[Replace]) {
        let api = Api::start_for_many_clients(resource).await;
        let path = resource.path_to(resource.absent());
        let body = resource.labelled("Lamp");
        let delete = if resource.has(Restore) { format!("{path}?purge=true") } else { path.clone() };
        let writer = async |puts: bool| {
            let mut statuses = Vec::new();
            for _ in 0..60 {
                let reply = if puts { api.put(&path, &body).await } else { api.delete(&delete).await };
                statuses.push(reply.status.as_u16());
            }
            statuses
        };
        let statuses = join_all((0..24).map(|n| writer(n % 2 == 0))).await.concat();
        let unexpected = statuses.iter().find(|status| ![200, 201, 204, 404].contains(*status));
        assert_eq!(unexpected, None);
        assert!(api.get("/metrics").await.text.contains("curio_transactions_rerun_total 0"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_clients_that_put_the_same_new_entity_creates_it() {
    for resource in resources_with(&[Replace]) {
        let api = Api::start(resource).await;
        let absent = resource.path_to(resource.absent());
        let body = resource.labelled("Lamp");
        let create = || api.send(Method::PUT, &absent, &[("if-none-match", "*")], Some(&body));
        let replies: Vec<Reply> = join_all((0..20).map(|_| create())).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == StatusCode::CREATED).count(), 1);
        let lost = replies.iter().filter(|reply| reply.status != StatusCode::CREATED);
        lost.for_each(|reply| {
            assert_eq!(reply.is_problem(412, "precondition-failed").body["current_etag"], "\"1\"");
        });

        let new = resource.path_to(resource.new_names()[0]);
        let put = || api.put(&new, &body);
        let replies: Vec<Reply> = join_all((0..20).map(|_| put())).await;
        let mut versions: Vec<_> =
            replies.iter().map(|reply| reply.body["version"].as_i64().unwrap()).collect();
        versions.sort_unstable();
        assert!(versions.into_iter().eq(1..=20), "each increments the version: {replies:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_increment_is_lost_between_clients_that_read_match_and_retry() {
    for resource in resources_with(&[Update]) {
        const CLIENTS: u64 = 8;
        const INCREMENTS: u64 = 100;
        let api = Api::start_for_many_clients(resource).await;
        let entity = api.create_path("0").await;
        let increment = async || {
            let mut retries = 0;
            for _ in 0..INCREMENTS {
                loop {
                    let read = api.get(&entity).await;
                    let n: u64 = read.body[resource.label()].as_str().unwrap().parse().unwrap();
                    let patch = resource.relabel(n + 1);
                    let etag = read.header("etag").unwrap();
                    let reply = api.send(Method::PATCH, &entity, &[("if-match", etag)], Some(&patch)).await;
                    if reply.status == StatusCode::OK {
                        break;
                    }
                    reply.is_problem(412, "precondition-failed");
                    retries += 1;
                }
            }
            retries
        };
        let retries: Vec<u64> = join_all((0..CLIENTS).map(|_| increment())).await;
        assert!(retries.iter().sum::<u64>() > 0, "there was no conflict");
        let end: Value = api.get(&entity).await.body;
        assert_eq!(end[resource.label()], (CLIENTS * INCREMENTS).to_string());
        assert_eq!(end["version"], 1 + CLIENTS * INCREMENTS);
        api.pool_is_clean().await;
    }
}

/// `CURIO_RACE_SECONDS=60` races for a minute.
#[tokio::test(flavor = "multi_thread")]
async fn batches_on_the_same_entities_in_different_orders_do_not_deadlock() {
    const CLIENTS: u64 = 16;
    let seconds = env::var("CURIO_RACE_SECONDS").map_or(2, |seconds| seconds.parse().unwrap());
    for resource in resources_with(&[Batch]) {
        let api = Api::start_for_many_clients(resource).await;
        let entities = join_all((0..20).map(|_| api.create("Lamp"))).await;
        let start = Instant::now();
        let race = async |client: u64| {
            let mut random = StdRng::seed_from_u64(client);
            let mut order: Vec<&Value> = entities.iter().collect();
            let mut updates: HashMap<String, u64> = HashMap::new();
            while start.elapsed().as_secs() < seconds {
                order.shuffle(&mut random);
                let some = &order[..12];
                let patch = resource.relabel(client);
                let operations: Vec<_> = some
                    .iter()
                    .map(|entity| json!({ "op": "update", "id": entity["id"], "patch": patch }))
                    .collect();
                let reply = api.batch(&json!(operations)).await;
                assert_eq!(reply.status, StatusCode::OK, "{reply:?}");
                for entity in some {
                    *updates.entry(resource.path_of(entity)).or_default() += 1;
                }
            }
            updates
        };
        let updates = join_all((0..CLIENTS).map(race)).await;
        let mut batches = 0;
        for entity in &entities {
            let path = resource.path_of(entity);
            let updates: u64 = updates.iter().filter_map(|updates| updates.get(&path)).sum();
            assert_eq!(api.get(&path).await.body["version"], 1 + updates, "no update is lost");
            batches += updates;
        }
        eprintln!("{} batches of 12 raced", batches / 12);
        let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
        assert_eq!(api.database.number(deadlocks).await, 0);
        assert!(api.get("/metrics").await.text.contains("curio_transactions_rerun_total 0"));
        api.pool_is_clean().await;
    }
}
