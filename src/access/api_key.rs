//! The text of an API key: `curio_<id>_<secret><checksum>`.

use std::{borrow::Cow, fmt, str::FromStr};

use crc::{CRC_32_ISO_HDLC, Crc};
use rand::distr::{Alphanumeric, SampleString};
use sha2::{Digest, Sha256};

/// The longest time for which the secret before a rotation stays valid, in seconds: a week.
pub const MAX_GRACE: u32 = 7 * 24 * 60 * 60;

const PREFIX: &str = "curio_";
/// The beginning of an access token: that of a JSON object in base64url.
const TOKEN_START: &str = "eyJ";
/// The characters of an id, and of a secret without its checksum: 47 and 190 bits.
const ID: usize = 8;
const SECRET: usize = 32;
const CHECKSUM: usize = 6;
const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What identifies an API key, in logs too: 8 letters and digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; ID]);

impl KeyId {
    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_else(|_| unreachable!("letters and digits"))
    }
}

impl FromStr for KeyId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let id =
            text.as_bytes().try_into().ok().filter(|id: &[u8; ID]| id.iter().all(u8::is_ascii_alphanumeric));
        id.map(Self).ok_or("must be 8 letters and digits")
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An API key with its secret, which it does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey {
    id: KeyId,
    secret: String,
}

impl ApiKey {
    /// A new key.
    #[must_use]
    pub fn generate() -> Self {
        let id = Alphanumeric.sample_string(&mut rand::rng(), ID).parse();
        Self::with_new_secret(id.unwrap_or_else(|_| unreachable!("letters and digits")))
    }

    /// The key with this id and a new secret.
    #[must_use]
    pub fn with_new_secret(id: KeyId) -> Self {
        Self { id, secret: Alphanumeric.sample_string(&mut rand::rng(), SECRET) }
    }

    /// What identifies it.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// SHA-256 of the secret, which is stored in its place. The secret is random, so nothing is
    /// gained by a hash that takes long.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.secret).into()
    }

    /// The text of the key, secret included.
    #[must_use]
    pub fn expose(&self) -> String {
        let text = format!("{PREFIX}{}_{}", self.id, self.secret);
        let checksum = checksum(&text);
        text + &checksum
    }
}

impl FromStr for ApiKey {
    type Err = &'static str;

    /// Parses the text of a key. A typing error breaks the checksum, so that no database is asked.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "must be an API key: curio_, 8 characters, _ and 38 characters";
        let (start, sum) = text.split_at_checked(text.len().saturating_sub(CHECKSUM)).ok_or(FORM)?;
        let (id, secret) = start.strip_prefix(PREFIX).and_then(|rest| rest.split_once('_')).ok_or(FORM)?;
        let is_secret = secret.len() == SECRET && secret.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_secret || checksum(start) != sum {
            return Err(FORM);
        }
        Ok(Self { id: id.parse().map_err(|_| FORM)?, secret: secret.to_owned() })
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}_[secret]", self.id)
    }
}

/// The CRC-32 of a text, in base 62.
fn checksum(text: &str) -> String {
    const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);
    let mut rest = CRC.checksum(text.as_bytes());
    let mut digits = [0; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    digits.iter().map(|digit| char::from(*digit)).collect()
}

/// Replaces the secrets of API keys in a client's text by `[secret]`, as in `curio_<id>_[secret]`,
/// and access tokens by `[token]`.
#[must_use]
pub fn redact(text: &str) -> Cow<'_, str> {
    // Nearly no text has one, and `contains` is faster than `find`.
    if !text.contains(PREFIX) && !text.contains(TOKEN_START) {
        return text.into();
    }
    match redact_keys(text) {
        Cow::Borrowed(text) => redact_tokens(text),
        Cow::Owned(text) => redact_tokens(&text).into_owned().into(),
    }
}

/// Replaces what begins as an access token does, and has three parts.
fn redact_tokens(text: &str) -> Cow<'_, str> {
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let mut redacted = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(TOKEN_START) {
        let (before, token) = rest.split_at(start);
        let (token, behind) = token.split_at(token.find(|c| !is_of_token(c)).unwrap_or(token.len()));
        redacted.push_str(before);
        redacted.push_str(if token.matches('.').count() >= 2 { "[token]" } else { token });
        rest = behind;
    }
    if redacted.is_empty() {
        return text.into();
    }
    redacted.push_str(rest);
    redacted.into()
}

fn redact_keys(text: &str) -> Cow<'_, str> {
    let mut redacted = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(PREFIX) {
        let (before, key) = rest.split_at(start + PREFIX.len());
        redacted.push_str(before);
        rest = key;
        if let Some((id, secret)) = key.split_once('_')
            && id.parse::<KeyId>().is_ok()
        {
            let end = secret.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(secret.len());
            // Another key may follow at once.
            let end = secret.find(PREFIX).map_or(end, |next| next.min(end));
            redacted.push_str(id);
            redacted.push_str("_[secret]");
            rest = &secret[end..];
        }
    }
    if redacted.is_empty() {
        return text.into();
    }
    redacted.push_str(rest);
    redacted.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_its_text_and_no_other() {
        let key = ApiKey::generate();
        let text = key.expose();
        assert_eq!(text.len(), "curio_".len() + 8 + 1 + 38);
        assert_eq!(text.parse(), Ok(key.clone()));
        assert_ne!(key, ApiKey::generate());
        assert_ne!(ApiKey::with_new_secret(key.id()).hash(), key.hash());
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert!(String::from_utf8(changed).unwrap().parse::<ApiKey>().is_err(), "{at}");
            assert!(text[..at].parse::<ApiKey>().is_err(), "{at}");
        }
        for other in ["", "\u{e9}\u{e9}\u{e9}", &format!("{text}A"), &format!(" {text}")] {
            assert!(other.parse::<ApiKey>().is_err(), "{other}");
        }
    }

    #[test]
    fn the_checksum_is_that_of_other_implementations() {
        // python3 -c 'import zlib; print(zlib.crc32(b"123456789"))' prints 3421780262.
        assert_eq!(checksum("123456789"), "3jZRME");
    }

    #[test]
    fn a_text_is_redacted() {
        let key = ApiKey::generate();
        let (text, printed) = (key.expose(), format!("{key:?}"));
        assert_eq!(redact(&format!("/a/{text}?x&{text}")), format!("/a/{printed}?x&{printed}"));
        assert_eq!(redact(&text[..30]), printed, "a part of a secret");
        assert_eq!(redact(&text.repeat(2)), printed.repeat(2));
        let token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ6b2UifQ.c2ln-_";
        assert_eq!(redact(&format!("/{token}/{text}?{token}")), format!("/[token]/{printed}?[token]"));
        assert_eq!(redact(token), "[token]");
        for other in ["", "/v1/items", "curio_", "curio_short_x", "xcurio_items", "/eyJx/eyJ.y"] {
            assert_eq!(redact(other), other);
        }
    }

    #[test]
    fn a_key_does_not_print_its_secret() {
        let key = ApiKey::generate();
        let printed = format!("{key:?}");
        assert!(printed.contains(key.id().as_str()) && !printed.contains(&key.secret), "{printed}");
    }
}
