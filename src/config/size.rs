//! Sizes with a unit, as people write them.

use std::str::FromStr;

/// Units and their bytes.
const UNITS: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size(u64);

impl Size {
    /// The number.
    #[must_use]
    pub fn bytes(self) -> u64 {
        self.0
    }

    /// The number of MiB, rounded up.
    #[must_use]
    pub fn mebibytes(self) -> usize {
        usize::try_from(self.0.div_ceil(1 << 20)).unwrap_or(usize::MAX)
    }
}

impl FromStr for Size {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unit = |(unit, bytes): &(&str, u64)| Some((text.strip_suffix(unit)?.trim_end(), *bytes));
        let (number, bytes) = UNITS.iter().find_map(unit).unwrap_or((text, 1));
        let size = number.parse::<u64>().ok().filter(|number| *number > 0);
        let size = size.and_then(|number| number.checked_mul(bytes));
        size.map(Self).ok_or("must be a positive number of B, KiB, MiB or GiB, such as 500MiB")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_a_positive_number_with_or_without_a_unit() {
        for (text, bytes) in [("1", 1), ("1B", 1), ("64 KiB", 65_536), ("4GiB", 4 << 30)] {
            assert_eq!(text.parse(), Ok(Size(bytes)), "{text}");
        }
        for text in ["", "0", "0MiB", "-1", "1MB", "1.5GiB", "GiB", "18446744073709551615KiB"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }
}
