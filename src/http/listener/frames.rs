//! The frames of an HTTP/2 client, as far as h2 does not limit them.

/// The length of a frame's head (RFC 9113 §4.1).
const HEAD: usize = 9;
/// The type of a frame that changes settings (RFC 9113 §6.5).
const SETTINGS: u8 = 4;
/// The most SETTINGS frames of a connection. Each can change the windows of all streams.
const MAX_SETTINGS: usize = 1000;

/// Counts SETTINGS frames in the bytes after the preface.
#[derive(Debug, Default)]
pub struct Frames {
    /// The head of a frame, and how much of it has arrived.
    head: [u8; HEAD],
    arrived: usize,
    /// How many bytes of the frame's payload are still to come.
    payload: usize,
    settings: usize,
}

impl Frames {
    /// Reads bytes that the client sent, and returns whether it changed settings too often.
    pub fn read(&mut self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            let skipped = self.payload.min(bytes.len());
            self.payload -= skipped;
            bytes = &bytes[skipped..];
            let taken = (HEAD - self.arrived).min(bytes.len());
            self.head[self.arrived..][..taken].copy_from_slice(&bytes[..taken]);
            self.arrived += taken;
            bytes = &bytes[taken..];
            if self.arrived == HEAD {
                let [high, middle, low, kind, ..] = self.head;
                self.payload = u32::from_be_bytes([0, high, middle, low]) as usize;
                self.settings += usize::from(kind == SETTINGS);
                self.arrived = 0;
            }
        }
        self.settings > MAX_SETTINGS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        [&length[1..], &[kind, 0, 0, 0, 0, 0], payload].concat()
    }

    #[test]
    fn settings_are_counted_however_the_bytes_arrive() {
        let data = [4; 300];
        let round =
            [frame(SETTINGS, &[0, 4, 0, 0, 0, 0]), frame(0, &data), frame(6, &[4; 8]), frame(SETTINGS, &[])];
        let allowed = round.concat().repeat(MAX_SETTINGS / 2);
        for size in [1, 7, 9, 10, 4096, allowed.len()] {
            let mut frames = Frames::default();
            assert!(!allowed.chunks(size).any(|bytes| frames.read(bytes)), "{size}");
            assert!(!frames.read(&frame(0, &data)));
            assert!(frames.read(&frame(SETTINGS, &[])));
        }
    }
}
