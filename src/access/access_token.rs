//! The text of an access token: three parts in base64url (RFC 7515 §7.1).

use std::{fmt, str::FromStr};

use sha2::{Digest, Sha256};

/// The most bytes of a token.
pub const MAX_TOKEN: usize = 8 * 1024;

/// A signed access token (RFC 7519), of which nothing is known yet. It does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessToken(String);

impl AccessToken {
    /// SHA-256 of the token, which is remembered in its place.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }

    /// Its header, its claims and its signature, in base64url; and what is signed.
    #[must_use]
    pub fn parts(&self) -> ([&str; 3], &str) {
        let (signed, signature) = self.0.rsplit_once('.').unwrap_or_default();
        let (header, claims) = signed.split_once('.').unwrap_or_default();
        ([header, claims, signature], signed)
    }
}

impl FromStr for AccessToken {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_of_base64url = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        // A signature may be missing (`none`), which is for the log.
        let parts = text.split('.').collect::<Vec<_>>();
        let is_token = text.len() <= MAX_TOKEN
            && parts.len() == 3
            && parts[..2].iter().all(|part| !part.is_empty())
            && parts.iter().all(|part| part.bytes().all(is_of_base64url));
        if is_token {
            Ok(Self(text.to_owned()))
        } else {
            Err("must be three parts in base64url, and not long")
        }
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[token]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_three_parts_and_does_not_print() {
        let token: AccessToken = "aGVhZGVy.Y2xhaW1z.c2ln".parse().unwrap();
        assert_eq!(token.parts(), (["aGVhZGVy", "Y2xhaW1z", "c2ln"], "aGVhZGVy.Y2xhaW1z"));
        assert_eq!(format!("{token:?}"), "[token]");
        assert_eq!("a.b.".parse::<AccessToken>().unwrap().parts().0, ["a", "b", ""]);
        let long = format!("a.b.{}", "x".repeat(MAX_TOKEN));
        for text in
            ["", "a", "a.b", ".b.c", "a..c", "a.b.c.d", "a.b.c.d.e", "a=.b.c", "a.b.c=", "a.b+.c", &long]
        {
            assert!(text.parse::<AccessToken>().is_err(), "{text}");
        }
        assert!(long[..MAX_TOKEN].parse::<AccessToken>().is_ok());
    }
}
