//! What a token claims (RFC 7519 §4.1, RFC 9068 §2.2).

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::jws::Members;
use crate::{
    access::{Grant, Grants, MAX_GRANTS, SCOPE_PREFIX},
    authentication::rejection::Reason,
};

/// How far the clock of an issuer may be from this one, in seconds.
const LEEWAY: f64 = 60.0;

/// The claims of a token whose signature was verified.
#[derive(Debug)]
pub struct Claims {
    /// Whom the issuer knows by this name.
    pub sub: String,
    /// What the token allows.
    pub grants: Grants,
    /// When it expires, leeway included, in seconds since 1970.
    expiry: f64,
}

/// `aud`: one name or several (RFC 7519 §4.1.3).
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Claims {
    /// The claims of a token for this audience.
    ///
    /// # Errors
    ///
    /// Why it is not valid now.
    pub fn parse(members: &Members<'_>, audience: &str, now: DateTime<Utc>) -> Result<Self, Reason> {
        let invalid = |_| Reason::InvalidClaim;
        let is_for_us = match members.get("aud").map_err(invalid)? {
            Some(Audience::One(name)) => name == audience,
            Some(Audience::Several(names)) => names.iter().any(|name| name == audience),
            None => false,
        };
        if !is_for_us {
            return Err(Reason::OtherAudience);
        }
        let expiry = members.get::<f64>("exp").map_err(invalid)?.ok_or(Reason::InvalidClaim)? + LEEWAY;
        let now = seconds(now);
        if now >= expiry {
            return Err(Reason::Expired);
        }
        for name in ["nbf", "iat"] {
            let start = members.get::<f64>(name).map_err(invalid)?;
            if start.is_some_and(|start| start > now + LEEWAY) {
                return Err(Reason::NotYetValid);
            }
        }
        let scope: Option<String> = members.get("scope").map_err(invalid)?;
        let grants = parse_scope(scope.as_deref().unwrap_or_default());
        if grants.iter().count() > MAX_GRANTS {
            return Err(Reason::TooManyGrants);
        }
        Ok(Self { sub: members.get("sub").map_err(invalid)?.ok_or(Reason::InvalidClaim)?, grants, expiry })
    }

    /// Until when the token need not be verified again: until it expires, and at most this long.
    #[must_use]
    pub fn valid_until(&self, now: DateTime<Utc>, at_most: TimeDelta) -> DateTime<Utc> {
        let rest = (self.expiry - seconds(now)) * 1000.0;
        let most = at_most.num_milliseconds();
        #[expect(clippy::cast_possible_truncation, reason = "a float saturates")]
        let rest = (rest as i64).min(most);
        now + TimeDelta::milliseconds(rest)
    }
}

fn seconds(time: DateTime<Utc>) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 are exact")]
    let milliseconds = time.timestamp_millis() as f64;
    milliseconds / 1000.0
}

