//! A database of its own to try things in.

use autogenerate::{
    introspect::{Scope, read},
    plan::{Batch, Plan, Statement},
    schema::Schema,
};
use sqlx::{AssertSqlSafe, PgConnection, Row, postgres::PgRow};

use super::{Sent, Side, dump};
use crate::support::Database;

/// Everything goes but what every database has.
const CLEAR: &str = r"
DO $$
DECLARE
    it text;
BEGIN
    FOR it IN SELECT format('DROP EXTENSION %I CASCADE', extname) FROM pg_extension WHERE extname <> 'plpgsql' LOOP
        EXECUTE it;
    END LOOP;
    FOR it IN SELECT format('DROP SCHEMA %I CASCADE', nspname) FROM pg_namespace
               WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema' LOOP
        EXECUTE it;
    END LOOP;
END $$;
CREATE SCHEMA public;";

/// A database that nobody else uses.
pub struct Place {
    database: Database,
}

impl Place {
    pub async fn create() -> Self {
        let mut database = Database::new().await;
        // A plan that waits for itself should fail, and soon.
        database.execute("SET statement_timeout = '20s'").await;
        Self { database }
    }

    pub fn version(&self) -> u32 {
        self.database.version()
    }

    /// Empties the database, and runs some SQL in it.
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

    /// The one text that each row is.
    pub async fn texts(&mut self, sql: &str) -> Result<Vec<String>, String> {
        sqlx::query(AssertSqlSafe(sql))
            .persistent(false)
            .try_map(|row: PgRow| row.try_get(0))
            .fetch_all(&mut self.database.connection)
            .await
            .map_err(|error| format!("{error}\n{sql}"))
    }

    pub async fn schema(&mut self, scope: &Scope) -> Schema {
        read(&mut self.database.connection, scope).await.unwrap().schema
    }

    /// What is there, as both judges see it.
    pub async fn look(&mut self, scope: &Scope) -> Side {
        let schema = self.schema(scope).await;
        Side { schema, dump: dump::dump(&self.database.options, self.database.version()).await }
    }

    /// Does what a plan says.
    pub async fn apply(&mut self, plan: &Plan, sent: Sent) -> Result<(), String> {
        if sent == Sent::Singly {
            for statement in &plan.statements {
                self.execute(&statement.sql).await?;
            }
            return Ok(());
        }
        for file in files(plan) {
            let alone = file[0].batch == Batch::Alone;
            let mut sql = String::new();
            for statement in file {
                if let Some(slot) = &statement.slot {
                    sql.extend([slot.rehearsal.trim_end().trim_end_matches(';'), ";\n"]);
                }
                if alone {
                    // Rows cannot be moved in the file of what has to be alone, so they are moved before.
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

/// The statements of a plan, cut into files.
fn files(plan: &Plan) -> Vec<&[Statement]> {
    plan.statements.chunk_by(|a, b| a.batch != Batch::Alone && b.batch == Batch::Same).collect()
}

async fn run(conn: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await.map(drop)
}
