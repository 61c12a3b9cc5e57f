//! Numbers by exact value, whatever their spelling.

use std::cmp::Ordering;

use serde_json::Number;

/// Exponents beyond this are taken for it, so that sums of them do not overflow.
const MAX_EXPONENT: i64 = 1 << 60;

/// The most significant digits of a divisor.
pub(crate) const MAX_DIVISOR_DIGITS: usize = 18;

/// A number as its significant digits: `0.<digits>` times ten to the power of `point`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decimal<'a> {
    is_negative: bool,
    /// The digits, with zeros around them and a decimal point among them.
    mantissa: &'a str,
    /// The leading zeros.
    skip: usize,
    /// The significant digits; 0 for the number 0.
    count: usize,
    point: i64,
}

impl<'a> Decimal<'a> {
    pub(crate) fn new(number: &'a Number) -> Self {
        let text = number.as_str();
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
        let whole = mantissa.split_once('.').map_or(mantissa, |(whole, _)| whole);
        let zeros = |digits: &mut dyn Iterator<Item = u8>| digits.take_while(|digit| *digit == b'0').count();
        let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
        let skip = zeros(&mut mantissa.bytes().filter(u8::is_ascii_digit));
        let trailing = zeros(&mut mantissa.bytes().rev().filter(u8::is_ascii_digit));
        let beyond = if exponent.starts_with('-') { -MAX_EXPONENT } else { MAX_EXPONENT };
        let exponent = exponent.parse().unwrap_or(beyond).clamp(-MAX_EXPONENT, MAX_EXPONENT);
        let count = (digits - skip).saturating_sub(trailing);
        let is_negative = text.starts_with('-') && count > 0;
        Self { is_negative, mantissa, skip, count, point: exponent + signed(whole.len()) - signed(skip) }
    }

    fn digits(&self) -> impl Iterator<Item = u8> {
        self.mantissa.bytes().filter(u8::is_ascii_digit).skip(self.skip).take(self.count)
    }

    /// The power of ten of the last significant digit.
    fn exponent(&self) -> i64 {
        self.point - signed(self.count)
    }

    pub(crate) fn is_integer(&self) -> bool {
        self.count == 0 || self.exponent() >= 0
    }

    pub(crate) fn is_positive(&self) -> bool {
        self.count > 0 && !self.is_negative
    }

    /// A natural number, the greatest one if there is no room for it.
    pub(crate) fn to_natural(self) -> Option<usize> {
        if self.is_negative || !self.is_integer() {
            return None;
        }
        let zeros = if self.count == 0 { 0 } else { self.exponent().min(20) };
        let digits = self.digits().chain((0..zeros).map(|_| b'0'));
        Some(digits.fold(0_usize, |n, digit| n.saturating_mul(10).saturating_add(usize::from(digit - b'0'))))
    }

    /// Appends the one spelling of the number: equal numbers have equal ones.
    pub(crate) fn write(&self, text: &mut String) {
        if self.count == 0 {
            return text.push('0');
        }
        if self.is_negative {
            text.push('-');
        }
        text.extend(self.digits().map(char::from));
        text.push('e');
        text.push_str(&self.exponent().to_string());
    }

    fn compare_absolute(&self, other: &Decimal<'_>) -> Ordering {
        let zero = (self.count > 0).cmp(&(other.count > 0));
        let order = zero.then(if self.count == 0 { Ordering::Equal } else { self.point.cmp(&other.point) });
        order.then_with(|| self.digits().cmp(other.digits()))
    }

    pub(crate) fn compare(&self, other: &Decimal<'_>) -> Ordering {
        match (self.is_negative, other.is_negative) {
            (false, false) => self.compare_absolute(other),
            (true, true) => other.compare_absolute(self),
            (negative, _) => {
                if negative {
                    Ordering::Less
                } else {
                    Ordering::Greater
                }
            }
        }
    }
}

/// `digits` times ten to the power of `exponent`; the last digit is not 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Divisor {
    digits: u128,
    exponent: i64,
}

impl Divisor {
    /// `None` if the number has more than [`MAX_DIVISOR_DIGITS`], or is 0.
    pub(crate) fn new(number: &Decimal<'_>) -> Option<Self> {
        if !(1..=MAX_DIVISOR_DIGITS).contains(&number.count) {
            return None;
        }
        let digits = number.digits().fold(0, |n, digit| n * 10 + u128::from(digit - b'0'));
        Some(Self { digits, exponent: number.exponent() })
    }

    /// Whether the number is a multiple of the divisor.
    ///
    /// Neither has a zero as its last digit. So a number whose last digit has a lower power of ten
    /// than that of the divisor is no multiple: ten times something would end in zero.
    pub(crate) fn divides(&self, number: &Decimal<'_>) -> bool {
        if number.count == 0 {
            return true;
        }
        let Ok(mut power) = u64::try_from(number.exponent() - self.exponent) else { return false };
        let mut rest = number.digits().fold(0, |n, digit| (n * 10 + u128::from(digit - b'0')) % self.digits);
        let mut square = 10 % self.digits;
        while power > 0 {
            if power & 1 == 1 {
                rest = rest * square % self.digits;
            }
            square = square * square % self.digits;
            power >>= 1;
        }
        rest == 0
    }
}

fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(MAX_EXPONENT)
}
