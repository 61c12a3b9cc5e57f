//! The frames of an HTTP/2 connection, for what h2 neither limits nor tells.

use std::collections::BTreeMap;

/// The length of a frame's head (RFC 9113 §4.1).
const HEAD: usize = 9;
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// The most SETTINGS frames of a connection. Each can change the windows of all streams.
const MAX_SETTINGS: usize = 1000;
/// The weight of what is read before other tasks run. tokio would allow 128 reads.
pub const MAX_BURST: usize = 64 * 1024;
/// The weight of a frame: it can be a request.
const FRAME: usize = 16 * 1024;
/// The weight of a byte outside DATA: it can be a field of a head.
const BYTE: usize = 64;
/// How many bytes are read at once after the end of a frame. They can be five requests.
const MORE: usize = 64;

/// What the frames of a connection say: the bytes after the preface, in both directions.
#[derive(Debug, Default)]
pub struct Frames {
    received: Splitter,
    sent: Splitter,
    settings: usize,
    /// The streams that neither side has ended early, and whether their request is complete.
    streams: BTreeMap<u32, bool>,
    newest: u32,
    /// The stream whose head continues in the next frame.
    continued: Option<u32>,
}

impl Frames {
    /// Reads bytes that the client sent, and returns their weight; `None` if it changed settings
    /// too often.
    pub fn receive(&mut self, bytes: &[u8]) -> Option<usize> {
        let data = self.received.data;
        let Self { received, settings, streams, newest, continued, .. } = self;
        let mut frames = 0;
        received.split(bytes, |Frame { kind, flags, stream }| {
            frames += 1;
            match kind {
                CONTINUATION if flags & END_HEADERS != 0 => *continued = None,
                SETTINGS => *settings += 1,
                RST_STREAM => {
                    streams.remove(&stream);
                }
                DATA | HEADERS => {
                    if stream > *newest {
                        *newest = stream;
                        streams.insert(stream, false);
                    }
                    if let Some(is_complete) = streams.get_mut(&stream) {
                        *is_complete |= flags & END_STREAM != 0;
                    }
                    if kind == HEADERS && flags & END_HEADERS == 0 {
                        *continued = Some(stream);
                    }
                }
                _ => {}
            }
        });
        let data = received.data - data;
        (*settings <= MAX_SETTINGS).then_some(frames * FRAME + (bytes.len() - data) * BYTE + data)
    }

    /// How many bytes to read at once, for about this weight.
    pub fn most(&self, weight: usize) -> usize {
        let Splitter { payload, .. } = self.received;
        MORE + if self.received.is_in_data() { payload } else { payload.min(weight.div_ceil(BYTE)) }
    }

    /// Reads bytes that the kernel took for the client.
    pub fn send(&mut self, bytes: &[u8]) {
        let Self { sent, streams, .. } = self;
        sent.split(bytes, |Frame { kind, flags, stream }| {
            let ends = matches!(kind, DATA | HEADERS) && flags & END_STREAM != 0;
            if ends || kind == RST_STREAM {
                streams.remove(&stream);
            }
        });
    }

    /// Whether a complete request has no complete response.
    pub fn owes_response(&self) -> bool {
        self.streams.iter().any(|(stream, is_complete)| *is_complete && self.continued != Some(*stream))
    }
}

/// The head of a frame.
#[derive(Debug, Clone, Copy)]
struct Frame {
    kind: u8,
    flags: u8,
    stream: u32,
}

/// Splits the bytes of one direction into frames.
#[derive(Debug, Default)]
struct Splitter {
    /// The head of a frame, and how much of it has passed.
    head: [u8; HEAD],
    passed: usize,
    /// How many bytes of the payload are still to come.
    payload: usize,
    /// How many bytes of DATA have passed.
    data: usize,
}

impl Splitter {
    fn is_in_data(&self) -> bool {
        self.passed == HEAD && self.head[3] == DATA
    }

