//! Expired idempotency keys.

use std::time::Duration;

use crate::{
    error::Error,
    postgres::{
        pool::Database,
        service::operations::idempotency_key,
        time_limit::{STEP_TIMEOUT, in_time},
    },
};

/// How often expired idempotency keys are removed.
const SWEEP_EVERY: Duration = Duration::from_mins(1);
/// The most keys that one statement removes.
const SWEEP_PORTION: i64 = 1000;

/// Removes expired idempotency keys every minute; any number of replicas may do so at once.
pub async fn sweep(database: Database) {
    let mut ticks = tokio::time::interval(SWEEP_EVERY);
    loop {
        ticks.tick().await;
        match sweep_once(&database).await {
            Ok(0) => {}
            Ok(keys) => tracing::info!(keys, "idempotency_keys.swept"),
            Err(error) => tracing::warn!(cause = ?error, "idempotency_keys.not_swept"),
        }
    }
}

/// Removes them in portions, so that each statement is short.
async fn sweep_once(database: &Database) -> Result<u64, Error> {
    let mut swept = 0;
    loop {
        let portion = in_time(STEP_TIMEOUT, async {
            let mut conn = database.connection().await?;
            let portion = idempotency_key::sweep(&mut conn, SWEEP_PORTION).await?;
            conn.release();
            Ok::<_, Error>(portion)
        });
        let portion = portion.await?;
        swept += portion;
        if portion < SWEEP_PORTION.unsigned_abs() {
            return Ok(swept);
        }
    }
}
