//! Finds the part of a model that a generated statement comes from.

use super::{
    describe::{ForeignKeyModel, IndexModel, TableModel},
    location::Location,
    metadata::{Metadata, Origin},
};
use crate::schema::quote_identifier;

impl Metadata {
    /// Where the models declare what PostgreSQL rejects in a statement that was generated from
    /// them. `position` is the character at fault, from 0, and `message` may name a column.
    pub(crate) fn origin_of_sql(
        &self,
        statement: &str,
        position: Option<usize>,
        message: &str,
    ) -> Option<Origin> {
        let is_of = |model: &&TableModel| {
            let name = self.table_name(model);
            let rests = [format!("TABLE {name}"), format!(" ON {name}")];
            let mut rests = rests.iter().filter_map(|start| Some(statement.split_once(start.as_str())?.1));
            rests.any(|rest| rest.starts_with([' ', '\n']))
        };
        let Some(model) = self.tables.iter().find(is_of) else { return self.origin_of_type(statement) };
        let end = position.and_then(|position| statement.char_indices().nth(position)).map(|(at, _)| at);
        let named = message.split('"').nth(1).filter(|_| message.contains("column \""));
        let named = named.and_then(|name| model.columns.iter().find(|column| column.name == name));
        let part = end
            .and_then(|end| part_at(model, statement, end))
            .or_else(|| named.map(|column| Part::Column(column.name)))
            .or_else(|| separate_part(model, statement).map(Part::Other))
            .unwrap_or(Part::Other(model.location));
        match part {
            Part::Column(name) => self.origin(&self.table_name(model), Some(name)),
            Part::Other(location) => Some(Origin::new(location, model.rust_name.to_owned())),
        }
    }

    fn origin_of_type(&self, statement: &str) -> Option<Origin> {
        let rest =
            ["CREATE TYPE ", "CREATE DOMAIN "].iter().find_map(|start| statement.strip_prefix(start))?;
        let is_it = |name: String| rest.strip_prefix(&name).is_some_and(|rest| rest.starts_with(' '));
        let model = self.definitions().find(|model| is_it(self.definition_name(model).to_string()))?;
        Some(Origin::new(model.location(), model.rust_name().to_owned()))
    }
}

/// A part of `CREATE TABLE`.
enum Part {
    Column(&'static str),
    Other(Location),
}

/// The column, check or exclusion constraint that begins last before `end`.
fn part_at(model: &TableModel, statement: &str, end: usize) -> Option<Part> {
    let columns = model.columns.iter().filter_map(|column| {
        let at = statement.find(&format!("\n    {} ", quote_identifier(column.name)))?;
        Some((at, Part::Column(column.name)))
    });
    let checks = model.checks.iter().map(|check| (check.expression, check.location));
    let exclusions = model.exclusions.iter().flat_map(|it| it.elements.iter().map(|one| (*one, it.location)));
    let others = checks.chain(exclusions).filter_map(|(text, location)| {
        let constraints = statement.find("\n    CONSTRAINT ")?;
        Some((constraints + statement[constraints..].find(text)?, Part::Other(location)))
    });
    let before = columns.chain(others).filter(|(at, _)| *at <= end);
    before.max_by_key(|(at, _)| *at).map(|(_, part)| part)
}

/// The index or foreign key that the statement creates.
fn separate_part(model: &TableModel, statement: &str) -> Option<Location> {
    let is_index = |index: &&IndexModel| {
        statement.contains("INDEX ") && index.elements.iter().all(|element| statement.contains(element))
    };
    let is_key = |key: &&ForeignKeyModel| {
        let columns: Vec<_> = key.columns.iter().map(|column| quote_identifier(column)).collect();
        statement.contains(&format!("FOREIGN KEY ({})", columns.join(", ")))
    };
    let index = model.indexes.iter().find(is_index).map(|index| index.location);
    index.or_else(|| model.foreign_keys.iter().find(is_key).map(|key| key.location))
}
