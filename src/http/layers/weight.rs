//! The memory that the content of a body takes as values.

/// Up to this many bytes, a body is small, and not counted.
const SMALL: usize = 4 * 1024;

/// Estimates the memory of the values in a JSON text, rather too high than too low, by the characters
/// that begin or separate them.
pub fn of_values(text: &[u8]) -> usize {
    if text.len() <= SMALL {
        return 0;
    }
    let of_byte = |byte: &u8| match byte {
        b'{' => 256,
        b'[' => 64,
        b',' => 160,
        _ => 0,
    };
    text.iter().map(of_byte).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_weighs_what_its_values_take() {
        assert_eq!(of_values(&[b','; SMALL]), 0);
        let numbers = format!("[0{}]", ",0".repeat(10_000));
        assert_eq!(of_values(numbers.as_bytes()), 64 + 160 * 10_000);
        let text = format!("{{\"name\":\"{}\"}}", "x".repeat(10_000));
        assert_eq!(of_values(text.as_bytes()), 256);
    }
}
