//! Lines of CSV, which become lines of JSON.

use csv_core::{ReadRecordResult, Reader};
use memchr::memchr2_iter;

use super::{
    columns::Columns,
    ndjson::BYTE_ORDER_MARK,
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
    /// How many lines have ended, and the last byte.
    lines: u64,
    last: u8,
    /// Where the current record is, as to its quotation marks.
    quoting: Quoting,
    /// Why the rest of the record is discarded.
    excess: Option<Fault>,
}

/// A position in a record, as to quotation marks (RFC 4180 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quoting {
    /// At the start of a cell.
    Start,
    /// In a cell without them.
    Plain,
    /// Between them.
    Inside,
    /// Behind one that ends the cell, or is the first of two.
    Behind,
}

impl Quoting {
    /// The position behind the next byte; `None` if that must not be here.
    fn next(self, byte: u8) -> Option<Self> {
        match (self, byte) {
            (Self::Start | Self::Behind, b'"') | (Self::Inside, b'\0'..=b'!' | b'#'..) => Some(Self::Inside),
            (Self::Inside, b'"') => Some(Self::Behind),
            (_, b',' | b'\r' | b'\n') => Some(Self::Start),
            (Self::Plain, b'"') | (Self::Behind, _) => None,
            (Self::Start | Self::Plain, _) => Some(Self::Plain),
        }
    }
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
            lines: 0,
            last: 0,
            quoting: Quoting::Start,
            excess: None,
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
                used += self.count_ends(&rest[..blank]);
                if blank == rest.len() {
                    break;
                }
                self.begin = Some(self.lines + 1);
            }
            used += self.read(&piece[used..], portion).1;
        }
        used
    }

    /// Ends a last line without a line feed. One that is cut within quotation marks is a fault.
    pub fn finish(&mut self, portion: &mut Portion) {
        if self.begin.is_some() && self.quoting == Quoting::Inside {
            let detail = "ends within quotation marks";
            self.excess.get_or_insert(Fault::at("", "csv_syntax", detail));
        }
        while self.begin.is_some() && self.read(&[], portion).0 != ReadRecordResult::End {}
    }

    /// The reader takes misplaced quotation marks for text.
    fn check_quotes(&mut self, bytes: &[u8]) {
        let is_start = self.columns.is_none() && self.quoting == Quoting::Start;
        let text = bytes.strip_prefix(BYTE_ORDER_MARK).filter(|_| is_start).unwrap_or(bytes);
        match text.iter().try_fold(self.quoting, |quoting, byte| quoting.next(*byte)) {
            Some(quoting) => self.quoting = quoting,
            None => self.discard(Fault::at("", "csv_syntax", "has a misplaced quotation mark")),
        }
    }

    /// Counts the ends of lines: CRLF, CR and LF.
    fn count_ends(&mut self, bytes: &[u8]) -> usize {
        for at in memchr2_iter(b'\r', b'\n', bytes) {
            let before = if at == 0 { self.last } else { bytes[at - 1] };
            self.lines += u64::from((before, bytes[at]) != (b'\r', b'\n'));
        }
        self.last = bytes.last().copied().unwrap_or(self.last);
        bytes.len()
    }

    /// Reads on in a record.
    fn read(&mut self, input: &[u8], portion: &mut Portion) -> (ReadRecordResult, usize) {
        let (record, ends) = (&mut self.record[self.bytes..], &mut self.ends[self.cells..]);
        let (result, used, bytes, cells) = self.reader.read_record(input, record, ends);
        self.count_ends(&input[..used]);
        self.check_quotes(&input[..used]);
        self.bytes += bytes;
        self.cells += cells;
        match result {
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull if self.record.len() < MAX_LINE && self.excess.is_none() => {
                self.record.resize(self.record.len() * 2, 0);
            }
            ReadRecordResult::OutputEndsFull if self.ends.len() < MAX_COLUMNS && self.excess.is_none() => {
                self.ends.resize(self.ends.len() * 2, 0);
            }
            ReadRecordResult::OutputFull => self.discard(too_long()),
            ReadRecordResult::OutputEndsFull => {
                let detail = format!("must have at most {MAX_COLUMNS} cells");
                self.discard(Fault::at("", "too_long", detail));
            }
            ReadRecordResult::Record | ReadRecordResult::End => self.end_record(portion),
        }
        (result, used)
    }

    /// Discards the rest of the record.
    fn discard(&mut self, fault: Fault) {
        self.excess.get_or_insert(fault);
        (self.bytes, self.cells) = (0, 0);
    }

    fn end_record(&mut self, portion: &mut Portion) {
        let Some(line) = self.begin.take() else { return };
        let mut start = 0;
        let cells = self.ends[..self.cells].iter().map(|end| {
            let cell = self.record.get(start..*end).unwrap_or_default();
            start = *end;
            cell
        });
        let excess = self.excess.take();
        let cells: Vec<&[u8]> = if excess.is_some() { Vec::new() } else { cells.collect() };
        match (&self.columns, excess) {
            (Some(_), Some(excess)) => portion.end_line(line, Some(excess)),
            (None, Some(excess)) => portion.header = vec![excess.on_line(line)],
            (Some(columns), None) => {
                let start = portion.text.len();
                let fault = columns.write(&cells, &mut portion.text).err();
                if fault.is_some() {
                    portion.text.truncate(start);
                }
                portion.end_line(line, fault);
            }
            (None, None) => match Columns::parse(&cells) {
                Ok(columns) => self.columns = Some(columns),
                Err(faults) => {
                    portion.header = faults.into_iter().map(|fault: Fault| fault.on_line(line)).collect();
                }
            },
        }
        (self.bytes, self.cells, self.quoting) = (0, 0, Quoting::Start);
    }
}
