//! The request line of HTTP/1 (RFC 9112 §3), in which the target has no fragment. The `http` crate
//! drops one without an error.

/// Looks for a fragment in the bytes of a connection, up to the end of the target.
#[derive(Debug, Default)]
pub struct RequestLine {
    part: Part,
    pub has_fragment: bool,
}

#[derive(Debug, Default, Clone, Copy)]
enum Part {
    #[default]
    Method,
    Target,
    Rest,
}

impl RequestLine {
    pub fn read(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        if matches!(self.part, Part::Method) {
            // Empty lines may precede it.
            let is_method =
                |byte: &u8| matches!(byte, b'\r' | b'\n' | b'!'..=b'9' | b'A'..=b'z' | b'|' | b'~');
            let Some(end) = bytes.iter().position(|byte| !is_method(byte)) else { return };
            self.part = if bytes[end] == b' ' { Part::Target } else { Part::Rest };
            rest = &bytes[end + 1..];
        }
        if matches!(self.part, Part::Target) {
            let end = rest.iter().position(|byte| !matches!(byte, b'!'..=b'~' | 0x80..));
            self.has_fragment |= rest[..end.unwrap_or(rest.len())].contains(&b'#');
            if end.is_some() {
                self.skip();
            }
        }
    }

    /// Ignores what follows: where a pipelined request begins is unknown.
    pub fn skip(&mut self) {
        self.part = Part::Rest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_target_may_have_a_fragment() {
        for (line, has_fragment) in [
            ("GET /#a HTTP/1.1\r\n", true),
            ("\r\nGET http://x/?a#b HTTP/1.1\r\n", true),
            ("GET /# HTTP/1.1\r\n", true),
            ("A#B / HTTP/1.1\r\n", false),
            ("GET / HTTP/1.1\r\nx: #a\r\n\r\n{\"a\": \"#\"}", false),
            ("x: /#a\r\n", false),
        ] {
            let mut whole = RequestLine::default();
            whole.read(line.as_bytes());
            let mut bytewise = RequestLine::default();
            line.bytes().for_each(|byte| bytewise.read(&[byte]));
            assert_eq!((whole.has_fragment, bytewise.has_fragment), (has_fragment, has_fragment), "{line}");
        }
    }
}
