//! A private database in which plans run.

use autogenerate::{
    introspect::{Scope, read},
    plan::{Batch, Plan},
    schema::{Schema, Server},
};
use sqlx::{AssertSqlSafe, PgConnection, Row, postgres::PgRow};

use super::{Sent, Side, dump, measure::Snapshot};
use crate::support::Database;

/// Drops everything that is not in an empty database.
const CLEAR: &str = r"
DO $$
DECLARE
    it text;
BEGIN
    FOR it IN SELECT format('DROP EXTENSION IF EXISTS %I CASCADE', extname) FROM pg_extension WHERE extname <> 'plpgsql' LOOP
        EXECUTE it;
    END LOOP;
    FOR it IN SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace
               WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema' LOOP
        EXECUTE it;
    END LOOP;
END $$;
CREATE SCHEMA public;";

/// A database that nothing else uses.
pub struct Place {
    database: Database,
    /// The version for which plans are made, if it is not the server's.
    version: Option<u32>,
}

impl Place {
    pub async fn create() -> Self {
        let mut database = Database::new().await;
        // A plan that blocks itself should fail soon.
        database.execute("SET statement_timeout = '20s'").await;
        Self { database, version: None }
    }

    pub fn version(&self) -> u32 {
        self.database.version()
    }

    /// Makes plans for servers of this version, which may be older.
    pub fn plans_for(&mut self, version: u32) {
        self.version = Some(version);
    }

    /// Empties the database, then runs `sql` in it.
    pub async fn begin_with(&mut self, sql: &str) -> Result<(), String> {
        self.execute(CLEAR).await.unwrap();
        self.execute(sql).await
    }

    pub async fn execute(&mut self, sql: &str) -> Result<(), String> {
        let done = run(&mut self.database.connection, sql).await;
        if done.is_err() {
            run(&mut self.database.connection, "ROLLBACK").await.unwrap();
        }
        done.map_err(|error| format!("{error}\n{sql}"))
    }

    /// Runs a query that returns one text per row.
    pub async fn texts(&mut self, sql: &str) -> Result<Vec<String>, String> {
        sqlx::query(AssertSqlSafe(sql))
            .persistent(false)
            .try_map(|row: PgRow| row.try_get(0))
            .fetch_all(&mut self.database.connection)
            .await
            .map_err(|error| format!("{error}\n{sql}"))
    }

    pub async fn schema(&mut self, scope: &Scope) -> Schema {
        let schema = read(&mut self.database.connection, scope).await.unwrap().schema;
        Schema { server: self.version.map_or(schema.server, |version| Server { version }), ..schema }
    }

    /// Reads the schema with both judges.
    pub async fn look(&mut self, scope: &Scope) -> Side {
        let schema = self.schema(scope).await;
        Side { schema, dump: dump::dump(&self.database.options, self.database.version()).await }
    }

    /// Runs a plan, and returns the statements that claim other hazards than they have. A statement
    /// that is alone in its file is not measured.
    pub async fn apply_measured(&mut self, plan: &Plan, sent: Sent) -> Result<Vec<String>, String> {
        let tables = Snapshot::take(&mut self.database.connection).await.tables();
        let (mut found, mut is_open) = (Vec::new(), false);
        for file in plan.files() {
            for (at, statement) in file.iter().enumerate() {
                if statement.batch == Batch::Alone {
                    self.apply(&Plan { statements: vec![statement.clone()] }, sent).await?;
                    continue;
                }
                if !std::mem::replace(&mut is_open, true) {
                    self.execute("BEGIN").await?;
                }
                if let Some(slot) = statement.slot.as_ref().filter(|_| sent == Sent::InFiles) {
                    self.execute(&slot.rehearsal).await?;
                }
                if statement.sql.starts_with("SELECT ") {
                    // The tables of tests are too small for their indexes.
                    self.execute("SET LOCAL enable_seqscan = off").await?;
                }
                let before = Snapshot::take(&mut self.database.connection).await;
                self.execute(&statement.sql).await?;
                self.execute("SET LOCAL enable_seqscan = on").await?;
                let after = Snapshot::take(&mut self.database.connection).await;
                found.extend(before.compare(&after, &tables, statement));
                if at + 1 == file.len() || sent == Sent::Singly {
                    self.execute("COMMIT").await?;
                    is_open = false;
                }
            }
        }
        Ok(found)
    }

    /// Runs a plan.
    pub async fn apply(&mut self, plan: &Plan, sent: Sent) -> Result<(), String> {
        if sent == Sent::Singly {
            for statement in &plan.statements {
                self.execute(&statement.sql).await?;
            }
            return Ok(());
        }
        for file in plan.files() {
            let alone = file[0].batch == Batch::Alone;
            let mut sql = String::new();
            for statement in file {
                if let Some(slot) = &statement.slot {
                    sql.extend([slot.rehearsal.trim_end().trim_end_matches(';'), ";\n"]);
                }
                if alone {
                    // A statement that must be alone cannot share a file with its slot's rehearsal,
                    // so that runs first.
                    self.execute(&std::mem::take(&mut sql)).await?;
                }
                sql.extend([&statement.sql, ";\n"]);
            }
            if !alone {
                sql = format!("BEGIN;\n{sql}COMMIT;");
            }
            self.execute(&sql).await?;
        }
        Ok(())
    }
}

async fn run(conn: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(drop)
}
