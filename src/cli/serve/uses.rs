//! When API keys were last used.

use std::{sync::Arc, time::Duration};

use tokio::time::interval;

use crate::{
    app::App,
    postgres::time_limit::{STEP_TIMEOUT, in_time},
};

/// How often it is stored. It is known to the minute.
const STORE_EVERY: Duration = Duration::from_secs(10);

/// Stores when keys were used, so that no request waits for it.
pub async fn store_uses(app: Arc<App>) {
    let mut ticks = interval(STORE_EVERY);
    loop {
        ticks.tick().await;
        store(&app).await;
    }
}

/// Stores it once, at the end.
pub async fn store(app: &App) {
    if let Err(error) = in_time(STEP_TIMEOUT, app.authenticator.keys.store_uses(&app.database)).await {
        tracing::warn!(cause = ?error, "keys.uses_not_stored");
    }
}
