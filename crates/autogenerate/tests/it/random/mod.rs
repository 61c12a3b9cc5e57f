//! Random pairs of schemas with rows: the way up reaches the target, the way down the start, rows
//! that should survive do, and a second plan is empty.
//!
//! `AUTOGENERATE_PAIRS` is the number of pairs and `AUTOGENERATE_SEED` the first seed: pair N of a
//! run from seed S is the first one of a run from S + N. A failing pair is shrunk before it is
//! printed.

mod change;
mod extra;
mod generate;
mod mixed;
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

use crate::{
    judge::{self, Files, ONLINE, PLAIN, Place, Sent, Side, Survivors, text},
    support::public,
};
use spec::Spec;

/// The number of databases in which pairs run in parallel.
const PLACES: usize = 4;

/// The run stops after this many failures.
const ENOUGH: usize = 3;

/// One in this many pairs runs as migration files, the others statement by statement.
const ONLINE_EVERY: u64 = 3;

/// One in this many pairs is also judged by `pg_dump`.
const DUMP_EVERY: u64 = 5;

/// Two schemas and the renames between them: the name of the parent, then the old and the new name.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "they are independent of each other")]
struct Pair {
    before: Spec,
    after: Spec,
    tables: Vec<(String, String)>,
    columns: Vec<(String, String, String)>,
    values: Vec<(String, String, String)>,
    rows: bool,
    online: bool,
    dump: bool,
    /// Whether the whole database is read, instead of one schema.
    database: bool,
}

#[tokio::test(flavor = "multi_thread")]
async fn random_schemas_are_reached_and_reverted() {
    let number = |name: &str, default: u64| {
        env::var(name).ok().map_or(default, |text| text.parse().expect("a number"))
    };
    let (seed, pairs) = (number("AUTOGENERATE_SEED", 0), number("AUTOGENERATE_PAIRS", 100));
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
        extra::add(&mut pair, seed);
        pair.database = extra::needs_database(&pair.before) || extra::needs_database(&pair.after);
        pair.rows = true;
        pair.online = seed.is_multiple_of(ONLINE_EVERY);
        pair.dump = seed.is_multiple_of(DUMP_EVERY);
        match pair.judge(&mut place).await {
            Ok(()) => {}
            Err(Failure::InvalidPair(error)) => panic!("seed {seed} is not a valid pair of schemas: {error}"),
            Err(Failure::Plan(error)) => {
                failed.fetch_add(1, Ordering::Relaxed);
                let (pair, error) = shrink_pair(pair, error, &mut place).await;
                failures.push(pair.describe(seed, &error, &mut place).await);
            }
        }
    }
    (place, failures)
}

/// Removes parts as long as the pair still fails.
async fn shrink_pair(mut pair: Pair, mut error: String, place: &mut Place) -> (Pair, String) {
    'smaller: loop {
        for smaller in shrink::smaller(&pair) {
            if let Err(Failure::Plan(found)) = smaller.judge(place).await {
                (pair, error) = (smaller, found);
                continue 'smaller;
            }
        }
        return (pair, error);
    }
}

/// Why a pair failed.
enum Failure {
    /// PostgreSQL rejects one of the schemas, which only shrinking can cause.
    InvalidPair(String),
    /// The plan is wrong.
    Plan(String),
}

impl From<String> for Failure {
    fn from(error: String) -> Self {
        Self::Plan(error)
    }
}

impl Pair {
    /// The renames of tables and columns that exist on both sides.
    fn renames(&self) -> Renames {
        let mut renames = Renames::default();
        let named =
            |name: &str| if self.database { Name::qualified("public", name) } else { Name::local(name) };
        for table in &self.after.tables {
            let old = origin(&self.tables, &table.name);
            let Some(before) = self.before.table(&old) else { continue };
            if old != table.name && self.after.table(&old).is_none() {
                renames.tables.push((named(&old), named(&table.name)));
            }
            for column in &table.columns {
                let old = self.column_before(&table.name, &column.name);
                if old != column.name && before.column(&old).is_some() && table.column(&old).is_none() {
                    renames.columns.push((named(&table.name), old, column.name.clone()));
                }
            }
        }
        for (name, old, new) in &self.values {
            let has = |spec: &Spec, value| spec.values(name).is_some_and(|values| values.contains(value));
            let chained = self.values.iter().any(|(other, _, between)| other == name && between == old);
            if has(&self.before, old) && !has(&self.after, old) && has(&self.after, new) && !chained {
                renames.values.push((named(name), old.clone(), new.clone()));
            }
        }
        renames
    }

