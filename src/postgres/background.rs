//! Work in the background, for which no client waits.

use std::time::Duration;

use tokio::time::timeout;

use crate::error::Error;

/// The longest step. No time-out of PostgreSQL ends the wait for a response that the network lost.
const STEP_TIMEOUT: Duration = Duration::from_mins(1);

/// Runs one step with a time-out.
///
/// # Errors
///
/// Any error of the step; [`Error::Unavailable`] if it takes too long.
pub async fn in_time<T>(step: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    timeout(STEP_TIMEOUT, step).await.map_err(|elapsed| Error::Unavailable(elapsed.into()))?
}
