//! The columns of CSV, and how a row becomes the JSON of an item.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use serde_json::value::RawValue;

use super::schemas::ItemImport;
use crate::{
    error::Fault,
    http::{catalog::items::attributes::MAX_DEPTH, request::content::Input},
};

/// The columns whose cells are texts.
const TEXTS: [&str; 4] = ["id", "collection", "name", "status"];
const ATTRIBUTES: &str = "attributes";
/// The most bytes of the name of a column, which each row repeats.
const MAX_NAME: usize = 1024;

/// Which column has what, by their indices.
#[derive(Debug, Default)]
pub struct Columns {
    texts: Vec<(&'static str, usize)>,
    /// The column with all attributes as JSON.
    whole: Option<usize>,
    /// The columns with an attribute each.
    parts: BTreeMap<String, Part>,
    count: usize,
}

/// An attribute in a column of its own, or an object of them.
#[derive(Debug)]
enum Part {
    Cell(usize),
    Object(BTreeMap<String, Part>),
}

impl Columns {
    /// Reads the header line.
    ///
    /// # Errors
    ///
    /// A fault for each column that is unknown, or occurs twice.
    pub fn parse(names: &[&[u8]]) -> Result<Self, Vec<Fault>> {
        let mut columns = Self { count: names.len(), ..Self::default() };
        let mut faults = Vec::new();
        let mut seen = BTreeSet::new();
        for (index, name) in names.iter().enumerate() {
            let is_new = seen.insert(*name);
            let added = str::from_utf8(name)
                .map_err(|_| unknown(index))
                .and_then(|name| if is_new { columns.add(name, index) } else { Err(repeated(index)) });
            faults.extend(added.err());
        }
        if faults.is_empty() { Ok(columns) } else { Err(faults) }
    }

    fn add(&mut self, name: &str, index: usize) -> Result<(), Fault> {
        if let Some(text) = TEXTS.iter().find(|text| **text == name) {
            self.texts.push((text, index));
        } else if name == ATTRIBUTES {
            self.whole = Some(index);
        } else if let Some(path) = name.strip_prefix("attributes.") {
            if name.len() > MAX_NAME {
                let detail = format!("column {} has a name of more than {MAX_NAME} bytes", index + 1);
                return Err(Fault::at("", "too_long", detail));
            }
            let labels = parse_labels(path).ok_or_else(|| unknown(index))?;
            if labels.len() > MAX_DEPTH {
                let detail =
                    format!("column {} has a value that is more than {MAX_DEPTH} levels deep", index + 1);
                return Err(Fault::at("", "too_deep", detail));
            }
            add_part(&mut self.parts, &labels, index)?;
        } else if !ItemImport::is_output_only(name) {
            return Err(unknown(index));
        }
        let is_both = self.whole.is_some() && !self.parts.is_empty();
        if is_both { Err(repeated(index)) } else { Ok(()) }
    }

