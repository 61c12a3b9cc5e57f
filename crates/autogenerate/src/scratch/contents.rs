//! Clearing a database.

use sqlx::{AssertSqlSafe, PgConnection, raw_sql};

/// The contents of an empty database, which clearing retains.
#[derive(Debug, Clone)]
pub(super) struct Contents {
    pub(super) schemas: Vec<String>,
    pub(super) extensions: Vec<String>,
}

impl Contents {
    pub(super) fn new_database() -> Self {
        Self { schemas: vec!["public".to_owned()], extensions: Vec::new() }
    }

    /// Drops everything else.
    pub(super) async fn clear(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        raw_sql("ROLLBACK").execute(&mut *connection).await?;
        let drop: String = sqlx::query_scalar(include_str!("clear.sql"))
            .bind(&self.schemas)
            .bind(&self.extensions)
            .fetch_one(&mut *connection)
            .await?;
        raw_sql(AssertSqlSafe(drop)).execute(connection).await?;
        Ok(())
    }
}
