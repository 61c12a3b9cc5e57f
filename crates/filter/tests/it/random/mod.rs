//! Random filters over random items: PostgreSQL finds the items that the meaning of the language,
//! written here a second time, says.
//!
//! `CURIO_FILTER_CASES` is the number of cases and `CURIO_FILTER_SEED` the first seed: case N of a
//! run from seed S is the first one of a run from S + N. A case that fails is shrunk before it is
//! shown, with the seed that repeats it:
//!
//! ```sh
//! CURIO_FILTER_SEED=7 CURIO_FILTER_CASES=1 scripts/postgres with test cargo test -p curio-filter
//! ```

pub mod expression;
pub mod item;
mod strategies;
mod value;

use std::env;

use curio_filter::{Filter, Part};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use sqlx::{Connection, PgConnection, Postgres, QueryBuilder};

use self::{
    expression::{Expression, Operator},
    item::Item,
};
use crate::parse;

const SEED: u64 = 0;
const CASES: u64 = 300;
/// The most attempts to shrink a case that fails.
const TRIES: usize = 1_000;

/// What the cases were about, since cases that find nothing prove little.
#[derive(Debug, Default)]
pub struct Tally {
    cases: u64,
    rows: usize,
    matches: usize,
    containments: usize,
    /// The operators of filters that match some items, and not others.
    operators: Vec<Operator>,
}

#[tokio::test]
async fn filters_find_what_they_mean() {
    let number =
        |name: &str, default| env::var(name).ok().map_or(default, |text| text.parse().expect("a number"));
    let (seed, cases) = (number("CURIO_FILTER_SEED", SEED), number("CURIO_FILTER_CASES", CASES));
    let mut connection = connect().await;
    let mut tally = Tally::default();
    for seed in seed..seed + cases {
        check(&mut connection, seed, &mut tally).await;
    }
    println!("{tally:?}");
    if (seed, cases) == (SEED, CASES) {
        assert!(tally.matches > tally.rows / 10 && tally.matches < tally.rows * 9 / 10, "{tally:?}");
        assert!(tally.containments > 10, "{tally:?}");
        assert_eq!(tally.operators.len(), 8, "{tally:?}");
    }
}

pub async fn connect() -> PgConnection {
    let url = env::var("DATABASE_URL").expect("DATABASE_URL; run scripts/postgres with test cargo test");
    PgConnection::connect(&url).await.expect("a database")
}

/// Runs the case of a seed, and shrinks it if it fails.
async fn check(connection: &mut PgConnection, seed: u64, tally: &mut Tally) {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut tree = strategies::case().new_tree(&mut runner).unwrap();
    let mut case = tree.current();
    let Err(mut reason) = run(connection, &case.0, &case.1, tally).await else {
        return;
    };
    let mut shorter = tree.simplify();
    for _ in 0..TRIES {
        if !shorter {
            break;
        }
        let (items, expression) = tree.current();
        shorter = match run(connection, &items, &expression, &mut Tally::default()).await {
            Ok(()) => tree.complicate(),
            Err(again) => {
                (case, reason) = ((items, expression), again);
                tree.simplify()
            }
        };
    }
    panic!(
        "{reason}\n{}\n{:#?}\nrun it again with CURIO_FILTER_SEED={seed} CURIO_FILTER_CASES=1",
        case.1.text(" "),
        case.0,
    );
}

/// Checks that PostgreSQL finds the items that it should.
pub async fn run(
    connection: &mut PgConnection,
    items: &[Item],
    expression: &Expression,
    tally: &mut Tally,
) -> Result<(), String> {
    let filter = parse(&expression.text("")).map_err(|error| format!("{}: {error}", expression.text("")))?;
    check_texts(&filter, expression)?;
    let containment = filter.containment("attributes");
    let mut query = QueryBuilder::<Postgres>::new("");
    item::push(&mut query, items);
    query.push("SELECT id, ");
    push(&mut query, &filter);
    query.push(", attributes @> ").push_bind(containment.as_ref().map(ToString::to_string));
    query.push("::text::jsonb FROM items WHERE ");
    // As an operand of AND, which it is in a list.
    push(&mut query, &filter);
    query.push(" AND true OR NOT ");
    push(&mut query, &filter);
    query.push(" ORDER BY id");
    let rows: Vec<(i64, Option<bool>, Option<bool>)> = query
        .build_query_as()
        .persistent(false)
        .fetch_all(connection)
        .await
        .map_err(|error| format!("{error}\n{}", query.sql().as_str()))?;
    if rows.len() != items.len() {
        return Err(format!("{} of {} items are found or not", rows.len(), items.len()));
    }
    let mut matches = 0;
    for (item, (id, found, contained)) in items.iter().zip(rows) {
        let expected = expression.matches(item);
        if found != Some(expected) {
            return Err(format!(
                "item {id} should be found: {expected}, but it is {found:?}\n{}",
                query.sql().as_str()
            ));
        }
        if expected && contained == Some(false) {
            return Err(format!("item {id} is found, but does not contain {containment:?}"));
        }
        matches += usize::from(expected);
    }
    tally.cases += 1;
    tally.rows += items.len();
    tally.matches += matches;
    tally.containments += usize::from(containment.is_some() && matches > 0);
    if (1..items.len()).contains(&matches) {
        for operator in expression.operators() {
            if !tally.operators.contains(&operator) {
                tally.operators.push(operator);
            }
        }
    }
    Ok(())
}

/// Checks the canonical text, and that the SQL depends on no literal and no label.
fn check_texts(filter: &Filter, expression: &Expression) -> Result<(), String> {
    let canonical = filter.to_string();
    for text in [expression.text(" "), expression.text("\t\n "), canonical.clone()] {
        let again = parse(&text).map_err(|error| format!("{text}: {error}"))?;
        if again != *filter || again.to_string() != canonical {
            return Err(format!("{text} is {again}, but should be {canonical}"));
        }
    }
    let other = expression.with_other_values().text(" ");
    let other = parse(&other).map_err(|error| format!("{other}: {error}"))?;
    if sql(&other) != sql(filter) {
        return Err(format!("the SQL depends on a value:\n{:?}\n{:?}", other.sql(), filter.sql()));
    }
    Ok(())
}

/// The SQL without the values.
fn sql(filter: &Filter) -> String {
    let mut query = QueryBuilder::<Postgres>::new("");
    push(&mut query, filter);
    query.into_string()
}

fn push(query: &mut QueryBuilder<Postgres>, filter: &Filter) {
    for part in filter.sql() {
        match part {
            Part::Sql(sql) => query.push(sql),
            Part::Text(text) => query.push_bind(text),
            Part::Timestamp(instant) => query.push_bind(instant),
        };
    }
}