    /// Writes the row with these cells as JSON. An empty cell is a missing member.
    ///
    /// # Errors
    ///
    /// The cells are not those of the header line, or not UTF-8, or the attributes are not JSON.
    pub fn write(&self, cells: &[&[u8]], json: &mut Vec<u8>) -> Result<(), Fault> {
        if cells.len() != self.count {
            let detail = format!("must have as many cells as the header line, which has {}", self.count);
            return Err(Fault::at("", "columns", detail));
        }
        let cells = cells.iter().map(|cell| str::from_utf8(cell)).collect::<Result<Vec<&str>, _>>();
        let cells = cells.map_err(|_| Fault::at("", "encoding", "must be UTF-8"))?;
        json.push(b'{');
        for (name, index) in self.texts.iter().filter(|(_, index)| !cells[*index].is_empty()) {
            write_name(name, json);
            write_text(cells[*index], json);
        }
        if let Some(cell) = self.whole.map(|index| cells[index]).filter(|cell| !cell.is_empty()) {
            if serde_json::from_str::<&RawValue>(cell).is_err() {
                return Err(Fault::at("/attributes", "json_syntax", "is not JSON"));
            }
            write_name(ATTRIBUTES, json);
            json.extend_from_slice(cell.as_bytes());
        }
        write_object(ATTRIBUTES, &self.parts, &cells, json);
        json.push(b'}');
        Ok(())
    }
}

fn unknown(index: usize) -> Fault {
    Fault::at("", "unknown_column", format!("column {} is not a known column", index + 1))
}

fn repeated(index: usize) -> Fault {
    let detail = format!("column {} has what another column has", index + 1);
    Fault::at("", "repeated_column", detail)
}

/// The labels of a path, as a filter has them: `size.width`, `"strange key"`.
fn parse_labels(mut path: &str) -> Option<Vec<String>> {
    let mut labels = Vec::new();
    loop {
        if path.starts_with('"') {
            let mut strings = serde_json::Deserializer::from_str(path).into_iter::<String>();
            labels.push(strings.next()?.ok()?);
            path = &path[strings.byte_offset()..];
        } else {
            let end = path.find(['.', '"']).unwrap_or(path.len());
            let (label, rest) = path.split_at(end);
            labels.push(Some(label).filter(|label| !label.is_empty())?.to_owned());
            path = rest;
        }
        if path.is_empty() {
            return Some(labels);
        }
        path = path.strip_prefix('.')?;
    }
}

fn add_part(parts: &mut BTreeMap<String, Part>, labels: &[String], index: usize) -> Result<(), Fault> {
    let [label, rest @ ..] = labels else { return Err(unknown(index)) };
    match parts.entry(label.clone()) {
        Entry::Vacant(entry) if rest.is_empty() => {
            entry.insert(Part::Cell(index));
            Ok(())
        }
        Entry::Vacant(entry) => {
            let mut inner = BTreeMap::new();
            add_part(&mut inner, rest, index)?;
            entry.insert(Part::Object(inner));
            Ok(())
        }
        Entry::Occupied(entry) => match entry.into_mut() {
            Part::Object(inner) if !rest.is_empty() => add_part(inner, rest, index),
            _ => Err(repeated(index)),
        },
    }
}

/// Writes a member that is an object, unless all its cells are empty.
fn write_object(name: &str, parts: &BTreeMap<String, Part>, cells: &[&str], json: &mut Vec<u8>) {
    let before = json.len();
    write_name(name, json);
    json.push(b'{');
    let start = json.len();
    for (label, part) in parts {
        match part {
            Part::Object(parts) => write_object(label, parts, cells, json),
            Part::Cell(index) if cells[*index].is_empty() => {}
            Part::Cell(index) => {
                write_name(label, json);
                write_value(cells[*index], json);
            }
        }
    }
    if json.len() == start {
        json.truncate(before);
    } else {
        json.push(b'}');
    }
}

/// A number, `true`, `false`, `null`, an array or an object; anything else is a text.
fn write_value(cell: &str, json: &mut Vec<u8>) {
    let may_be_json = matches!(cell.as_bytes(), [b'-' | b'0'..=b'9' | b'[' | b'{', ..])
        || matches!(cell, "true" | "false" | "null");
    let is_trimmed = !cell.ends_with(char::is_whitespace);
    if may_be_json && is_trimmed && serde_json::from_str::<&RawValue>(cell).is_ok() {
        json.extend_from_slice(cell.as_bytes());
    } else {
        write_text(cell, json);
    }
}

/// Writes the name of a member.
fn write_name(name: &str, json: &mut Vec<u8>) {
    if json.last() != Some(&b'{') {
        json.push(b',');
    }
    write_text(name, json);
    json.push(b':');
}

fn write_text(text: &str, json: &mut Vec<u8>) {
    // Writing into a Vec cannot fail.
    let _ = serde_json::to_writer(json, text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(header: &str, row: &[&str]) -> Result<String, String> {
        let names: Vec<&[u8]> = header.split(';').map(str::as_bytes).collect();
        let columns = Columns::parse(&names)
            .map_err(|faults| faults.iter().map(|fault| fault.code.as_ref()).collect::<Vec<_>>().join(" "))?;
        let cells: Vec<&[u8]> = row.iter().map(|cell| cell.as_bytes()).collect();
        let mut json = Vec::new();
        columns.write(&cells, &mut json).map_err(|fault| fault.code.into_owned())?;
        Ok(String::from_utf8(json).unwrap())
    }

    #[test]
    fn a_row_is_the_json_of_an_item() {
        for (header, row, json) in [
            ("name;version", &["a\"b", "3"][..], r#"{"name":"a\"b"}"#),
            ("name;attributes", &["", r#"{"a": 1.50}"#], r#"{"attributes":{"a": 1.50}}"#),
            ("attributes;id", &["", "x"], r#"{"id":"x"}"#),
            ("attributes.a.b;attributes.a.c", &["1e2", "-"], r#"{"attributes":{"a":{"b":1e2,"c":"-"}}}"#),
            ("attributes.a.b;attributes.c", &["", "null"], r#"{"attributes":{"c":null}}"#),
            ("attributes.a;attributes.b", &["", ""], "{}"),
            (r#"attributes."x.y z".t"#, &["[1, 2]"], r#"{"attributes":{"x.y z":{"t":[1, 2]}}}"#),
            ("attributes.a;attributes.b", &["007", "\"q\""], r#"{"attributes":{"a":"007","b":"\"q\""}}"#),
            ("attributes.a;attributes.b", &["5 ", "True"], r#"{"attributes":{"a":"5 ","b":"True"}}"#),
        ] {
            assert_eq!(written(header, row).as_deref(), Ok(json), "{header}");
        }
    }

    #[test]
    fn wrong_columns_and_cells_are_faults() {
        for (header, row, codes) in [
            ("name;colour;x", &[][..], "unknown_column unknown_column"),
            ("name;name", &[], "repeated_column"),
            ("version;version", &[], "repeated_column"),
            ("attributes;attributes.a", &[], "repeated_column"),
            ("attributes.a;attributes", &[], "repeated_column"),
            ("attributes.a;attributes.a.b", &[], "repeated_column"),
            ("attributes.a;attributes.\"a\"", &[], "repeated_column"),
            (
                "attributes.;attributes.a..b;attributes.\"a",
                &[],
                "unknown_column unknown_column unknown_column",
            ),
            (&format!("attributes.{}", vec!["a"; MAX_DEPTH + 1].join(".")), &[], "too_deep"),
            (&format!("attributes.{}", vec!["a"; 100_000].join(".")), &[], "too_long"),
            (&format!("attributes.{}", "a".repeat(MAX_NAME - 10)), &[], "too_long"),
            ("name;status", &["a"], "columns"),
            ("attributes", &["{"], "json_syntax"),
        ] {
            assert_eq!(written(header, row).unwrap_err(), codes, "{header}");
        }
        let columns = Columns::parse(&[b"name"]).unwrap();
        assert_eq!(columns.write(&[b"\xff"], &mut Vec::new()).unwrap_err().code, "encoding");
    }
}
