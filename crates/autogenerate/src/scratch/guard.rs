//! Cleanup of what must not be left behind.

use std::{thread, time::Duration};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, postgres::PgConnectOptions, raw_sql};
use tokio::runtime::{Handle, RuntimeFlavor};

use super::contents::Contents;

/// How long the cleanup of a dropped guard may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Cleans up when dropped, on a connection of its own.
#[derive(Debug)]
pub(super) struct Guard {
    options: PgConnectOptions,
    remains: Remains,
    /// The advisory lock of the session that used the scratch space.
    lock: i64,
    armed: bool,
}

/// What would be left behind.
#[derive(Debug)]
pub(super) enum Remains {
    Database(String),
    Contents(Contents),
}

impl Guard {
    pub(super) fn new(options: &PgConnectOptions, remains: Remains, lock: i64) -> Self {
        Self { options: options.clone(), remains, lock, armed: true }
    }

    /// Cleans up on the connection that holds the lock.
    pub(super) async fn release(mut self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        self.clean(connection).await?;
        self.armed = false;
        Ok(())
    }

    /// Leaves nothing to clean up.
    pub(super) fn disarm(mut self) {
        self.armed = false;
    }

    async fn clean(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        match &self.remains {
            Remains::Database(name) => {
                let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                raw_sql(AssertSqlSafe(drop)).execute(connection).await?;
            }
            Remains::Contents(contents) => {
                contents.clear(connection).await?;
                // Unlock explicitly: the server releases a session's locks some time after the
                // client has disconnected, when the next client may already be waiting.
                let unlock = sqlx::query("SELECT pg_advisory_unlock($1)").bind(self.lock);
                unlock.execute(connection).await?;
            }
        }
        Ok(())
    }

    /// Waits until the session that used it has ended, because it may still be creating the
    /// database, and cleans up.
    async fn clean_afterwards(&self) -> Result<(), sqlx::Error> {
        let mut connection = PgConnection::connect_with(&self.options).await?;
        sqlx::query("SELECT pg_advisory_lock($1)").bind(self.lock).execute(&mut connection).await?;
        self.clean(&mut connection).await?;
        connection.close().await
    }

    fn clean_in_a_runtime(&self) -> Result<(), sqlx::Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            tokio::time::timeout(PATIENCE, self.clean_afterwards())
                .await
                .map_err(|_| sqlx::Error::PoolTimedOut)?
        })
    }
}

/// Blocks until the cleanup is done, because the process may be about to exit. It uses a thread
/// because this may run inside a runtime.
impl Drop for Guard {
    fn drop(&mut self) {
        if !self.armed {
            return;
        }
        let this = &*self;
        let clean = || {
            let thread = thread::scope(|scope| scope.spawn(|| this.clean_in_a_runtime()).join());
            thread.unwrap_or(Err(sqlx::Error::WorkerCrashed))
        };
        // The server waits for all sessions of a database before it drops it, including one that a
        // task of this runtime is opening. That task has to make progress.
        let cleaned = match Handle::try_current().map(|handle| handle.runtime_flavor()) {
            Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(clean),
            _ => clean(),
        };
        if let Err(error) = cleaned {
            tracing::warn!(remains = ?this.remains, %error, "could not clean up scratch space");
        }
    }
}
