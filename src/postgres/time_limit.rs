//! Limits for waits that no time-out of PostgreSQL ends: those for a response that never arrives.

use std::time::Duration;

use tokio::time::timeout;

use crate::error::Error;

/// The longest step of background work.
pub const STEP_TIMEOUT: Duration = Duration::from_mins(1);

/// Runs work with a time-out.
///
/// # Errors
///
/// Any error of the work; [`Error::Unavailable`] if it takes longer than `limit`.
pub async fn in_time<T, E: From<Error>>(
    limit: Duration,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    timeout(limit, work).await.map_err(|elapsed| Error::Unavailable(elapsed.into()))?
}
