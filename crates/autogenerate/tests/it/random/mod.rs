//! Random pairs of schemas with rows in them: up gives the target, down the start, rows that should survive do, and a second plan is empty.
//!
//! `AUTOGENERATE_PAIRS` says how many, `AUTOGENERATE_SEED` where to begin: pair N of a run from seed S is the first one of a run from S + N.
//! A pair that fails is made as small as it gets before it is shown.

mod change;
mod generate;
mod rows;
mod shrink;
mod spec;
mod sql;

use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use autogenerate::{
    introspect::Scope,
    plan::{Plan, Renames, Style},
    schema::Name,
};

use crate::judge::{self, ONLINE, PLAIN, Place, Sent, Side, Survivors, text};
use spec::Spec;

/// Databases that pairs are tried in at the same time.
const PLACES: usize = 4;

/// After so many failures there is enough to read.
const ENOUGH: usize = 3;

/// One in so many pairs goes by files of migrations, the others statement by statement.
const ONLINE_EVERY: u64 = 3;

/// One in so many pairs is judged by `pg_dump` too.
const DUMP_EVERY: u64 = 5;

/// Two schemas, and what was renamed between them: from, to, after the name of what it belongs to.
#[derive(Debug, Clone, Default)]
struct Pair {
    before: Spec,
    after: Spec,
    tables: Vec<(String, String)>,
    columns: Vec<(String, String, String)>,
    values: Vec<(String, String, String)>,
    rows: bool,
    online: bool,
    dump: bool,
}

