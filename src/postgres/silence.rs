//! Finds requests whose response never comes, because nothing passes over their connection any
//! more, although it is open: a firewall forgot it, or the server's machine is gone.
//!
//! A statement that takes long looks the same to the client. The server tells them apart: its
//! process for a silent connection waits for the next command, or has ended.

use std::time::{Duration, Instant};

use deadpool::managed::{Object, WeakPool};
use sqlx::{PgConnection, Row as _, postgres::PgRow};
use tokio::time::{sleep, timeout};

use super::{
    backend::{Wait, terminate, with_processes},
    connector::Connector,
};

const INTERVAL: Duration = Duration::from_millis(250);
/// How long a request waits before the server is queried for its process.
const PATIENCE: Duration = Duration::from_secs(1);
/// Finds processes that have ended, have been idle for as long, or cannot send.
const FIND_SILENT: &str = "SELECT pid FROM unnest($1::int[], $2::timestamptz[]) AS waiting (pid, started)
    WHERE NOT EXISTS (SELECT FROM pg_stat_activity AS process
        WHERE process.pid = waiting.pid AND backend_start = started
            AND (state LIKE 'idle%' AND state_change < clock_timestamp() - interval '1 second'
                OR wait_event = 'ClientWrite') IS NOT TRUE)";
/// How long the server may take to respond.
const TIMEOUT: Duration = Duration::from_secs(1);
/// How long a response that has arrived may take to wake its request on a busy machine.
const WAKING: Duration = Duration::from_millis(100);

/// Until the pool is dropped, ends requests on silent connections, and has all older connections
/// replaced.
pub async fn watch(pool: WeakPool<Connector>) {
    loop {
        sleep(INTERVAL).await;
        let Some(pool) = pool.upgrade() else { return };
        let (connector, start) = (pool.manager(), Instant::now());
        let mut waits = connector.backends.waits();
        waits.retain(|wait| start - wait.since >= PATIENCE);
        if waits.is_empty() {
            continue;
        }
        // Any open connection may be silent, too.
        if let Ok(mut connection) = connector.open(TIMEOUT).await {
            let distrust = || connector.distrust_connections_before(start);
            let _ = timeout(TIMEOUT, end_silent(&mut connection, waits, distrust)).await;
        } else if let Ok(Ok(mut session)) = timeout(TIMEOUT, pool.get()).await {
            // The server may accept no others: those that respond are still needed.
            let ended = timeout(TIMEOUT, end_silent(&mut session, waits, || ())).await;
            if !matches!(ended, Ok(Ok(()))) {
                drop(Object::take(session));
            }
        }
    }
}

/// Ends those that wait on silent connections; before that, runs `distrust` if there are any.
async fn end_silent(
    connection: &mut PgConnection,
    mut waits: Vec<Wait>,
    distrust: impl FnOnce(),
) -> Result<(), sqlx::Error> {
    let waiting = waits.iter().map(|wait| &*wait.backend);
    let silent = with_processes(FIND_SILENT, waiting).try_map(|row: PgRow| row.try_get(0));
    let silent: Vec<i32> = silent.fetch_all(&mut *connection).await?;
    waits.retain(|wait| silent.contains(&wait.backend.pid));
    if waits.is_empty() {
        return Ok(());
    }
    sleep(WAKING).await;
    distrust();
    waits.retain(Wait::give_up);
    terminate(connection, waits.iter().map(|wait| &*wait.backend)).await.map(|_| ())
}
