//! Who makes a request.

use std::{
    fmt,
    net::{IpAddr, Ipv6Addr},
};

use sha2::{Digest, Sha256};

use crate::access::{KeyId, Subject};

/// Who makes a request: the scope of idempotency keys and quotas, and a name in the log.
///
/// Without authentication, it is the client's address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Actor {
    /// The client with this address.
    Address(IpAddr),
    /// A client that a proxy identifies by something other than an address; a hash of that name.
    Named(u128),
    /// The client with this API key.
    Key(KeyId),
    /// Whom the issuer of an access token knows.
    Subject(Subject),
}

impl Actor {
    /// The actor behind a client address.
    #[must_use]
    pub fn from_address(address: IpAddr) -> Self {
        Self::Address(address.to_canonical())
    }

    /// The actor that a proxy identifies by `name`, which is not an address.
    #[must_use]
    pub fn from_name(name: &[u8]) -> Self {
        let hash: [u8; 32] = Sha256::digest(name).into();
        Self::Named(u128::from_be_bytes(std::array::from_fn(|index| hash[index])))
    }

    /// The actor or network that shares a quota: one subscriber has a whole /64 of IPv6.
    #[must_use]
    pub fn quota_scope(&self) -> Self {
        match self {
            Self::Address(IpAddr::V6(address)) => {
                Self::Address(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into())
            }
            other => other.clone(),
        }
    }

    /// The name, if the actor is authenticated: an address tells nothing about who it was.
    #[must_use]
    pub fn authenticated_name(&self) -> Option<String> {
        self.is_authenticated().then(|| self.to_string())
    }

    /// What separates the idempotency keys of one actor from those of another.
    #[must_use]
    pub fn key_scope(&self) -> String {
        self.to_string()
    }

    /// Whether this is a client that authenticated: what it may do can change.
    #[must_use]
    pub fn is_authenticated(&self) -> bool {
        matches!(self, Self::Key(_) | Self::Subject(_))
    }

    /// What a cursor is bound to. Empty for addresses: every one may read every list, and a
    /// client's address may change while it walks through one.
    #[must_use]
    pub fn cursor_scope(&self) -> String {
        match self {
            Self::Key(_) | Self::Subject(_) => self.to_string(),
            Self::Address(_) | Self::Named(_) => String::new(),
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Named(hash) => write!(f, "unknown-{hash:032x}"),
            Self::Key(id) => write!(f, "key-{id}"),
            Self::Subject(subject) => subject.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_subscriber_has_one_quota() {
        let scope = |text: &str| Actor::from_address(text.parse().unwrap()).quota_scope().to_string();
        assert_eq!(scope("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(scope("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