#[tokio::test(flavor = "multi_thread")]
async fn random_schemas_are_reached_and_left_again() {
    let number = |name: &str, default: u64| {
        env::var(name).ok().map_or(default, |text| text.parse().expect("a number"))
    };
    let (seed, pairs) = (number("AUTOGENERATE_SEED", 0), number("AUTOGENERATE_PAIRS", 300));
    println!("seeds {seed} to {}", seed + pairs.saturating_sub(1));
    let next = Arc::new(AtomicU64::new(seed));
    let failed = Arc::new(AtomicUsize::new(0));
    let workers: Vec<_> = (0..PLACES)
        .map(|_| tokio::spawn(work(Arc::clone(&next), seed + pairs, Arc::clone(&failed))))
        .collect();
    let (mut places, mut failures) = (Vec::new(), Vec::new());
    for worker in workers {
        let (place, found) = worker.await.unwrap();
        places.push(place);
        failures.extend(found);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

async fn work(next: Arc<AtomicU64>, end: u64, failed: Arc<AtomicUsize>) -> (Place, Vec<String>) {
    let mut place = Place::create().await;
    let mut failures = Vec::new();
    while failed.load(Ordering::Relaxed) < ENOUGH {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end {
            break;
        }
        let mut pair = generate::pair(seed);
        pair.rows = true;
        pair.online = seed.is_multiple_of(ONLINE_EVERY);
        pair.dump = seed.is_multiple_of(DUMP_EVERY);
        match pair.judge(&mut place).await {
            Ok(()) => {}
            Err(Failure::Pair(error)) => panic!("seed {seed} is no pair of schemas: {error}"),
            Err(Failure::Of(error)) => {
                failed.fetch_add(1, Ordering::Relaxed);
                let (pair, error) = shrunk(pair, error, &mut place).await;
                failures.push(pair.told(seed, &error, &mut place).await);
            }
        }
    }
    (place, failures)
}

/// Takes parts away for as long as the pair still fails.
async fn shrunk(mut pair: Pair, mut error: String, place: &mut Place) -> (Pair, String) {
    'smaller: loop {
        for smaller in shrink::smaller(&pair) {
            if let Err(Failure::Of(found)) = smaller.judge(place).await {
                (pair, error) = (smaller, found);
                continue 'smaller;
            }
        }
        return (pair, error);
    }
}

/// Why a pair does not do.
enum Failure {
    /// It is no pair of schemas that PostgreSQL takes, which only parts taken away lead to.
    Pair(String),
    /// Something is wrong with the plan.
    Of(String),
}

impl From<String> for Failure {
    fn from(error: String) -> Self {
        Self::Of(error)
    }
}

impl Pair {
    /// What is on both sides of a rename, among tables and columns that are there.
    fn renames(&self) -> Renames {
        let mut renames = Renames::default();
        for table in &self.after.tables {
            let old = origin(&self.tables, &table.name);
            let Some(before) = self.before.table(&old) else { continue };
            if old != table.name && self.after.table(&old).is_none() {
                renames.tables.push((Name::local(old), Name::local(&table.name)));
            }
            for column in &table.columns {
                let old = self.column_before(&table.name, &column.name);
                if old != column.name && before.column(&old).is_some() && table.column(&old).is_none() {
                    renames.columns.push((Name::local(&table.name), old, column.name.clone()));
                }
            }
        }
        for (name, old, new) in &self.values {
            let has = |spec: &Spec, value| spec.values(name).is_some_and(|values| values.contains(value));
            let chained = self.values.iter().any(|(other, _, between)| other == name && between == old);
            if has(&self.before, old) && !has(&self.after, old) && has(&self.after, new) && !chained {
                renames.values.push((Name::local(name), old.clone(), new.clone()));
            }
        }
        renames
    }

    /// What a column was called at first, while its table may have been called something else.
    fn column_before(&self, table: &str, column: &str) -> String {
        let names: Vec<String> = lineage(&self.tables, table);
        let mut column = column.to_owned();
        for (of, old, new) in self.columns.iter().rev() {
            if *new == column && names.contains(of) {
                column.clone_from(old);
            }
        }
        column
    }

    async fn side(&self, place: &mut Place, spec: &Spec) -> Result<Side, Failure> {
        let sql = sql::tables(spec) + &sql::foreign_keys(spec);
        place.begin_with(&sql).await.map_err(Failure::Pair)?;
        Ok(self.look(place).await)
    }

    async fn look(&self, place: &mut Place) -> Side {
        let scope = Scope::Schema("public".to_owned());
        if self.dump {
            return place.look(&scope).await;
        }
        Side { schema: place.schema(&scope).await, dump: None }
    }

    async fn judge(&self, place: &mut Place) -> Result<(), Failure> {
        let sides = (self.side(place, &self.before).await?, self.side(place, &self.after).await?);
        let plans = self.plans(&sides, if self.online { ONLINE } else { PLAIN })?;
        // Without slots nobody moves the rows that are in the way.
        let asks =
            |plans: &[Plan; 2]| plans.iter().flat_map(|plan| &plan.statements).any(|one| one.slot.is_some());
        let rows = self.rows && (self.online || !asks(&self.plans(&sides, ONLINE)?));
        self.travel(place, &sides, &plans, rows).await
    }

    fn plans(&self, (before, after): &(Side, Side), style: Style) -> Result<[Plan; 2], String> {
        let renames = self.renames();
        let up = judge::plan(&before.schema, &after.schema, &renames, style)?;
        let down = judge::plan(&after.schema, &before.schema, &renames.reversed(), style)?;
        Ok([up, down])
    }

    async fn travel(
        &self,
        place: &mut Place,
        (before, after): &(Side, Side),
        [up, down]: &[Plan; 2],
        rows: bool,
    ) -> Result<(), Failure> {
        let sent = if self.online { Sent::InFiles } else { Sent::Singly };
        place.begin_with(&sql::tables(&self.before)).await.map_err(Failure::Pair)?;
        if rows {
            place
                .execute(&rows::rows(&self.before, &self.after, self.online))
                .await
                .map_err(Failure::Pair)?;
        }
        place.execute(&sql::foreign_keys(&self.before)).await.map_err(Failure::Pair)?;
        let survivors = Survivors::new(&before.schema, &after.schema, &self.renames());
        let kept = survivors.before(place).await?;
        place.apply(up, sent).await.map_err(|error| format!("up: {error}"))?;
        judge::alike(&self.look(place).await, after).map_err(|error| format!("up: {error}"))?;
        judge::same_rows(&survivors.after(place).await?, &kept).map_err(|error| format!("up: {error}"))?;
        place.apply(down, sent).await.map_err(|error| format!("down: {error}"))?;
        judge::alike(&self.look(place).await, before).map_err(|error| format!("down: {error}"))?;
        judge::same_rows(&survivors.back(place, &kept).await?, &kept)
            .map_err(|error| format!("down: {error}"))?;
        Ok(())
    }

    /// All that a person needs to see what is wrong.
    async fn told(&self, seed: u64, error: &str, place: &mut Place) -> String {
        let sql = |spec| sql::tables(spec) + &sql::foreign_keys(spec);
        let mut told = format!(
            "=== AUTOGENERATE_SEED={seed} AUTOGENERATE_PAIRS=1, {}, {} rows, {:?}\n--- before\n{}--- after\n{}",
            if self.online { "online" } else { "plain" },
            if self.rows { "with" } else { "without" },
            self.renames(),
            sql(&self.before),
            sql(&self.after),
        );
        let (before, after) = (self.side(place, &self.before).await, self.side(place, &self.after).await);
        if let (Ok(before), Ok(after)) = (before, after)
            && let Ok([up, down]) = self.plans(&(before, after), if self.online { ONLINE } else { PLAIN })
        {
            told.extend(["--- up\n", &text::golden(&up), "--- down\n", &text::golden(&down)]);
        }
        format!("{told}--- {error}\n")
    }
}

/// What something was called at first, through renames in a row.
fn origin(renames: &[(String, String)], name: &str) -> String {
    lineage(renames, name).pop().unwrap()
}

/// All names of something, the first one last.
fn lineage(renames: &[(String, String)], name: &str) -> Vec<String> {
    let mut names = vec![name.to_owned()];
    for (old, new) in renames.iter().rev() {
        if names.last() == Some(new) {
            names.push(old.clone());
        }
    }
    names
}
