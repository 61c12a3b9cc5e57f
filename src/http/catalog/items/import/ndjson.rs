//! Lines of JSON.

use memchr::memchr;

use super::portion::{MAX_LINE, Portion, too_long};

/// What may be ahead of the first line.
pub const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// Splits NDJSON at its line feeds.
#[derive(Debug, Default)]
pub struct NdjsonSplitter {
    /// How many lines have ended.
    ended: u64,
    /// The line has too many bytes, which are discarded.
    is_too_long: bool,
}

impl NdjsonSplitter {
    /// Adds lines until the portion is full, and returns how many bytes were used.
    pub fn split(&mut self, piece: &[u8], portion: &mut Portion) -> usize {
        let mut used = 0;
        while used < piece.len() && !portion.is_full() {
            let rest = &piece[used..];
            let end = memchr(b'\n', rest);
            let part = &rest[..end.unwrap_or(rest.len())];
            used += part.len() + usize::from(end.is_some());
            if self.is_too_long || portion.text.len() - portion.start() + part.len() > MAX_LINE {
                self.is_too_long = true;
                portion.text.truncate(portion.start());
            } else {
                portion.text.extend_from_slice(part);
            }
            if end.is_some() {
                self.end_line(portion);
            }
        }
        used
    }

    /// Ends a last line without a line feed.
    pub fn finish(&mut self, portion: &mut Portion) {
        if self.is_too_long || portion.text.len() > portion.start() {
            self.end_line(portion);
        }
    }

    fn end_line(&mut self, portion: &mut Portion) {
        self.ended += 1;
        let start = portion.start();
        if self.ended == 1 && portion.text.starts_with(BYTE_ORDER_MARK) {
            portion.text.drain(..BYTE_ORDER_MARK.len());
        }
        let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r');
        if std::mem::take(&mut self.is_too_long) {
            portion.end_line(self.ended, Some(too_long()));
        } else if portion.text[start..].iter().all(is_blank) {
            portion.text.truncate(start);
        } else {
            portion.end_line(self.ended, None);
        }
    }
}
