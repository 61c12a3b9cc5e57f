//! Writes do not wait while an index is built.

use std::{borrow::Cow, time::Duration};

use autogenerate::{
    migrate::{self, Up},
    model::Metadata,
    revision::Migrations,
};
use sqlx::{Executor as _, PgConnection};

use super::walk::Walk;
use crate::support::{Database, eventually};

const SOURCE: &str = include_str!("index.rs");
const PAGE: &str = "07_index_while_written.md";

/// The longest wait for another process that migrates.
const PATIENCE: Duration = Duration::from_secs(30);

mod without_index {
    #[derive(autogenerate::Table)]
    #[table(name = "events")]
    pub struct Event {
        #[column(primary_key, identity)]
        pub id: i64,
        pub kind: String,
    }
}

mod with_index {
    #[derive(autogenerate::Table)]
    #[table(name = "events")]
    pub struct Event {
        #[column(primary_key, identity)]
        pub id: i64,
        #[column(index)]
        pub kind: String,
    }
}

/// Inserts a row; fails if it has to wait for a lock.
async fn write(writer: &mut PgConnection) -> sqlx::Result<()> {
    writer.execute("SET lock_timeout = '100ms'").await?;
    writer.execute("INSERT INTO events (kind) VALUES ('click')").await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_write_waits_while_an_index_is_built() {
    let models =
        [Metadata::new().table::<without_index::Event>(), Metadata::new().table::<with_index::Event>()];
    let mut walk = Walk::begin(PAGE, SOURCE, models).await;
    walk.until("db upgrade").await;

    // An open transaction that has written to the table keeps the build from finishing.
    let mut earlier = walk.database.connect().await;
    earlier.execute("BEGIN; INSERT INTO events (kind) VALUES ('held')").await.unwrap();
    let mut conn = walk.database.connect().await;
    let migrations = Migrations::from_folder(&walk.project.folder).unwrap();
    let upgrade =
        tokio::spawn(async move { migrate::upgrade(&mut conn, &migrations, &Up::Head, PATIENCE).await });
    let building = "SELECT count(*) FROM pg_stat_progress_create_index
                    WHERE relid = 'events'::regclass AND command = 'CREATE INDEX CONCURRENTLY'
                      AND datname = current_database() AND phase LIKE 'waiting for writers%'";
    eventually("the index is being built", async || walk.database.number(building).await == 1).await;
    let mut writer = walk.database.connect().await;
    for _ in 0..100 {
        write(&mut writer).await.unwrap();
    }
    assert_eq!(walk.database.number(building).await, 1, "the build is still running");
    earlier.execute("COMMIT").await.unwrap();
    assert_eq!(upgrade.await.unwrap().unwrap().len(), 1);

    walk.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_create_index_makes_a_writer_wait() {
    let database =
        Database::with("CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY, kind text)").await;
    let mut builder = database.connect().await;
    builder.execute("BEGIN; CREATE INDEX events_kind_idx ON events (kind)").await.unwrap();
    let error = write(&mut database.connect().await).await.unwrap_err();
    let code = error.as_database_error().and_then(|error| error.code().map(Cow::into_owned));
    assert_eq!(code.as_deref(), Some("55P03"), "{error}: not lock_not_available");
}