/// The grants among scopes, which are separated by spaces (RFC 6749 §3.3). Others are for others.
fn parse_scope(scope: &str) -> Grants {
    let grants = scope.split(' ').filter_map(|scope| scope.strip_prefix(SCOPE_PREFIX)?.parse::<Grant>().ok());
    Grants::new(grants.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn parse(json: &str) -> Result<Claims, Reason> {
        Claims::parse(&serde_json::from_str(json).unwrap(), "curio", at(NOW))
    }

    fn with(more: &str) -> Result<Claims, Reason> {
        parse(&format!(r#"{{"aud": "curio", "sub": "x", "exp": 1800000300{more}}}"#))
    }

    #[test]
    fn scopes_of_this_service_are_grants() {
        for (scope, grants) in [
            ("curio:read:acme.*", "read:acme.*"),
            ("openid curio:write:acme.lamps email curio:read:*", "read:* write:acme.lamps"),
            ("curio:read:a curio:read:a  curio:write:a", "write:a"),
            ("read:* Curio:read:* curio:fly:* curio:read curio:read: curio: curio:read:A", ""),
            ("curio:read:*\tcurio:write:*", ""),
            ("", ""),
        ] {
            let scope = serde_json::to_string(scope).unwrap();
            assert_eq!(
                with(&format!(r#", "scope": {scope}"#)).unwrap().grants.to_string(),
                grants,
                "{scope}"
            );
        }
        assert_eq!(with("").unwrap().grants, Grants::default());
        for other in ["[\"curio:read:*\"]", "null", "1"] {
            assert_eq!(with(&format!(r#", "scope": {other}"#)).unwrap_err(), Reason::InvalidClaim, "{other}");
        }
        let many = |count| (0..count).map(|n| format!("curio:read:a{n}")).collect::<Vec<_>>().join(" ");
        assert!(with(&format!(r#", "scope": "{}""#, many(MAX_GRANTS))).is_ok());
        let more = format!(r#", "scope": "{}""#, many(MAX_GRANTS + 1));
        assert_eq!(with(&more).unwrap_err(), Reason::TooManyGrants);
    }

    #[test]
    fn a_token_is_for_its_audience() {
        for audience in [r#""curio""#, r#"["curio"]"#, r#"["other", "curio"]"#] {
            let json = format!(r#"{{"aud": {audience}, "sub": "x", "exp": 1800000300}}"#);
            assert!(parse(&json).is_ok(), "{audience}");
        }
        for audience in [r#""other""#, r#""Curio""#, r#""curio ""#, r#"["other"]"#, "[]", r#""""#, r#""*""#] {
            let json = format!(r#"{{"aud": {audience}, "sub": "x", "exp": 1800000300}}"#);
            assert_eq!(parse(&json).unwrap_err(), Reason::OtherAudience, "{audience}");
        }
        for audience in ["null", "1", r#"{"curio": 1}"#, r#"["curio", 1]"#, r#"[["curio"]]"#] {
            let json = format!(r#"{{"aud": {audience}, "sub": "x", "exp": 1800000300}}"#);
            assert_eq!(parse(&json).unwrap_err(), Reason::InvalidClaim, "{audience}");
        }
        assert_eq!(parse(r#"{"sub": "x", "exp": 1800000300}"#).unwrap_err(), Reason::OtherAudience);
    }

    #[test]
    fn times_have_a_minute_of_leeway() {
        let expiring = |exp: &str| parse(&format!(r#"{{"aud": "curio", "sub": "x", "exp": {exp}}}"#));
        for exp in ["1800000300", "1800000000", "1799999941", "1799999940.5", "1.8e9", "1e300"] {
            assert!(expiring(exp).is_ok(), "{exp}");
        }
        for exp in ["1799999940", "0", "-1", "-1e300"] {
            assert_eq!(expiring(exp).unwrap_err(), Reason::Expired, "{exp}");
        }
        for exp in ["null", r#""1800000300""#, "1e400", "[1800000300]", "true"] {
            assert_eq!(expiring(exp).unwrap_err(), Reason::InvalidClaim, "{exp}");
        }
        assert_eq!(parse(r#"{"aud": "curio", "sub": "x"}"#).unwrap_err(), Reason::InvalidClaim);
        for name in ["nbf", "iat"] {
            let from = |time: &str| with(&format!(r#", "{name}": {time}"#)).map(|_| ());
            for time in ["0", "1800000000", "1800000060", "-5"] {
                assert_eq!(from(time), Ok(()), "{name} {time}");
            }
            for time in ["1800000061", "1800000060.5", "1e300"] {
                assert_eq!(from(time), Err(Reason::NotYetValid), "{name} {time}");
            }
            for time in ["null", r#""0""#] {
                assert_eq!(from(time), Err(Reason::InvalidClaim), "{name} {time}");
            }
        }
    }

    #[test]
    fn a_token_is_remembered_until_it_expires_and_no_longer_than_a_minute() {
        let minute = TimeDelta::minutes(1);
        let until = |exp: &str| {
            let claims = parse(&format!(r#"{{"aud": "curio", "sub": "x", "exp": {exp}}}"#)).unwrap();
            (claims.valid_until(at(NOW), minute) - at(NOW)).num_milliseconds()
        };
        assert_eq!(until("1800000300"), 60_000);
        assert_eq!(until("1800000000"), 60_000);
        assert_eq!(until("1799999941"), 1_000);
        assert_eq!(until("1799999940.25"), 250);
        assert_eq!(until("1e300"), 60_000);
    }
}
