//! Many processes that apply a generated revision at once.

use autogenerate::migrate::{self, Up};
use sqlx::{Connection as _, PgConnection};

use super::{PATIENCE, Workplace, first, with_sku};
use crate::support::eventually;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_processes_apply_a_generated_concurrent_index_once_even_after_one_is_killed() {
    let place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    place.revise::<with_sku::Item>("sku").await.unwrap();
    // The build waits for transactions with older snapshots, so it can be interrupted halfway.
    let mut reader = place.database.connect().await;
    let look = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class";
    sqlx::raw_sql(look).execute(&mut reader).await.unwrap();
    let migrations = place.migrations();
    let replicas: Vec<_> = (0..8)
        .map(|_| {
            let (options, migrations) = (place.database.options.clone(), migrations.clone());
            tokio::spawn(async move {
                let mut conn = PgConnection::connect_with(&options).await.unwrap();
                migrate::upgrade(&mut conn, &migrations, &Up::Head, PATIENCE)
                    .await
                    .map(|applied| applied.len())
            })
        })
        .collect();
    let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                WHERE datname = current_database() AND query LIKE '%CREATE INDEX CONCURRENTLY%' AND pid <> pg_backend_pid()";
    eventually("the build is killed", async || place.database.number(kill).await == 1).await;
    sqlx::raw_sql("COMMIT").execute(&mut reader).await.unwrap();
    let (mut applied, mut killed) = (0, 0);
    for replica in replicas {
        match replica.await.unwrap() {
            Ok(files) => applied += files,
            Err(_) => killed += 1,
        }
    }
    assert_eq!(
        (applied, killed),
        (1, 1),
        "the killed one had applied the column, and another built the index"
    );
    assert!(place.check::<with_sku::Item>().await.is_clean());
}
