//! Lines of CSV, which become lines of JSON.

use csv_core::{ReadRecordResult, Reader};
use memchr::memchr_iter;

use super::{
    columns::Columns,
    portion::{MAX_LINE, Portion, too_long},
};
use crate::error::Fault;

/// The most columns.
const MAX_COLUMNS: usize = 1024;

/// Splits CSV (RFC 4180) into records, and writes each as JSON.
pub struct CsvSplitter {
    reader: Reader,
    /// Those of the header line, once it was read.
    columns: Option<Columns>,
    /// The cells of a record without their quotation marks, and where each ends.
    record: Vec<u8>,
    ends: Vec<usize>,
    /// How much of both the current record takes.
    bytes: usize,
    cells: usize,
    /// The line on which the current record begins; `None` between two records.
    begin: Option<u64>,
    /// How many line feeds were read.
    feeds: u64,
    /// The record has too many bytes or cells, which are discarded.
    is_too_long: bool,
}

impl Default for CsvSplitter {
    fn default() -> Self {
        Self {
            reader: Reader::new(),
            columns: None,
            record: vec![0; 4096],
            ends: vec![0; 64],
            bytes: 0,
            cells: 0,
            begin: None,
            feeds: 0,
            is_too_long: false,
        }
    }
}

impl CsvSplitter {
    /// Adds lines until the portion is full, and returns how many bytes were used.
    pub fn split(&mut self, piece: &[u8], portion: &mut Portion) -> usize {
        let mut used = 0;
        while used < piece.len() && !portion.is_full() {
            if self.begin.is_none() {
                let rest = &piece[used..];
                let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
                used += self.count_feeds(&rest[..blank]);
                if blank == rest.len() {
                    break;
                }
                self.begin = Some(self.feeds + 1);
            }
            used += self.read(&piece[used..], portion).1;
        }
        used
    }

    /// Ends a last line without a line feed.
    pub fn finish(&mut self, portion: &mut Portion) {
        while self.begin.is_some() && self.read(&[], portion).0 != ReadRecordResult::End {}
    }

    fn count_feeds(&mut self, bytes: &[u8]) -> usize {
        self.feeds += memchr_iter(b'\n', bytes).count() as u64;
        bytes.len()
    }

    /// Reads on in a record.
    fn read(&mut self, input: &[u8], portion: &mut Portion) -> (ReadRecordResult, usize) {
        let (record, ends) = (&mut self.record[self.bytes..], &mut self.ends[self.cells..]);
        let (result, used, bytes, cells) = self.reader.read_record(input, record, ends);
        self.count_feeds(&input[..used]);
        self.bytes += bytes;
        self.cells += cells;
        match result {
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull if self.record.len() < MAX_LINE && !self.is_too_long => {
                self.record.resize(self.record.len() * 2, 0);
            }
            ReadRecordResult::OutputEndsFull if self.ends.len() < MAX_COLUMNS && !self.is_too_long => {
                self.ends.resize(self.ends.len() * 2, 0);
            }
            ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                self.is_too_long = true;
                (self.bytes, self.cells) = (0, 0);
            }
            ReadRecordResult::Record | ReadRecordResult::End => self.end_record(portion),
        }
        (result, used)
    }

    fn end_record(&mut self, portion: &mut Portion) {
        let Some(line) = self.begin.take() else { return };
        let mut start = 0;
        let cells = self.ends[..self.cells].iter().map(|end| {
            let cell = self.record.get(start..*end).unwrap_or_default();
            start = *end;
            cell
        });
        let cells: Vec<&[u8]> = if self.is_too_long { Vec::new() } else { cells.collect() };
        match &self.columns {
            _ if self.is_too_long && self.columns.is_some() => portion.end_line(line, Some(too_long())),
            Some(columns) => {
                let start = portion.text.len();
                let fault = columns.write(&cells, &mut portion.text).err();
                if fault.is_some() {
                    portion.text.truncate(start);
                }
                portion.end_line(line, fault);
            }
            None if self.is_too_long => portion.header = vec![too_long().on_line(line)],
            None => match Columns::parse(&cells) {
                Ok(columns) => self.columns = Some(columns),
                Err(faults) => {
                    portion.header = faults.into_iter().map(|fault: Fault| fault.on_line(line)).collect();
                }
            },
        }
        (self.bytes, self.cells, self.is_too_long) = (0, 0, false);
    }
}
