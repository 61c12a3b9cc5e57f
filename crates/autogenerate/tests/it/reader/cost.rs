//! The number of queries per reading.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use autogenerate::introspect::Scope;
use tracing::{Event, Metadata, Subscriber, span};

use crate::support::{Database, public};

/// Counts the queries that sqlx logs on this thread.
#[derive(Clone, Default)]
struct Queries(Arc<AtomicUsize>);

impl Subscriber for Queries {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "sqlx::query"
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, _: &Event<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

async fn queries(database: &mut Database, scope: &Scope) -> usize {
    let queries = Queries::default();
    let guard = tracing::subscriber::set_default(queries.clone());
    database.read(scope).await;
    drop(guard);
    queries.0.load(Ordering::Relaxed)
}

#[tokio::test]
async fn the_number_of_queries_does_not_grow_with_the_number_of_tables() {
    let mut database = Database::new().await;
    // Warm-up: tracing registers a callsite when it is first reached, and may miss that event.
    queries(&mut database, &public()).await;
    let mut counts = vec![queries(&mut database, &public()).await];
    database
        .execute(
            "DO $$ BEGIN FOR i IN 1..50 LOOP EXECUTE format('
                 CREATE TYPE e%1$s AS ENUM (''a''); CREATE TABLE t%1$s (id serial PRIMARY KEY, e e%1$s DEFAULT ''a'');
                 CREATE INDEX ON t%1$s (e)', i); END LOOP; END $$",
        )
        .await;
    counts.push(queries(&mut database, &public()).await);
    counts.push(queries(&mut database, &Scope::Database).await);
    database.execute("BEGIN").await;
    counts.push(queries(&mut database, &Scope::Database).await);
    assert!(counts[..3].iter().all(|count| *count == counts[0]), "{counts:?}");
    assert!(counts.iter().all(|count| (10..=15).contains(count)), "{counts:?}");
}
