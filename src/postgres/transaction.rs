//! The only begin, and the only commit.

use std::{
    ops::{Deref, DerefMut},
    time::Duration,
};

use sqlx::{AssertSqlSafe, PgConnection, Row as _};

use crate::{
    error::Error,
    postgres::{
        connection::execute,
        pool::{Connection, Database, LongWork, Turn},
    },
};

/// A transaction: visible to others after [`commit`](Self::commit), rolled back if dropped.
#[derive(Debug)]
pub struct Transaction {
    connection: Connection,
}

impl Database {
    /// Begins a transaction that writes.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] if no connection is free in time, or too many are used for writes.
    pub async fn begin(&self) -> Result<Transaction, Error> {
        let mut connection = self.connection_to_write().await?;
        execute(&mut connection, "BEGIN").await?;
        Ok(Transaction { connection })
    }

    /// Begins a transaction for a query that reads an index by its bitmap, whatever the planner
    /// estimates, and that is cancelled after `timeout`.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin).
    pub async fn begin_look_up(&self, timeout: Duration) -> Result<Transaction, Error> {
        let mut connection = self.in_turn().await?;
        let begin = format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL statement_timeout = {};
             SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off;
             SET LOCAL enable_bitmapscan = on",
            timeout.as_millis()
        );
        execute(&mut connection, AssertSqlSafe(begin)).await?;
        Ok(Transaction { connection })
    }

    /// Begins a transaction for queries that read an index in its order, whatever the planner
    /// estimates. All see the same state.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin); [`Error::Busy`] if there is no turn.
    pub async fn begin_in_order(&self) -> Result<Transaction, Error> {
        let mut connection = self.in_turn().await?;
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;
                     SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off";
        execute(&mut connection, begin).await?;
        Ok(Transaction { connection })
    }

    /// Begins a transaction of background work. It waits for a lock for at most 100 ms, so that
    /// PostgreSQL, which looks for deadlocks after a second, never aborts another transaction in
    /// favor of it.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin); [`Error::Busy`] if there is no turn.
    pub async fn begin_background(&self) -> Result<Transaction, Error> {
        let mut connection = self.in_turn().await?;
        execute(&mut connection, "BEGIN; SET LOCAL lock_timeout = 100").await?;
        Ok(Transaction { connection })
    }

    /// Begins a transaction that reads a whole list, for as long as that takes.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin); [`Error::Busy`] if there are too many of them.
    pub async fn begin_export(&self) -> Result<Transaction, Error> {
        let turn = self.turns.next(LongWork::Export).await?;
        let mut connection = self.connection().await?;
        // A client may still receive what was read last.
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET LOCAL statement_timeout = 0;
                     SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL enable_seqscan = on;
                     SET LOCAL enable_bitmapscan = on";
        execute(&mut connection, begin).await?;
        connection.allow_pauses();
        connection.hold(turn);
        Ok(Transaction { connection })
    }

    /// Begins a transaction that holds an advisory lock, in one round trip and without waiting;
    /// `None` if another transaction holds the lock.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin).
    pub async fn begin_locked(&self, lock: i64) -> Result<Option<Transaction>, Error> {
        let mut connection = self.connection_to_write().await?;
        // A number is safe in the text, and a statement with parameters could not go with BEGIN.
        let begin = AssertSqlSafe(format!("BEGIN; SELECT pg_try_advisory_xact_lock({lock})"));
        let row = execute(&mut connection, begin).await?;
        let row = row.ok_or_else(|| Error::internal("no row from pg_try_advisory_xact_lock"))?;
        let is_locked: bool = row.try_get(0)?;
        Ok(is_locked.then_some(Transaction { connection }))
    }
}

impl Transaction {
    /// Ends the turn with this transaction.
    pub fn hold(&mut self, turn: Turn) {
        self.connection.hold(turn);
    }

    /// Allows pauses of this length between statements, for a client that sends while they run.
    ///
    /// # Errors
    ///
    /// Whatever the database reports.
    pub async fn allow_pauses(&mut self, longest: Duration) -> Result<(), Error> {
        let milliseconds = longest.as_millis();
        let set = format!("SET LOCAL idle_in_transaction_session_timeout = {milliseconds}");
        execute(&mut self.connection, AssertSqlSafe(set)).await?;
        self.connection.allow_pauses();
        Ok(())
    }

    /// Sets the savepoint to which [`undo`](Self::undo) returns.
    ///
    /// # Errors
    ///
    /// Whatever the database reports.
    pub async fn save(&mut self) -> Result<(), Error> {
        execute(&mut self.connection, "SAVEPOINT portion").await?;
        Ok(())
    }

    /// Keeps what was done since the savepoint.
    ///
    /// # Errors
    ///
    /// Whatever the database reports.
    pub async fn keep(&mut self) -> Result<(), Error> {
        execute(&mut self.connection, "RELEASE portion").await?;
        Ok(())
    }

    /// Rolls back what was done since the savepoint.
    ///
    /// # Errors
    ///
    /// Whatever the database reports.
    pub async fn undo(&mut self) -> Result<(), Error> {
        execute(&mut self.connection, "ROLLBACK TO portion; RELEASE portion").await?;
        Ok(())
    }

    /// Makes everything that was done durable and visible.
    ///
    /// # Errors
    ///
    /// Nothing was written if the server reports an error. If the connection breaks
    /// ([`Error::Unavailable`]), it is unknown whether anything was.
    pub async fn commit(mut self) -> Result<(), Error> {
        // The text by which `backend` knows a commit.
        execute(&mut self.connection, "COMMIT").await?;
        self.connection.release();
        Ok(())
    }

    /// Checks everything as [`commit`](Self::commit) would, then rolls back.
    ///
    /// # Errors
    ///
    /// A rule that is checked at the end of a transaction is broken.
    pub async fn rehearse(mut self) -> Result<(), Error> {
        execute(&mut self.connection, "SET CONSTRAINTS ALL IMMEDIATE").await?;
        execute(&mut self.connection, "ROLLBACK").await?;
        self.connection.release();
        Ok(())
    }
}

impl Deref for Transaction {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}
