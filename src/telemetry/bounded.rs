//! Values of the log, which are truncated.

use std::fmt::{self, Write as _};

/// The longest value, in bytes; a longer one is truncated.
pub const MAX_VALUE: usize = 1024;

/// A value, truncated.
pub fn bounded_text(value: &dyn fmt::Debug) -> String {
    let mut text = BoundedText(String::with_capacity(128));
    // The only error is that the text is full.
    let _ = write!(text, "{value:?}");
    text.0
}

/// A text that stops formatting when it is full.
struct BoundedText(String);

impl fmt::Write for BoundedText {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        let room = MAX_VALUE - self.0.len();
        if piece.len() <= room {
            self.0.push_str(piece);
            return Ok(());
        }
        self.0.push_str(&piece[..piece.floor_char_boundary(room)]);
        self.0.push('…');
        Err(fmt::Error)
    }
}
