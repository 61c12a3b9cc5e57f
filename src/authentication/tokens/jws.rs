//! Signed tokens as they are sent (RFC 7515): parsed, but not yet verified.

use std::{collections::BTreeMap, fmt};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::jwk::Algorithm;
use crate::{access::AccessToken, authentication::rejection::Reason};

/// The members of a JSON object. None is there twice (RFC 7515 §4, RFC 7519 §4): what another
/// parser would read from the other one must not matter.
#[derive(Debug)]
pub struct Members<'a>(BTreeMap<String, &'a RawValue>);

impl Members<'_> {
    /// A member, if there is one; it must be of this type.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, serde_json::Error> {
        self.0.get(name).map(|value| serde_json::from_str(value.get())).transpose()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Once;
        impl<'de> Visitor<'de> for Once {
            type Value = BTreeMap<String, &'de RawValue>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = BTreeMap::new();
                while let Some((name, value)) = map.next_entry()? {
                    if members.insert(name, value).is_some() {
                        return Err(A::Error::custom("a member is there twice"));
                    }
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Once).map(Self)
    }
}

/// The header of a token, as far as it is understood. Keys that it brings along (`jwk`, `jku`,
/// `x5u`, `x5c`) are not looked at.
#[derive(Debug, PartialEq, Eq)]
pub struct Header {
    /// How it is signed.
    pub algorithm: Algorithm,
    /// Which key signed it.
    pub kid: Option<String>,
}

/// The parts of a token.
#[derive(Debug)]
pub struct Jws {
    /// See [`Header`].
    pub header: Header,
    claims: Vec<u8>,
    signature: Vec<u8>,
}

impl Jws {
    /// The parts of a token, if its header allows it to be an access token.
    ///
    /// # Errors
    ///
    /// Why it cannot be one.
    pub fn parse(token: &AccessToken) -> Result<Self, Reason> {
        let ([header, claims, signature], _) = token.parts();
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Reason::MalformedToken);
        let header = Header::parse(&decode(header)?)?;
        Ok(Self { header, claims: decode(claims)?, signature: decode(signature)? })
    }

    /// The claims. They say nothing before the signature is verified.
    ///
    /// # Errors
    ///
    /// They are not an object of distinct members.
    pub fn claims(&self) -> Result<Members<'_>, Reason> {
        serde_json::from_slice(&self.claims).map_err(|_| Reason::MalformedToken)
    }

    /// The signature.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }
}

impl Header {
    fn parse(json: &[u8]) -> Result<Self, Reason> {
        let malformed = |_| Reason::MalformedToken;
        let members: Members<'_> = serde_json::from_slice(json).map_err(malformed)?;
        if members.0.contains_key("crit") {
            return Err(Reason::CriticalHeader);
        }
        let algorithm: Option<String> = members.get("alg").map_err(malformed)?;
        let algorithm = algorithm.ok_or(Reason::MalformedToken)?;
        let algorithm = Algorithm::from_name(&algorithm).ok_or(Reason::OtherAlgorithm)?;
        let kind: Option<String> = members.get("typ").map_err(malformed)?;
        // RFC 9068 wants the first; many issuers send the last one, or none.
        let is_access_token = |kind: &String| {
            ["at+jwt", "application/at+jwt", "JWT"].iter().any(|known| known.eq_ignore_ascii_case(kind))
        };
        if !kind.as_ref().is_none_or(is_access_token) {
            return Err(Reason::OtherType);
        }
        Ok(Self { algorithm, kid: members.get("kid").map_err(malformed)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(json: &str) -> Result<Header, Reason> {
        Header::parse(json.as_bytes())
    }

    #[test]
    fn only_asymmetric_algorithms_are_understood() {
        for (name, algorithm) in [
            ("RS256", Algorithm::Rs256),
            ("PS256", Algorithm::Ps256),
            ("ES256", Algorithm::Es256),
            ("EdDSA", Algorithm::EdDsa),
        ] {
            let header = header(&format!(r#"{{"alg": "{name}", "kid": "1"}}"#)).unwrap();
            assert_eq!(header, Header { algorithm, kid: Some("1".into()) });
        }
        for name in ["none", "None", "NONE", "nOnE", "HS256", "HS512", "RS1", "rs256", "ES256K", "ES384", ""]
        {
            assert_eq!(header(&format!(r#"{{"alg": "{name}"}}"#)), Err(Reason::OtherAlgorithm), "{name}");
        }
    }

    #[test]
    fn a_header_that_demands_more_is_rejected() {
        for json in [r#"{"alg": "ES256", "crit": ["b64"], "b64": false}"#, r#"{"crit": [], "alg": "none"}"#] {
            assert_eq!(header(json), Err(Reason::CriticalHeader), "{json}");
        }
        for kind in ["at+jwt", "AT+JWT", "application/at+jwt", "JWT", "jwt"] {
            assert!(header(&format!(r#"{{"alg": "ES256", "typ": "{kind}"}}"#)).is_ok(), "{kind}");
        }
        for kind in ["dpop+jwt", "logout+jwt", "secevent+jwt", "at", "application/jwt;x", ""] {
            let json = format!(r#"{{"alg": "ES256", "typ": "{kind}"}}"#);
            assert_eq!(header(&json), Err(Reason::OtherType), "{kind}");
        }
    }

    #[test]
    fn a_malformed_header_is_rejected() {
        for json in [
            "",
            "[]",
            "null",
            r#""ES256""#,
            "{}",
            r#"{"alg": null}"#,
            r#"{"alg": ["ES256"]}"#,
            r#"{"alg": "none", "alg": "ES256"}"#,
            r#"{"alg": "ES256", "al\u0067": "ES256"}"#,
            r#"{"alg": "ES256", "x": 1, "x": 1}"#,
            r#"{"alg": "ES256", "kid": 1}"#,
            r#"{"alg": "ES256", "typ": 1}"#,
            r#"{"alg": "ES256"} {}"#,
            r#"{"alg": "ES256",}"#,
            "{\"alg\": \"ES256\", \"kid\": \"\u{0}\"}",
        ] {
            assert_eq!(header(json), Err(Reason::MalformedToken), "{json}");
        }
        assert_eq!(Header::parse(b"{\"alg\": \"ES256\", \"kid\": \"\xff\"}"), Err(Reason::MalformedToken));
    }

    #[test]
    fn base64url_has_one_spelling() {
        let parse = |text: &str| Jws::parse(&text.parse().unwrap()).map(|jws| jws.header.algorithm);
        // {"alg":"ES256"} and {}
        assert_eq!(parse("eyJhbGciOiJFUzI1NiJ9.e30.AA"), Ok(Algorithm::Es256));
        for text in
            ["eyJhbGciOiJFUzI1NiJ9.e31.AA", "eyJhbGciOiJFUzI1NiJ9.e30.AB", "eyJhbGciOiJFUzI1NiJ9.e.AA"]
        {
            assert_eq!(parse(text), Err(Reason::MalformedToken), "{text}");
        }
    }
}
