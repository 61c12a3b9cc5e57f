//! Which access tokens are accepted.

use std::path::PathBuf;

use anyhow::{anyhow, ensure};
use clap::Args;

use super::http::Auth;
use crate::{
    access::Issuer,
    authentication::{MAX_WAIT, RELOAD_AFTER, TokenOptions, read_keys},
};

/// Which access tokens `curio serve` accepts in addition to API keys.
#[derive(Debug, Clone, Args)]
pub struct TokenSettings {
    /// Issuers of access tokens (OpenID providers) that are accepted in addition to API keys,
    /// separated by commas: URLs as in `iss`
    #[arg(long = "jwt-issuer", env = "CURIO_JWT_ISSUER", value_name = "URL", value_delimiter = ',')]
    pub issuers: Vec<Issuer>,
    /// What access tokens must have in `aud`, such as the URL of this service
    #[arg(long = "jwt-audience", env = "CURIO_JWT_AUDIENCE", value_name = "NAME")]
    pub audience: Option<String>,
    /// A file with the keys of the issuer (a JWK Set), instead of those that it publishes
    #[arg(long = "jwt-jwks", env = "CURIO_JWT_JWKS", value_name = "FILE")]
    pub keys: Option<PathBuf>,
}

impl TokenSettings {
    /// Which access tokens are accepted, if any.
    ///
    /// # Errors
    ///
    /// Settings are missing or contradict each other, or the file has no usable key.
    pub fn options(&self, auth: Option<Auth>) -> anyhow::Result<Option<TokenOptions>> {
        let Self { issuers, audience, keys } = self;
        let audience = audience.as_deref().unwrap_or_default();
        if issuers.is_empty() {
            ensure!(
                audience.is_empty(),
                "CURIO_JWT_AUDIENCE is set, and no issuer is: set CURIO_JWT_ISSUER to the URL of whose tokens are \
                 accepted"
            );
            ensure!(
                keys.is_none(),
                "CURIO_JWT_JWKS has keys of an unknown issuer: set CURIO_JWT_ISSUER to what their tokens have in `iss`"
            );
            return Ok(None);
        }
        ensure!(
            auth == Some(Auth::Required),
            "CURIO_JWT_ISSUER is set, but no client needs a token: set CURIO_AUTH to `required`"
        );
        ensure!(
            !audience.is_empty(),
            "CURIO_JWT_ISSUER needs CURIO_JWT_AUDIENCE, what tokens for this service have in `aud`: else tokens for \
             any other service would be accepted"
        );
        ensure!(
            keys.is_none() || issuers.len() == 1,
            "CURIO_JWT_JWKS has the keys of one issuer, and CURIO_JWT_ISSUER lists {}",
            issuers.len()
        );
        let twice = issuers.iter().enumerate().find(|(index, issuer)| issuers[..*index].contains(issuer));
        ensure!(twice.is_none(), "CURIO_JWT_ISSUER lists an issuer twice");
        if let Some(file) = keys {
            let keys = read_keys(file).map_err(|error| anyhow!("CURIO_JWT_JWKS cannot be used: {error}"))?;
            ensure!(
                keys.len() > 0,
                "CURIO_JWT_JWKS cannot be used: {} has no key that verifies RS256, PS256, ES256 or EdDSA signatures",
                file.display()
            );
        }
        Ok(Some(TokenOptions {
            issuers: issuers.clone(),
            audience: audience.to_owned(),
            keys: keys.clone(),
            reload_after: RELOAD_AFTER,
            max_wait: MAX_WAIT,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(issuers: &[&str], audience: Option<&str>, keys: Option<&str>) -> Result<usize, String> {
        let settings = TokenSettings {
            issuers: issuers.iter().map(|issuer| issuer.parse().unwrap()).collect(),
            audience: audience.map(str::to_owned),
            keys: keys.map(PathBuf::from),
        };
        let options = settings.options(Some(Auth::Required)).map_err(|error| error.to_string())?;
        if !issuers.is_empty() {
            for auth in [None, Some(Auth::None)] {
                let error = settings.options(auth).unwrap_err().to_string();
                assert!(error.contains("CURIO_AUTH"), "{error}");
            }
        }
        Ok(options.map_or(0, |options| options.issuers.len()))
    }

    #[test]
    fn settings_that_contradict_each_other_are_rejected() {
        let (one, other) = ("https://a.example", "https://b.example");
        assert_eq!(options(&[], None, None), Ok(0));
        assert_eq!(options(&[], Some(""), None), Ok(0));
        assert_eq!(options(&[one], Some("curio"), None), Ok(1));
        assert_eq!(options(&[one, other], Some("curio"), None), Ok(2));
        for (issuers, audience, keys, words) in [
            (&[one][..], None, None, "needs CURIO_JWT_AUDIENCE"),
            (&[one], Some(""), None, "needs CURIO_JWT_AUDIENCE"),
            (&[], Some("curio"), None, "set CURIO_JWT_ISSUER"),
            (&[], None, Some("/keys.json"), "unknown issuer: set CURIO_JWT_ISSUER"),
            (&[one, other], Some("curio"), Some("/keys.json"), "lists 2"),
            (&[one, other, one], Some("curio"), None, "twice"),
            (&[one], Some("curio"), Some("/nowhere/keys.json"), "CURIO_JWT_JWKS cannot be used: /nowhere"),
            (&[one], Some("curio"), Some("/dev/zero"), "not a regular file"),
            (&[one], Some("curio"), Some("Cargo.toml"), "is not a JWK Set"),
        ] {
            let error = options(issuers, audience, keys).unwrap_err();
            assert!(error.contains(words), "{words}: {error}");
        }
    }
}
