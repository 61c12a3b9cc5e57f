//! Query strings, read parameter by parameter, so that all faults are reported at once.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use curio_filter::{ceiling_timestamp, parse_timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::Serialize;

use super::{
    fields::Fields,
    head::{FromHead, Head},
};
use crate::{
    app::App,
    error::Fault,
    http::limits::{MAX_DATE_TIME, MAX_FAULTS},
};

/// What a query string can be read as.
pub trait FromQuery: Sized {
    /// Takes each parameter that it knows; faults are collected in `parameters`.
    fn from_query(parameters: &mut Parameters) -> Self;

    /// Whether the list is by relevance, unless the client chooses another order.
    fn is_search(&self) -> bool {
        false
    }

    /// The members of each entity to show, unless it is all of them.
    fn fields(&self) -> Option<&Fields> {
        None
    }
}

/// A query string.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: FromQuery> FromHead for Query<T> {
    async fn from_head(head: &mut Head, _: &App) -> Option<Self> {
        let mut parameters = Parameters::of(head);
        let value = T::from_query(&mut parameters);
        head.faults.extend(parameters.finish());
        Some(Self(value))
    }
}

/// No parameters at all; in a [`Listing`](super::listing::Listing), no filters.
#[derive(Debug, Serialize)]
pub struct NoQuery;

impl FromQuery for NoQuery {
    fn from_query(_: &mut Parameters) -> Self {
        Self
    }
}

/// The parameters of a query, decoded.
#[derive(Debug, Clone)]
pub struct Parameters {
    /// Whether they are in the content of a QUERY, where they may be longer.
    pub is_content: bool,
    /// Those that were not taken yet.
    pub pairs: Vec<(String, String)>,
    /// What is wrong with them so far.
    pub faults: Vec<Fault>,
}

impl Parameters {
    /// Decodes the query string of a request, or takes what a QUERY has instead.
    pub fn of(head: &mut Head) -> Self {
        let content = head.parts.extensions.remove::<Self>();
        content.unwrap_or_else(|| Self::parse(head.parts.uri.query().unwrap_or_default()))
    }

    /// Decodes a query string.
    pub fn parse(query: &str) -> Self {
        let mut parameters = Self { is_content: false, pairs: Vec::new(), faults: Vec::new() };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (decode(name), decode(value)) {
                (Some(name), Some(value)) if value.contains('\0') => {
                    parameters.faults.push(Fault::parameter(
                        sanitize(&name),
                        "nul",
                        "must not contain U+0000",
                    ));
                }
                (Some(name), Some(value)) => parameters.pairs.push((name, value)),
                (name, _) => {
                    let name = sanitize(&name.unwrap_or_default());
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

    /// The values of a parameter that may occur up to `most` times; none if it occurs more often.
    pub fn many<T>(
        &mut self,
        name: &'static str,
        most: usize,
        parse: impl Fn(&str) -> Result<T, Expected>,
    ) -> Vec<T> {
        let mut times = 0;
        let mut values = Vec::new();
        let faults = &mut self.faults;
        self.pairs.retain(|(key, value)| {
            if key != name {
                return true;
            }
            times += 1;
            // To parse a hundred thousand of one would take seconds.
            match (times <= most).then(|| parse(value)) {
                Some(Ok(value)) => values.push(value),
                Some(Err(Expected(code, detail))) => faults.push(Fault::parameter(name, code, detail)),
                None => {}
            }
            false
        });
        if times > most {
            values.clear();
            let times = if most == 1 { "once".into() } else { format!("at most {most} times") };
            self.faults.push(Fault::parameter(name, "repeated", format!("must occur {times}")));
        }
        values
    }

    /// The values of a parameter that names some of `all`, sorted. Empty if it names all of them:
    /// that filters nothing, just as if it were missing.
    pub fn subset<T: Ord, const N: usize>(
        &mut self,
        name: &'static str,
        all: &[T; N],
        parse: impl Fn(&str) -> Result<T, Expected>,
    ) -> Vec<T> {
        let mut values = self.many(name, N, parse);
        values.sort_unstable();
        values.dedup();
        if all.iter().all(|value| values.contains(value)) { Vec::new() } else { values }
    }

    /// The value of a parameter that may occur once.
    pub fn one<T>(&mut self, name: &'static str, parse: impl Fn(&str) -> Result<T, Expected>) -> Option<T> {
        self.many(name, 1, parse).pop()
    }

    /// Adds a fault in a parameter.
    pub fn reject(&mut self, name: &'static str, Expected(code, detail): Expected) {
        self.faults.push(Fault::parameter(name, code, detail));
    }

    /// Whether nothing is wrong so far.
    pub fn is_valid(&self) -> bool {
        self.faults.is_empty()
    }

    /// All faults, including one for each parameter that was not taken.
    pub fn finish(mut self) -> Vec<Fault> {
        let unknown = self.pairs.iter().map(|(name, _)| {
            Fault::parameter(sanitize(name), "unknown_parameter", "is not a known parameter")
        });
        self.faults.extend(unknown.take(MAX_FAULTS + 1));
        self.faults
    }
}

/// What would have been right: a code and a sentence.
#[derive(Debug)]
pub struct Expected(pub &'static str, pub Cow<'static, str>);

/// Parses `true` or `false`.
///
/// # Errors
///
/// The code `boolean`.
pub fn parse_boolean(value: &str) -> Result<bool, Expected> {
    value.parse().map_err(|_| Expected("boolean", "must be true or false".into()))
}

/// Parses a date and time of RFC 3339, rounded up to a microsecond. Stored times have microseconds,
/// so comparisons with the rounded time give the same results.
///
/// # Errors
///
/// The code `date_time`.
pub fn parse_date_time(value: &str) -> Result<DateTime<Utc>, Expected> {
    let time = Some(value).filter(|value| value.len() <= MAX_DATE_TIME).and_then(parse_timestamp);
    time.map(ceiling_timestamp).ok_or_else(|| {
        Expected("date_time", "must be a date and time of RFC 3339, such as 2026-11-22T12:00:00Z".into())
    })
}

/// The query string with these names and values, spelled in one way.
pub fn encode_query<'a>(pairs: impl Iterator<Item = &'a (String, String)>) -> String {
    /// Everything but the unreserved characters of RFC 3986 §2.3.
    const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    let encode = |text| utf8_percent_encode(text, RESERVED);
    let pairs: Vec<_> = pairs.map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.join("&")
}

/// The name of a parameter as a response may repeat it: the client's bytes only if they are
/// harmless.
fn sanitize(name: &str) -> Cow<'static, str> {
    if is_harmless(name) { Cow::Owned(name.to_owned()) } else { Cow::Borrowed("?") }
}

/// Whether this may be the name of a parameter.
pub fn is_harmless(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 64
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.:$[]".contains(&byte))
}

/// Decodes `application/x-www-form-urlencoded`, but strictly: invalid text is a fault, not U+FFFD.
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn no_more_values_are_parsed_than_may_occur() {
        let pairs = (0..100).map(|n| ("a".to_owned(), n.to_string())).collect();
        let mut parameters = Parameters { is_content: true, pairs, faults: Vec::new() };
        let parsed = Cell::new(0);
        let values = parameters.many("a", 2, |value| {
            parsed.set(parsed.get() + 1);
            Ok(value.to_owned())
        });
        assert_eq!((values.len(), parsed.get()), (0, 2));
        let codes: Vec<_> = parameters.finish().into_iter().map(|fault| fault.code).collect();
        assert_eq!(codes, ["repeated"]);
    }
}
