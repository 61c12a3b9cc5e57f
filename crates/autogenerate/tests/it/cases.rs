//! The golden cases: each folder of `tests/cases` covers one behaviour.
//!
//! `before.sql` and `after.sql` are two schemas, and `rows.sql` are rows for the first one.
//! `up.sql` and `down.sql` are the expected plans, split into migration files.
//!
//! The first lines of `after.sql` can be directives, one per line:
//!
//! - `-- scope: database`: read the whole database instead of the schema `public`
//! - `-- up only`: skip the way down
//! - `-- postgres: 18`: skip the case on older servers; other cases are planned for the oldest one,
//!   and leave out what only such a server needs, the renames of `NOT NULL` constraints
//! - `-- rename table a to b`, `-- rename column b.c to d`, `-- rename type m to n`,
//!   `-- rename value n.v to w`: a rename, qualified by the new name of the parent
//!
//! `CASE=part_of_a_name` runs only matching cases. `BLESS=1` updates the golden files; review them
//! before committing.

use std::{
    collections::VecDeque,
    env, fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use autogenerate::{introspect::Scope, plan::Renames, schema::Name};

use crate::judge::{self, Files, ONLINE, PLAIN, Place, Sent, Side, Survivors, text};

/// The number of databases in which cases run in parallel.
const PLACES: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn every_case_goes_up_and_down_as_written() {
    let cases: VecDeque<Case> = Case::all();
    let count = cases.len();
    assert!(count > 0, "no case matches CASE");
    let cases = Arc::new(Mutex::new(cases));
    let workers: Vec<_> = (0..PLACES).map(|_| tokio::spawn(work(Arc::clone(&cases)))).collect();
    let mut failures = Vec::new();
    let mut places = Vec::new();
    for worker in workers {
        let (place, found) = worker.await.unwrap();
        failures.extend(found);
        // Dropped after all cases: dropping blocks a thread that other cases may need to connect.
        places.push(place);
    }
    failures.sort();
    assert!(failures.is_empty(), "{}\n{} of {count} cases fail", failures.join("\n"), failures.len());
}

async fn work(cases: Arc<Mutex<VecDeque<Case>>>) -> (Place, Vec<String>) {
    let mut place = Place::create().await;
    let mut failures = Vec::new();
    loop {
        let next = cases.lock().unwrap().pop_front();
        let Some(case) = next else { break };
        let found = case.judge(&mut place).await;
        if !found.is_empty() {
            failures.push(format!("=== {}\n{}\n", case.name, found.join("\n")));
        }
    }
    (place, failures)
}

#[derive(Debug)]
pub struct Case {
    pub name: String,
    folder: PathBuf,
    pub before: String,
    pub after: String,
    rows: String,
    pub scope: Scope,
    pub renames: Renames,
    pub up_only: bool,
    /// The oldest major version of PostgreSQL that supports the case.
    pub postgres: u32,
}

impl Case {
    pub fn all() -> VecDeque<Self> {
        let wanted = env::var("CASE").unwrap_or_default();
        let folders = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")).unwrap();
        let mut folders: Vec<PathBuf> = folders.map(|entry| entry.unwrap().path()).collect();
        folders.sort();
        folders.into_iter().map(Self::load).filter(|case| case.name.contains(&wanted)).collect()
    }

    fn load(folder: PathBuf) -> Self {
        let file = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
        let mut case = Self {
            name: folder.file_name().unwrap().to_str().unwrap().to_owned(),
            before: file("before.sql"),
            after: file("after.sql"),
            rows: file("rows.sql"),
            scope: Scope::Schema("public".to_owned()),
            renames: Renames::default(),
            up_only: false,
            postgres: 0,
            folder,
        };
        let head: Vec<String> =
            case.after.lines().map_while(|line| line.strip_prefix("-- ")).map(str::to_owned).collect();
        for directive in head {
            match directive.as_str() {
                "scope: database" => case.scope = Scope::Database,
                "up only" => case.up_only = true,
                "postgres: 18" => case.postgres = 18,
                _ => case.renamed(&directive),
            }
        }
        case
    }

    fn renamed(&mut self, directive: &str) {
        let (old, new) = directive.split_once(" to ").expect("a rename has a new name");
        let (kind, old) = old.strip_prefix("rename ").expect("a directive").split_once(' ').unwrap();
        let (mut old, mut new) = (identifiers(old), identifiers(new));
        match kind {
            "table" => self.renames.tables.push((name(old), name(new))),
            "type" => self.renames.enums.push((name(old), name(new))),
            _ => {
                let (part, new) = (old.pop().unwrap(), new.pop().unwrap());
                let list =
                    if kind == "column" { &mut self.renames.columns } else { &mut self.renames.values };
                list.push((name(old), part, new));
            }
        }
    }

    /// Runs the case and returns its failures.
    async fn judge(&self, place: &mut Place) -> Vec<String> {
        if place.version() < self.postgres {
            return Vec::new();
        }
        place.plans_for(self.postgres);
        let before = self.side(place, &self.before).await;
        let after = self.side(place, &self.after).await;
        let reversed = self.renames.reversed();
        let plans = |style| {
            let up = judge::plan(&before.schema, &after.schema, &self.renames, style)?;
            let down = judge::plan(&after.schema, &before.schema, &reversed, style)?;
            Ok([up, down])
        };
        let (online, plain) = match (plans(ONLINE), plans(PLAIN)) {
            (Ok(online), Ok(plain)) => (online, plain),
            (Err(error), _) | (_, Err(error)) => return vec![error],
        };
        let slots = online.iter().flat_map(|plan| &plan.statements).any(|statement| statement.slot.is_some());
        let [up, _] = &online;
        let files = match Files::plan(place, &self.before, (up, &self.renames), &self.scope).await {
            Ok(files) => files,
            Err(error) => return vec![error],
        };
        let mut found: Vec<_> = self.golden("up.sql", &text::golden(up)).err().into_iter().collect();
        if !self.up_only {
            found.extend(self.golden("down.sql", &files.golden()).err());
        }
        let by_files = [up.clone(), files.whole_way_down()];
        for (style, plans, sent, rows) in [
            ("online", &by_files, Sent::InFiles, self.rows.as_str()),
            // Without slots nothing moves the rows that would make a statement fail.
            ("plain", &plain, Sent::Singly, if slots { "" } else { &self.rows }),
        ] {
            let errors = self.travel(place, (&before, &after), plans, (sent, rows)).await;
            let errors = errors.unwrap_or_else(|error| vec![error]);
            found.extend(errors.into_iter().map(|error| format!("{style}: {error}")));
        }
        if !self.up_only {
            found.extend(self.wander(place, &files).await.err().map(|error| format!("wandering: {error}")));
        }
        found
    }

    /// Applies and reverts the files one by one, with rows.
    async fn wander(&self, place: &mut Place, files: &Files) -> Result<(), String> {
        place.begin_with(&self.before).await?;
        place.execute(&self.rows).await?;
        files.wander(place, &self.scope, 0).await
    }

    async fn side(&self, place: &mut Place, sql: &str) -> Side {
        place.begin_with(sql).await.unwrap_or_else(|error| panic!("{}: {error}", self.name));
        place.look(&self.scope).await
    }

    /// Compares a plan with the golden file, or updates the file.
    fn golden(&self, file: &str, is: &str) -> Result<(), String> {
        let is_shown = |line: &&str| self.postgres >= 18 || !text::renames_not_null(line);
        let is = &is.split_inclusive('\n').filter(is_shown).collect::<String>();
        let path = self.folder.join(file);
        if env::var_os("BLESS").is_some() {
            fs::write(path, is).unwrap();
            return Ok(());
        }
        let should = fs::read_to_string(path).unwrap_or_default();
        if should == *is {
            return Ok(());
        }
        Err(format!("{file} (- is planned, + is written):\n{}", text::differences(is, &should)))
    }

    /// Applies the way up and the way down, and compares the schema and the rows after each.
    /// Returns the statements that claim other hazards than they have.
    async fn travel(
        &self,
        place: &mut Place,
        (before, after): (&Side, &Side),
        [up, down]: &[autogenerate::plan::Plan; 2],
        (sent, rows): (Sent, &str),
    ) -> Result<Vec<String>, String> {
        place.begin_with(&self.before).await?;
        place.execute(rows).await?;
        let survivors = Survivors::new(&before.schema, &after.schema, &self.renames);
        let kept = survivors.before(place).await?;
        let mut hazards = place.apply_measured(up, sent).await.map_err(|error| format!("up: {error}"))?;
        judge::compare(&place.look(&self.scope).await, after).map_err(|error| format!("up: {error}"))?;
        judge::same_rows(&survivors.after(place).await?, &kept).map_err(|error| format!("up: {error}"))?;
        if self.up_only {
            return Ok(hazards);
        }
        hazards.extend(place.apply_measured(down, sent).await.map_err(|error| format!("down: {error}"))?);
        judge::compare(&place.look(&self.scope).await, before).map_err(|error| format!("down: {error}"))?;
        judge::same_rows(&survivors.back(place, &kept).await?, &kept)
            .map_err(|error| format!("down: {error}"))?;
        Ok(hazards)
    }
}

fn name(mut identifiers: Vec<String>) -> Name {
    let name = identifiers.pop().unwrap();
    Name { schema: identifiers.pop(), name }
}

/// Splits a qualified name such as `a."b c".d` at its dots.
fn identifiers(text: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            '.' if !quoted => names.push(String::new()),
            c => names.last_mut().unwrap().push(c),
        }
    }
    names
}
