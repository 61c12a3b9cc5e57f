//! Imports and exports of files, for the command line.

use std::{borrow::Cow, time::Duration};

use curio_filter::Filter;
use futures_util::future::try_join;
use tokio::{
    io::{AsyncBufRead, AsyncWrite, AsyncWriteExt},
    sync::mpsc,
};

pub use super::import::{
    report::{Failure, Report},
    schemas::{OnConflict, OnError},
};
use super::{
    export,
    import::{importer::Importer, lines::Lines, schemas::ItemImportQuery},
    types,
};
pub use crate::http::request::export::Format;
use crate::{
    access::Scope,
    error::Error,
    http::request::{access::Access, collection_key::CollectionKey, path::PathKey, query::Expected},
    postgres::{
        catalog::{
            models::{ITEM_FIELDS, ItemFilter, Within},
            operations::{item, schema},
        },
        pool::Database,
        time_limit::in_time,
    },
    schema_cache::SchemaCache,
};

/// The longest pause of an input, and of the database while it looks for the next item.
const LONGEST_PAUSE: Duration = Duration::from_hours(24);
/// The longest time that the database may take for a portion of an import, or to commit.
const PATIENCE: Duration = Duration::from_mins(5);

/// How to import.
#[derive(Debug, Clone, Copy)]
pub struct Import {
    /// How the input is written.
    pub format: Format,
    /// What to do about an item that is wrong.
    pub on_error: OnError,
    /// What to do about an item whose id is taken.
    pub on_conflict: OnConflict,
    /// Do everything, then roll back.
    pub is_dry_run: bool,
    /// How often the progress is logged.
    pub progress_interval: Duration,
}

impl Import {
    /// Imports items in one transaction. Nothing is stored if the report
    /// [says so](Report::is_rejected).
    ///
    /// # Errors
    ///
    /// The input cannot be read, or the database fails.
    pub async fn run(
        self,
        database: &Database,
        input: impl AsyncBufRead + Unpin,
        show: impl FnMut(&Report),
    ) -> Result<Report, Failure> {
        let Self { format, on_error, on_conflict, is_dry_run, progress_interval } = self;
        let schemas = SchemaCache::default();
        let mut tx = in_time(PATIENCE, database.begin()).await?;
        in_time(PATIENCE, tx.allow_pauses(LONGEST_PAUSE)).await?;
        let mut lines = Lines::new(input, format, u64::MAX);
        let importer = Importer::new(
            &schemas,
            Access::everything(),
            ItemImportQuery { on_error, on_conflict },
            PATIENCE,
            progress_interval,
        );
        let report = importer.run(&mut tx, &mut lines, show).await?;
        if is_dry_run {
            in_time(PATIENCE, tx.rehearse()).await?;
        } else if !report.is_rejected() {
            in_time(PATIENCE, tx.commit()).await?;
        }
        Ok(report)
    }
}

/// Parses the key of a collection.
///
/// # Errors
///
/// What a key is.
pub fn parse_collection(key: &str) -> Result<String, Cow<'static, str>> {
    CollectionKey::parse(key).map(String::from).map_err(|Expected(_, detail)| detail)
}

/// Which items to export.
#[derive(Debug)]
pub struct Selection {
    filter: ItemFilter,
    condition: Option<String>,
}

impl Selection {
    /// Those of a collection that satisfy a condition; without both, all live items.
    ///
    /// # Errors
    ///
    /// The condition is malformed.
    pub fn new(collection: Option<String>, condition: Option<String>) -> Result<Self, curio_filter::Error> {
        let filter = condition.as_deref().map(|text| Filter::parse(text, ITEM_FIELDS)).transpose()?;
        let filter = ItemFilter { collection, condition: filter, ..ItemFilter::within(Within::All) };
        Ok(Self { filter, condition })
    }

    /// What is wrong with it: there is no such collection, or a comparison is never true by its
    /// schema.
    ///
    /// # Errors
    ///
    /// Whatever the database reports.
    pub async fn fault(&self, database: &Database) -> Result<Option<String>, Error> {
        let Some(key) = &self.filter.collection else { return Ok(None) };
        let mut conn = database.connection().await?;
        let Some(current) = schema::last(&mut conn, &Scope::ALL, key).await? else {
            return Ok(Some("there is no such collection".into()));
        };
        let known = types::compiled(&SchemaCache::default(), &mut conn, &current).await?;
        conn.release();
        let (Some(known), Some(condition)) = (known, &self.condition) else { return Ok(None) };
        Ok(types::parse_filter(condition, &known).err().map(|error| error.to_string()))
    }

    /// Writes them as they are at one instant, and returns their number.
    ///
    /// # Errors
    ///
    /// The output cannot be written, or the database fails.
    pub async fn export(
        &self,
        database: &Database,
        format: Format,
        mut output: impl AsyncWrite + Unpin,
        mut show: impl FnMut(u64),
    ) -> Result<u64, Failure> {
        let mut tx = database.begin_export().await?;
        let (sender, mut portions) = mpsc::channel(1);
        let read = async move {
            item::export(&mut tx, &self.filter, LONGEST_PAUSE, &sender).await?;
            tx.commit().await?;
            Ok::<_, Failure>(())
        };
        let write = async move {
            let mut count = 0;
            output.write_all(&export::begin(format)?).await?;
            while let Some(items) = portions.recv().await {
                count += items.len() as u64;
                output.write_all(&export::write(items, format)?).await?;
                show(count);
            }
            output.flush().await?;
            Ok(count)
        };
        let ((), count) = try_join(read, write).await?;
        Ok(count)
    }
}
