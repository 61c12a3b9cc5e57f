//! Random revisions whose files are applied and reverted in a random order, by the library and by
//! sqlx.

use std::time::Duration;

use autogenerate::{
    migrate::{Down, Up, downgrade, upgrade},
    plan::{Batch, Plan, Statement},
    revision::{Draft, File, Migrations, render, render_down},
    schema::{Name, Schema},
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use sqlx::{PgConnection, migrate::Migrator};
use tempfile::TempDir;

use super::{Pair, generate, sql};
use crate::{
    judge::{self, Files, ONLINE, Place, text},
    support::{Database, public},
};

/// The number of revisions of several files.
const REVISIONS: usize = 12;

#[tokio::test(flavor = "multi_thread")]
async fn the_library_and_sqlx_apply_and_revert_random_files_in_turns() {
    let mut place = Place::create().await;
    let mut found = 0;
    for seed in 1_000.. {
        let pair = generate::pair(seed);
        let group = Group::plan(&pair, &mut place).await;
        if group.states.len() < 4 {
            continue;
        }
        group.take_turns(&pair, seed).await;
        found += 1;
        if found == REVISIONS {
            break;
        }
    }
}

/// The files of a revision, and the schema after any number of them.
struct Group {
    folder: TempDir,
    states: Vec<Schema>,
}

impl Group {
    async fn plan(pair: &Pair, place: &mut Place) -> Self {
        let before = sql::tables(&pair.before) + &sql::foreign_keys(&pair.before);
        place.begin_with(&before).await.unwrap();
        let from = place.schema(&public()).await;
        place.begin_with(&(sql::tables(&pair.after) + &sql::foreign_keys(&pair.after))).await.unwrap();
        let to = place.schema(&public()).await;
        let up = judge::plan(&from, &to, &pair.renames(), ONLINE).unwrap();
        let Files { down, states, .. } =
            Files::plan(place, &before, (&up, &pair.renames()), &public()).await.unwrap();
        let folder = TempDir::new().unwrap();
        let draft = Draft {
            message: "random",
            origin: "",
            up: &filled(up.clone()),
            down: &render_down(&up, &down, &[]),
        };
        draft.write(folder.path(), "2026-11-24T12:00:00Z".parse().unwrap()).unwrap();
        Self { folder, states: with_slots(&up, &states) }
    }

    /// Applies and reverts at random, and compares the schema with what it was on the way up.
    async fn take_turns(&self, pair: &Pair, seed: u64) {
        let mut database = Database::new().await;
        database.execute(&(sql::tables(&pair.before) + &sql::foreign_keys(&pair.before))).await;
        let migrations = Migrations::from_folder(self.folder.path()).unwrap();
        let migrator = Migrator::new(self.folder.path()).await.unwrap();
        let versions: Vec<i64> = migrations.pairs().map(|pair| pair.version).collect();
        assert_eq!(versions.len() + 1, self.states.len(), "seed {seed}");
        let (mut random, mut at) = (StdRng::seed_from_u64(seed), 0);
        let patience = Duration::from_secs(10);
        for _ in 0..3 * versions.len() {
            let conn: &mut PgConnection = &mut database.connection;
            let what = match random.random_range(0..10) {
                0 => {
                    upgrade(conn, &migrations, &Up::Head, patience).await.unwrap();
                    at = versions.len();
                    "upgrade"
                }
                1 if at > 0 => {
                    downgrade(conn, &migrations, &Down::Steps(1), patience).await.unwrap();
                    at = 0;
                    "downgrade"
                }
                2..6 if at < versions.len() => {
                    migrator.run_to(versions[at], &mut *conn).await.unwrap();
                    at += 1;
                    "run"
                }
                _ if at > 0 => {
                    at -= 1;
                    let stays = at.checked_sub(1).map_or(0, |last| versions[last]);
                    migrator.undo(&mut *conn, stays).await.unwrap();
                    "revert"
                }
                _ => continue,
            };
            let mut schema = database.public().await.schema;
            schema.tables.remove(&Name::local("_sqlx_migrations"));
            let (is, should) = (schema.normalized(), self.states[at].clone().normalized());
            assert!(
                is == should,
                "seed {seed}, {what} to {at} of {}:\n{}",
                versions.len(),
                text::differences(&format!("{is:#?}"), &format!("{should:#?}"))
            );
        }
    }
}

/// The files of the way up, with the slots filled.
fn filled(mut up: Plan) -> Vec<File> {
    for slot in up.statements.iter_mut().filter_map(|statement| statement.slot.as_mut()) {
        slot.template = slot.rehearsal.trim_end().to_owned();
        if slot.portions.is_some() {
            slot.portions = Some(format!("DO $$\nBEGIN\n{};\nCOMMIT;\nEND $$", slot.template));
        }
    }
    let mut files = render(&up, &[]);
    for file in &mut files {
        let lines = file.sql.split_inclusive('\n').filter(|line| !line.starts_with("-- SLOT"));
        file.sql = lines.collect();
    }
    files
}

/// The schemas between the files, some of which have only a slot.
fn with_slots(up: &Plan, states: &[Schema]) -> Vec<Schema> {
    let mut all = vec![states[0].clone()];
    for (file, (before, after)) in up.files().zip(states.iter().zip(&states[1..])) {
        let is_apart = |it: &Statement| {
            it.slot.as_ref().is_some_and(|slot| it.batch == Batch::Alone || slot.portions.is_some())
        };
        if file.iter().any(is_apart) {
            all.push(before.clone());
        }
        all.push(after.clone());
    }
    all
}
