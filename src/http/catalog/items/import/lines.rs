//! Reads the lines of an import in portions, so that the body is never held whole.

use std::io;

use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt},
    task::yield_now,
};

use super::{csv::CsvSplitter, ndjson::NdjsonSplitter, portion::Portion};
use crate::http::request::export::Format;

enum Splitter {
    Ndjson(NdjsonSplitter),
    Csv(Box<CsvSplitter>),
}

/// The lines of a body.
pub struct Lines<R> {
    input: R,
    splitter: Splitter,
    /// How many bytes may follow.
    room: u64,
    is_at_end: bool,
}

impl<R: AsyncBufRead + Unpin> Lines<R> {
    /// The lines of an input of at most `limit` bytes.
    pub fn new(input: R, format: Format, limit: u64) -> Self {
        let splitter = match format {
            Format::Ndjson => Splitter::Ndjson(NdjsonSplitter::default()),
            Format::Csv => Splitter::Csv(Box::default()),
        };
        Self { input, splitter, room: limit, is_at_end: false }
    }

    /// The next lines; `None` at the end.
    ///
    /// # Errors
    ///
    /// Those of the input, and [`io::ErrorKind::FileTooLarge`] above the limit.
    pub async fn next(&mut self) -> io::Result<Option<Portion>> {
        let mut portion = Portion::default();
        while !portion.is_full() && !self.is_at_end {
            let piece = self.input.fill_buf().await?;
            let length = match &mut self.splitter {
                _ if piece.is_empty() => {
                    self.is_at_end = true;
                    break;
                }
                Splitter::Ndjson(splitter) => splitter.split(piece, &mut portion),
                Splitter::Csv(splitter) => splitter.split(piece, &mut portion),
            };
            let room = self.room.checked_sub(length as u64);
            self.room = room.ok_or(io::ErrorKind::FileTooLarge)?;
            self.input.consume(length);
            // Other requests do not wait for the rest.
            yield_now().await;
        }
        if self.is_at_end {
            match &mut self.splitter {
                Splitter::Ndjson(splitter) => splitter.finish(&mut portion),
                Splitter::Csv(splitter) => splitter.finish(&mut portion),
            }
        }
        let is_empty = portion.lines.is_empty() && portion.header.is_empty();
        Ok((!is_empty).then_some(portion))
    }

    /// Reads everything, and returns its hash.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next).
    pub async fn hash(mut self) -> io::Result<[u8; 32]> {
        let mut hash = Sha256::new();
        loop {
            let piece = self.input.fill_buf().await?;
            let length = piece.len();
            if length == 0 {
                return Ok(hash.finalize().into());
            }
            self.room = self.room.checked_sub(length as u64).ok_or(io::ErrorKind::FileTooLarge)?;
            hash.update(piece);
            self.input.consume(length);
            yield_now().await;
        }
    }
}
