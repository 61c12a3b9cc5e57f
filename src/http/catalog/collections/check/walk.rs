//! Finds the items that a schema rejects, at a bounded cost.

use curio_schema::{MAX_STEPS, Schema};
use uuid::Uuid;

use crate::{
    app::App,
    error::{Error, Fault, Location},
    http::{
        limits::{MAX_PAGE, MAX_PAGE_BYTES},
        request::{schema::violations_within, valid::at_length},
    },
    postgres::{
        catalog::{
            models::{Item, ItemFilter},
            operations::item::{self, ItemKey},
        },
        entity::Entity,
        keyset::{KeyOf, PageRequest, SortKey, Start},
    },
};

/// The most items that a page examines.
const MAX_EXAMINED: usize = 2_000;
/// The most steps of all validations of a page, except the last one.
const MAX_STEPS_OF_PAGE: usize = 10 * MAX_STEPS;
/// The most bytes of attributes that a page examines, and of faults that it has, except for the
/// last items.
const MAX_BYTES: usize = MAX_PAGE_BYTES / 2;

/// An item that the schema rejects.
#[derive(Debug)]
pub struct Rejection {
    /// The item's id.
    pub id: Uuid,
    /// The item's version.
    pub version: i64,
    /// What the schema rejects.
    pub faults: Vec<Fault>,
}

/// A walk along the live items of a collection, the newest first.
#[derive(Debug)]
pub struct Walk<'a> {
    schema: &'a Schema,
    limit: usize,
    /// The items that the schema rejects, so far.
    pub rejections: Vec<Rejection>,
    /// Where the next page begins; `None` if there is none.
    pub next: Option<Start<ItemKey>>,
    examined: usize,
    bytes: usize,
    steps: usize,
}

impl<'a> Walk<'a> {
    /// A walk from here until this many items are found that the schema rejects.
    pub fn new(schema: &'a Schema, start: Start<ItemKey>, limit: u32) -> Self {
        Self {
            schema,
            limit: limit as usize,
            rejections: Vec::new(),
            next: Some(start),
            examined: 0,
            bytes: 0,
            steps: MAX_STEPS_OF_PAGE + MAX_STEPS,
        }
    }

    /// Walks along the items of a filter until the page is full, or has taken much work. So it may
    /// be short or empty although there are more items.
    ///
    /// # Errors
    ///
    /// Whatever the database reports.
    pub async fn run(&mut self, app: &App, filter: &ItemFilter) -> Result<(), Error> {
        while let Some(start) = self.next.clone().filter(|_| !self.is_full()) {
            let request = PageRequest { start, order: ItemKey::DEFAULT, limit: MAX_PAGE, bytes: MAX_BYTES };
            let mut conn = app.database.connection_in_turn().await?;
            let page = item::list(&mut conn, filter, &request).await?;
            conn.release();
            at_length(|| self.examine(&page.rows, page.more)).await;
        }
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.rejections.len() >= self.limit
            || self.examined >= MAX_EXAMINED
            || self.bytes >= MAX_BYTES
            || self.steps < MAX_STEPS
    }

    fn examine(&mut self, items: &[Item], more: bool) {
        for (index, item) in items.iter().enumerate() {
            let attributes = item.attributes.as_str();
            let faults = violations_within(self.schema, attributes, &mut self.steps);
            let faults: Vec<_> = faults.into_iter().map(|fault| fault.inside("/attributes")).collect();
            self.examined += 1;
            self.bytes += attributes.len() + faults.iter().map(bytes).sum::<usize>();
            if !faults.is_empty() {
                self.rejections.push(Rejection { id: item.id, version: item.version(), faults });
            }
            if self.is_full() && (more || index + 1 < items.len()) {
                self.next = Some(behind(item));
                return;
            }
        }
        self.next = items.last().filter(|_| more).map(behind);
    }
}

fn behind(item: &Item) -> Start<ItemKey> {
    Start::After(ItemKey::of(item, ItemKey::DEFAULT.sort))
}

/// About the bytes of a fault in a response.
fn bytes(fault: &Fault) -> usize {
    let Fault { location, code, detail } = fault;
    let pointer = if let Location::Pointer(pointer) = location { pointer.len() } else { 0 };
    64 + pointer + code.len() + detail.len()
}
