//! A schema that was not written for this crate.

use autogenerate::{
    introspect::Scope,
    plan::{Plan, Renames},
    schema::Schema,
};

use crate::{
    judge::{self, ONLINE, PLAIN, Place, Sent},
    support::public,
};

const PAGILA: &str = include_str!("../samples/pagila.sql");
const CODE: &str = include_str!("../samples/pagila_code.sql");

#[tokio::test]
async fn pagila_is_created_from_nothing_and_dropped_again() {
    let mut place = Place::create().await;
    for scope in [public(), Scope::Database] {
        place.begin_with("").await.unwrap();
        let nothing = place.look(&scope).await;
        place.begin_with(&format!("{PAGILA}{CODE}")).await.unwrap();
        let all = place.look(&scope).await;
        for (style, sent) in [(PLAIN, Sent::Singly), (ONLINE, Sent::InFiles)] {
            let between = |from: &Schema, to: &Schema| -> Plan {
                judge::plan(from, to, &Renames::default(), style).unwrap()
            };
            place.begin_with("").await.unwrap();
            place.apply(&between(&nothing.schema, &all.schema), sent).await.unwrap();
            judge::compare(&place.look(&scope).await, &all).unwrap_or_else(|error| panic!("{error}"));
            place.apply(&between(&all.schema, &nothing.schema), sent).await.unwrap();
            judge::compare(&place.look(&scope).await, &nothing).unwrap_or_else(|error| panic!("{error}"));
        }
    }
}
