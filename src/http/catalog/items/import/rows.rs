//! The items of an import, parsed.

use std::{collections::HashSet, mem};

use uuid::Uuid;

use super::{
    portion::{Line, Portion},
    schemas::ItemImport,
};
use crate::{
    error::Fault,
    http::request::{content::without_output_only, json},
    ids::new_ids,
    postgres::catalog::models::{DEFAULT_COLLECTION, ItemContent},
};

/// An item of an import.
#[derive(Debug)]
pub struct Row {
    /// The line that it is on.
    pub line: u64,
    pub id: Uuid,
    /// The client chose the id.
    pub has_own_id: bool,
    /// The key of the collection, if the client names one.
    pub named_collection: Option<String>,
    pub content: ItemContent,
    /// It replaces the item with this id.
    pub is_replacement: bool,
}

impl Row {
    /// Assigns it to a collection, or to the one that it names.
    pub fn assign(&mut self, collection: Option<&str>) {
        let named = self.named_collection.as_deref().unwrap_or(DEFAULT_COLLECTION);
        collection.unwrap_or(named).clone_into(&mut self.content.collection);
    }
}

/// What is wrong on a line.
pub type Failed = (u64, Vec<Fault>);

/// Parses the lines of a portion, and returns those that are valid and the others.
pub fn parse(portion: &Portion) -> (Vec<Row>, Vec<Failed>) {
    let (mut rows, mut failed) = (Vec::with_capacity(portion.lines.len()), Vec::new());
    let mut start = 0;
    for (Line { number, end, fault }, new_id) in portion.lines.iter().zip(new_ids(portion.lines.len())) {
        let text = &portion.text[mem::replace(&mut start, *end)..*end];
        let parsed = match fault {
            Some(fault) => Err(vec![fault.clone()]),
            None => parse_line(*number, text, new_id),
        };
        match parsed {
            Ok(row) => rows.push(row),
            Err(faults) => failed.push((*number, faults)),
        }
    }
    (rows, failed)
}

fn parse_line(line: u64, text: &[u8], new_id: Uuid) -> Result<Row, Vec<Fault>> {
    let item = json::parse_text::<ItemImport>(text, &|text, _| without_output_only::<ItemImport>(text));
    let (own_id, item) = item.map_err(json::Rejected::into_faults)?.into_parts();
    Ok(Row {
        line,
        id: own_id.unwrap_or(new_id),
        has_own_id: own_id.is_some(),
        named_collection: item.named_collection().map(str::to_owned),
        content: item.into(),
        is_replacement: false,
    })
}

/// Splits rows so that none has an id twice: what is behind sees what is before as stored.
pub fn split_at_repeated_ids(rows: Vec<Row>) -> Vec<Vec<Row>> {
    let mut runs = Vec::new();
    let (mut run, mut ids) = (Vec::new(), HashSet::new());
    for row in rows {
        if !ids.insert(row.id) {
            ids = HashSet::from([row.id]);
            runs.push(mem::take(&mut run));
        }
        run.push(row);
    }
    runs.push(run);
    runs
}
