//! The workflow of a command line, from the models to a database that matches them.

mod baseline;
mod check;
mod compare;
mod foreign;
mod hanging;
mod owners;
mod repair;
mod replicas;
mod revision;
mod squash;
mod user_types;
mod written;

use std::{fs, path::PathBuf, time::Duration};

use autogenerate::{
    Table,
    migrate::{self, Down, MigrationError, Up},
    model::Metadata,
    project::{Answer, Project, ProjectError, Question, Report, Request, Revised},
    revision::Migrations,
};
use chrono::{DateTime, Utc};
use tempfile::TempDir;

use crate::support::Database;

const PATIENCE: Duration = Duration::from_secs(30);

/// The initial model.
#[expect(dead_code, reason = "rows are read by SQL here")]
mod first {
    #[derive(autogenerate::Table)]
    #[table(name = "items")]
    pub struct Item {
        #[column(primary_key, identity)]
        pub id: i64,
        #[column(type = "varchar(200)")]
        pub name: String,
    }
}

/// The initial model with another field and index.
#[expect(dead_code, reason = "rows are read by SQL here")]
mod with_sku {
    #[derive(autogenerate::Table)]
    #[table(name = "items", index(columns = ["sku"]))]
    pub struct Item {
        #[column(primary_key, identity)]
        pub id: i64,
        #[column(type = "varchar(200)")]
        pub name: String,
        /// What the shop calls it.
        #[column(type = "varchar(40)")]
        pub sku: Option<String>,
    }
}

/// The initial model with another required field.
#[expect(dead_code, reason = "rows are read by SQL here")]
mod with_needed_sku {
    #[derive(autogenerate::Table)]
    #[table(name = "items")]
    pub struct Item {
        #[column(primary_key, identity)]
        pub id: i64,
        #[column(type = "varchar(200)")]
        pub name: String,
        #[column(type = "varchar(40)")]
        pub sku: String,
    }
}

/// The initial model with `name` renamed.
#[expect(dead_code, reason = "rows are read by SQL here")]
mod with_title {
    #[derive(autogenerate::Table)]
    #[table(name = "items")]
    pub struct Item {
        #[column(primary_key, identity)]
        pub id: i64,
        #[column(type = "varchar(200)")]
        pub title: String,
    }
}

/// A folder and a database for one test.
struct Workplace {
    database: Database,
    folder: TempDir,
    memory: TempDir,
    now: DateTime<Utc>,
}

fn unanswered(_: &Question) -> std::pin::Pin<Box<dyn Future<Output = Answer> + Send>> {
    Box::pin(async { Answer::Unknown })
}

fn nothing_renamed(_: &Question) -> std::pin::Pin<Box<dyn Future<Output = Answer> + Send>> {
    Box::pin(async { Answer::Unrelated })
}

fn yes(_: &Question) -> std::pin::Pin<Box<dyn Future<Output = Answer> + Send>> {
    Box::pin(async { Answer::Renamed })
}

impl Workplace {
    async fn new() -> Self {
        let now = "2026-11-24T12:00:00Z".parse().unwrap();
        let (folder, memory) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        Self { database: Database::new().await, folder, memory, now }
    }

    /// Creates the table of `T` in the database, with one row.
    async fn with<T: Table>(row: &str) -> Self {
        let mut place = Self::new().await;
        place.revise::<T>("first").await.unwrap();
        place.upgrade().await.unwrap();
        place.database.execute(row).await;
        place
    }

    fn project<T: Table>(&self) -> Project {
        self.project_with(Metadata::new().table::<T>())
    }

    fn project_with(&self, metadata: Metadata) -> Project {
        Project {
            metadata,
            folder: self.folder.path().to_owned(),
            database: self.database.options.clone(),
            scratch: None,
            memory: Some(self.memory.path().to_owned()),
        }
    }

    async fn revise<T: Table>(&self, message: &str) -> Result<Revised, ProjectError> {
        self.project::<T>().autogenerate(&Request { message, now: self.now, ask: &unanswered }).await
    }

    async fn check<T: Table>(&self) -> Report {
        self.project::<T>().check().await.unwrap()
    }

    async fn upgrade(&mut self) -> Result<usize, MigrationError> {
        let migrations = self.migrations();
        let applied =
            migrate::upgrade(&mut self.database.connection, &migrations, &Up::Head, PATIENCE).await?;
        Ok(applied.len())
    }

    async fn downgrade(&mut self) {
        let migrations = self.migrations();
        migrate::downgrade(&mut self.database.connection, &migrations, &Down::Steps(1), PATIENCE)
            .await
            .unwrap();
    }

    fn migrations(&self) -> Migrations {
        Migrations::from_folder(self.folder.path()).unwrap()
    }

    /// Writes a migration by hand.
    fn write(&self, name: &str, up: &str) {
        for (end, sql) in [("up", up), ("down", "SELECT 1;")] {
            fs::write(self.folder.path().join(format!("{name}.{end}.sql")), sql).unwrap();
        }
    }

    /// The names of the files in the folder.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The only file whose name has this suffix.
    fn file(&self, end: &str) -> PathBuf {
        let name = self.names().into_iter().find(|name| name.ends_with(end)).unwrap();
        self.folder.path().join(name)
    }

    /// Every relation, type and function with its OID.
    async fn objects(&self) -> Vec<String> {
        let sql = "SELECT oid || ' ' || relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relname !~ '^_sqlx'
                   UNION ALL SELECT oid || ' ' || typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
                   UNION ALL SELECT oid || ' ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
                   UNION ALL SELECT oid || ' ' || extname FROM pg_extension ORDER BY 1";
        self.database.texts(sql).await
    }

    async fn text(&mut self, sql: &str) -> String {
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut self.database.connection).await.unwrap()
    }
}

fn changes(revised: &Revised) -> Vec<String> {
    revised.changes.iter().map(ToString::to_string).collect()
}
