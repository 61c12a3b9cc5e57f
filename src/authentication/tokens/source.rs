//! Where the keys of an issuer come from.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use tokio::task::spawn_blocking;
use url::Url;

use super::{fetch::fetch, jwk::KeySet};
use crate::{access::Issuer, error::Source, files, https::MAX_RESPONSE};

/// Where the keys of an issuer come from.
#[derive(Debug)]
pub enum KeySource {
    /// The metadata of the issuer has their URL.
    Discovery,
    /// A file has them.
    File(PathBuf),
}

/// The metadata of an issuer, as far as it matters here (OpenID Connect Discovery 1.0 §3).
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

impl KeySource {
    /// The current keys of this issuer.
    ///
    /// # Errors
    ///
    /// Why they could not be obtained.
    pub async fn load(&self, issuer: &Issuer) -> Result<KeySet, Source> {
        match self {
            Self::Discovery => discover(issuer).await,
            Self::File(file) => {
                let file = file.clone();
                spawn_blocking(move || read_keys(&file)).await?
            }
        }
    }
}

async fn discover(issuer: &Issuer) -> Result<KeySet, Source> {
    let url = issuer.metadata_url();
    let document = fetch(&url).await.map_err(|error| format!("{url}: {error}"))?;
    let metadata: Metadata =
        serde_json::from_slice(&document).map_err(|_| format!("{url}: it lacks `issuer` or `jwks_uri`"))?;
    // Else an issuer could speak for another one (OpenID Connect Discovery 1.0 §4.3).
    if metadata.issuer != issuer.as_str() {
        return Err(format!("{url}: `issuer` differs from {}", issuer.as_str()).into());
    }
    let url =
        Url::parse(&metadata.jwks_uri).map_err(|error| format!("{url}: `jwks_uri` is no URL: {error}"))?;
    let document = fetch(&url).await.map_err(|error| format!("{url}: {error}"))?;
    KeySet::parse(&document).map_err(|error| format!("{url}: {error}").into())
}

/// The keys in a file.
///
/// # Errors
///
/// It cannot be read, is not a regular one, is too large, or no JWK Set.
pub fn read_keys(path: &Path) -> Result<KeySet, Source> {
    let read = || KeySet::parse(files::read(path, MAX_RESPONSE as u64)?.as_bytes());
    read().map_err(|error: Source| format!("{}: {error}", path.display()).into())
}
