//! Query strings, read parameter by parameter, so that every fault is found at once.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;

use crate::error::Fault;

/// What a query string can be read into.
pub trait FromQuery: Sized {
    /// Takes each parameter that it knows; faults are collected in `parameters`.
    fn from_query(parameters: &mut Parameters) -> Self;
}

/// The parameters of a query string that nobody has taken yet, and the faults of those that were.
#[derive(Debug)]
pub struct Parameters {
    pairs: Vec<(String, String)>,
    faults: Vec<Fault>,
}

impl Parameters {
    fn new(query: &str) -> Self {
        let mut parameters = Self { pairs: Vec::new(), faults: Vec::new() };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (decode(name), decode(value)) {
                (Some(name), Some(value)) if value.contains('\0') => {
                    parameters.faults.push(Fault::parameter(known(&name), "nul", "must not contain U+0000"));
                }
                (Some(name), Some(value)) => parameters.pairs.push((name, value)),
                (name, _) => {
                    let name = known(&name.unwrap_or_default());
                    parameters.faults.push(Fault::parameter(
                        name,
                        "encoding",
                        "must be percent-encoded UTF-8",
                    ));
                }
            }
        }
        parameters
    }

    /// The values of a parameter that may occur up to `most` times, each read by `read`, whose error says what would be right.
    pub fn many<T>(
        &mut self,
        name: &'static str,
        most: usize,
        read: impl Fn(&str) -> Result<T, Expected>,
    ) -> Vec<T> {
        let before = self.pairs.len();
        let mut values = Vec::new();
        let faults = &mut self.faults;
        self.pairs.retain(|(key, value)| {
            if key != name {
                return true;
            }
            match read(value) {
                Ok(value) => values.push(value),
                Err(Expected(code, detail)) => faults.push(Fault::parameter(name, code, detail)),
            }
            false
        });
        if before - self.pairs.len() > most {
            let times = if most == 1 { "once".into() } else { format!("at most {most} times") };
            self.faults.push(Fault::parameter(name, "repeated", format!("must occur {times}")));
        }
        values
    }

    /// The value of a parameter that may occur once.
    pub fn one<T>(&mut self, name: &'static str, read: impl Fn(&str) -> Result<T, Expected>) -> Option<T> {
        self.many(name, 1, read).pop()
    }

    fn finish(mut self) -> Vec<Fault> {
        let unknown = self
            .pairs
            .iter()
            .map(|(name, _)| Fault::parameter(known(name), "unknown_parameter", "is not a known parameter"));
        self.faults.extend(unknown);
        self.faults
    }
}

/// What would have been right: a code and a sentence.
#[derive(Debug)]
pub struct Expected(pub &'static str, pub Cow<'static, str>);

/// Reads a whole query string; every fault is added to `faults`, parameters that nobody knows included.
pub fn read<T: FromQuery>(query: &str, faults: &mut Vec<Fault>) -> T {
    let mut parameters = Parameters::new(query);
    let value = T::from_query(&mut parameters);
    faults.extend(parameters.finish());
    value
}

/// `true` or `false`
///
/// # Errors
///
/// `boolean`
pub fn boolean(value: &str) -> Result<bool, Expected> {
    value.parse().map_err(|_| Expected("boolean", "must be true or false".into()))
}

/// The longest text of a date and time; RFC 3339 sets no limit to the digits of a second.
pub const MAX_DATE_TIME: usize = 64;

/// A date and time of RFC 3339; PostgreSQL's range ends long before chrono's, and four digits of a year are all that RFC 3339 has.
///
/// # Errors
///
/// `date_time`
pub fn date_time(value: &str) -> Result<DateTime<Utc>, Expected> {
    let moment = DateTime::parse_from_rfc3339(value).ok().filter(|_| value.len() <= MAX_DATE_TIME);
    moment.map(|moment| moment.to_utc()).ok_or_else(|| {
        Expected("date_time", "must be a date and time of RFC 3339, such as 2026-11-22T12:00:00Z".into())
    })
}

/// The name of a parameter as an answer may repeat it: the client's own bytes only where they are harmless.
fn known(name: &str) -> Cow<'static, str> {
    let harmless = !name.is_empty()
        && name.len() <= 64
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    if harmless { Cow::Owned(name.to_owned()) } else { Cow::Borrowed("?") }
}

/// `application/x-www-form-urlencoded`, but strict: what does not decode is a fault and not a replacement character.
fn decode(text: &str) -> Option<String> {
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let digits = rest.as_bytes().get(at + 1..at + 3)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        rest = &rest[at + 3..];
    }
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(Cow::into_owned)
}