    /// The original name of a column, whose table may have been renamed as well.
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
        place.begin_with(&schema(spec)).await.map_err(Failure::InvalidPair)?;
        Ok(self.look(place).await)
    }

    fn scope(&self) -> Scope {
        if self.database { Scope::Database } else { public() }
    }

    async fn look(&self, place: &mut Place) -> Side {
        let scope = self.scope();
        if self.dump {
            return place.look(&scope).await;
        }
        Side { schema: place.schema(&scope).await, dump: None }
    }

    async fn judge(&self, place: &mut Place) -> Result<(), Failure> {
        let sides = (self.side(place, &self.before).await?, self.side(place, &self.after).await?);
        let mut plans = self.plans(&sides, if self.online { ONLINE } else { PLAIN })?;
        let files = if self.online { Some(self.files(place, &plans[0]).await?) } else { None };
        if let Some(files) = &files {
            plans[1] = files.whole_way_down();
        }
        // Without slots nothing moves the rows that would make a statement fail.
        let asks =
            |plans: &[Plan; 2]| plans.iter().flat_map(|plan| &plan.statements).any(|one| one.slot.is_some());
        let mut rows = self.rows && (self.online || !asks(&self.plans(&sides, ONLINE)?));
        match self.travel(place, &sides, &plans, rows).await {
            // A rehearsal deleted a row that another row refers to. A person would not.
            Err(Failure::Plan(error)) if rows && error.contains("update or delete on table") => {
                rows = false;
                self.travel(place, &sides, &plans, rows).await?;
            }
            done => done?,
        }
        let Some(files) = files else { return Ok(()) };
        self.begin(place, rows).await?;
        Ok(files.wander(place, &self.scope(), 0).await?)
    }

    /// The files of the way up, each with its way down.
    async fn files(&self, place: &mut Place, up: &Plan) -> Result<Files, Failure> {
        Ok(Files::plan(place, &schema(&self.before), (up, &self.renames()), &self.scope()).await?)
    }

    /// Creates the schema before.
    async fn begin(&self, place: &mut Place, rows: bool) -> Result<(), Failure> {
        let rows = if rows {
            rows::rows(&self.before, &self.after, self.online) + &extra::rows(&self.before)
        } else {
            String::new()
        };
        let tables = sql::tables(&self.before) + &extra::sql(&self.before);
        let sql = [tables, rows, sql::foreign_keys(&self.before)];
        place.begin_with(&sql[0]).await.map_err(Failure::InvalidPair)?;
        for sql in &sql[1..] {
            place.execute(sql).await.map_err(Failure::InvalidPair)?;
        }
        Ok(())
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
        self.begin(place, rows).await?;
        let survivors = Survivors::new(&before.schema, &after.schema, &self.renames());
        let kept = survivors.before(place).await?;
        place.apply(up, sent).await.map_err(|error| format!("up: {error}"))?;
        judge::compare(&self.look(place).await, after).map_err(|error| format!("up: {error}"))?;
        judge::same_rows(&survivors.after(place).await?, &kept).map_err(|error| format!("up: {error}"))?;
        place.apply(down, sent).await.map_err(|error| format!("down: {error}"))?;
        judge::compare(&self.look(place).await, before).map_err(|error| format!("down: {error}"))?;
        judge::same_rows(&survivors.back(place, &kept).await?, &kept)
            .map_err(|error| format!("down: {error}"))?;
        Ok(())
    }

    /// Describes a failure: seed, schemas, plans and error.
    async fn describe(&self, seed: u64, error: &str, place: &mut Place) -> String {
        let mut text = format!(
            "=== AUTOGENERATE_SEED={seed} AUTOGENERATE_PAIRS=1, {}, {} rows, {:?}\n--- before\n{}--- after\n{}",
            if self.online { "online" } else { "plain" },
            if self.rows { "with" } else { "without" },
            self.renames(),
            schema(&self.before),
            schema(&self.after),
        );
        let (before, after) = (self.side(place, &self.before).await, self.side(place, &self.after).await);
        if let (Ok(before), Ok(after)) = (before, after)
            && let Ok([up, down]) = self.plans(&(before, after), if self.online { ONLINE } else { PLAIN })
        {
            text.extend(["--- up\n", &text::golden(&up), "--- down\n", &text::golden(&down)]);
        }
        format!("{text}--- {error}\n")
    }
}

/// All statements that create a schema.
fn schema(spec: &Spec) -> String {
    sql::tables(spec) + &extra::sql(spec) + &sql::foreign_keys(spec)
}

/// The original name of an object that was renamed any number of times.
fn origin(renames: &[(String, String)], name: &str) -> String {
    lineage(renames, name).pop().unwrap()
}

/// All names of an object, the original one last.
fn lineage(renames: &[(String, String)], name: &str) -> Vec<String> {
    let mut names = vec![name.to_owned()];
    for (old, new) in renames.iter().rev() {
        if names.last() == Some(new) {
            names.push(old.clone());
        }
    }
    names
}