    /// Calls `passed` for each frame that ends in these bytes.
    fn split(&mut self, mut bytes: &[u8], mut passed: impl FnMut(Frame)) {
        while !bytes.is_empty() {
            if self.passed < HEAD {
                let taken = (HEAD - self.passed).min(bytes.len());
                self.head[self.passed..][..taken].copy_from_slice(&bytes[..taken]);
                self.passed += taken;
                bytes = &bytes[taken..];
                let [high, middle, low, ..] = self.head;
                self.payload = u32::from_be_bytes([0, high, middle, low]) as usize;
            } else {
                let skipped = self.payload.min(bytes.len());
                self.data += if self.is_in_data() { skipped } else { 0 };
                self.payload -= skipped;
                bytes = &bytes[skipped..];
            }
            if self.passed == HEAD && self.payload == 0 {
                let [_, _, _, kind, flags, stream @ ..] = self.head;
                passed(Frame { kind, flags, stream: u32::from_be_bytes(stream) & !(1 << 31) });
                self.passed = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, flags: u8, stream: u8, payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        [&length[1..], &[kind, flags, 0, 0, 0, stream], payload].concat()
    }

    #[test]
    fn settings_are_counted_however_the_bytes_arrive() {
        let data = frame(DATA, 0, 1, &[SETTINGS; 300]);
        let settings = frame(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 0]);
        let round = [settings, data.clone(), frame(6, 0, 0, &[4; 8]), frame(SETTINGS, 1, 0, &[])];
        let allowed = round.concat().repeat(MAX_SETTINGS / 2);
        for size in [1, 7, 9, 10, 4096, allowed.len()] {
            let mut frames = Frames::default();
            let weights = allowed.chunks(size).map(|bytes| frames.receive(bytes).unwrap());
            let (count, data) = (MAX_SETTINGS / 2 * 4, MAX_SETTINGS / 2 * 300);
            let weight = count * FRAME + (allowed.len() - data) * BYTE + data;
            assert_eq!(weights.sum::<usize>(), weight, "{size}");
            assert_eq!(frames.most(0), MORE);
            assert_eq!(frames.receive(&frame(DATA, 0, 1, b"data")[..10]), Some(9 * BYTE + 1));
            assert_eq!(frames.most(0), MORE + 3);
            assert_eq!(frames.receive(b"ata"), Some(FRAME + 3));
            assert_eq!(frames.receive(&frame(SETTINGS, 0, 0, &[])), None);
        }
    }

    #[test]
    fn few_requests_are_read_in_a_burst() {
        let mut frames = Frames::default();
        let head = frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\x82\x86\xBF\xBE");
        let (heads, mut read, mut burst) = (head.repeat(1000), 0, 0);
        while burst < MAX_BURST {
            let next = &heads[read..][..frames.most(MAX_BURST - burst)];
            burst += frames.receive(next).unwrap();
            read += next.len();
        }
        assert!(read < 6 * head.len(), "{read} bytes");
    }

    #[test]
    fn a_response_is_owed_from_the_end_of_the_request_to_its_own_end() {
        let mut frames = Frames::default();
        frames.receive(&frame(HEADERS, 4, 1, b"head"));
        assert!(!frames.owes_response(), "the request is not complete");
        frames.receive(&frame(HEADERS, END_STREAM, 3, b"he"));
        assert!(!frames.owes_response(), "the head is not complete");
        frames.receive(&frame(CONTINUATION, 0, 3, b"a"));
        assert!(!frames.owes_response(), "the head is not complete");
        frames.receive(&frame(CONTINUATION, END_HEADERS, 3, b"d"));
        assert!(frames.owes_response());
        frames.send(&frame(RST_STREAM, 0, 3, &[0; 4]));
        frames.receive(&frame(DATA, END_STREAM, 1, b"body"));
        frames.send(&frame(HEADERS, 4, 1, b"head"));
        let end = frame(DATA, END_STREAM, 1, b"body");
        frames.send(&end[..end.len() - 1]);
        assert!(frames.owes_response());
        frames.send(&end[end.len() - 1..]);
        assert!(!frames.owes_response());

        // An early response, and a reset by either side.
        for ended_by_client in [false, true] {
            let mut frames = Frames::default();
            frames.receive(&frame(HEADERS, 4, 1, b"head"));
            frames.send(&frame(HEADERS, 4 | END_STREAM, 1, b"head"));
            frames.receive(&frame(DATA, END_STREAM, 1, b"late"));
            assert!(!frames.owes_response());
            frames.receive(&frame(HEADERS, 4 | END_STREAM, 3, b"head"));
            assert!(frames.owes_response());
            let reset = frame(RST_STREAM, 0, 3, &[0; 4]);
            if ended_by_client {
                frames.receive(&reset);
            } else {
                frames.send(&reset);
            }
            assert!(!frames.owes_response() && frames.streams.is_empty());
        }
    }
}
