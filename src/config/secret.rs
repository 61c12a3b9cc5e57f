//! Values that do not print.

use std::{fmt, path::Path, str::FromStr};

use anyhow::{Context, ensure};

use crate::files;

/// The most bytes of a secret in a file.
const MAX_SECRET: u64 = 64 * 1024;

/// A value that does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The value itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for Secret {
    type Err = std::convert::Infallible;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        Ok(Self(value.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// The value of the setting `name`, or the content of its file. An empty value counts as unset.
///
/// # Errors
///
/// Both are set, or the file cannot be read, is not a regular one, is empty, or has more than 64
/// KiB, a line, or a control character.
pub fn read_secret(
    name: &str,
    value: Option<&Secret>,
    file: Option<&Path>,
) -> anyhow::Result<Option<Secret>> {
    let value = value.filter(|value| !value.expose().is_empty());
    let Some(file) = file else { return Ok(value.cloned()) };
    ensure!(value.is_none(), "{name} and {name}_FILE are both set; unset one of them");
    // What is not plainly a path may be the secret itself.
    let is_path = file.starts_with("/") || file.starts_with(".") || file.exists();
    let shown = if is_path { file.display().to_string() } else { "[hidden]".to_owned() };
    let text = files::read(file, MAX_SECRET).with_context(|| {
        let hint = if is_path { "" } else { ": it wants a path, not the secret itself" };
        format!("cannot read {name}_FILE ({shown}){hint}")
    })?;
    let line = text.strip_suffix("\r\n").or_else(|| text.strip_suffix('\n')).unwrap_or(&text);
    ensure!(!line.is_empty(), "{name}_FILE ({shown}) is empty");
    let is_line = !line.contains(char::is_control);
    ensure!(is_line, "{name}_FILE ({shown}) has more than one line, or a control character");
    Ok(Some(Secret(line.to_owned())))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_secret_is_a_value_or_the_line_of_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let value = Secret("value".into());
        let read = |value: Option<&Secret>, file: Option<&str>| {
            fs::write(&path, file.unwrap_or_default()).unwrap();
            let secret = read_secret("KEY", value, file.map(|_| &*path));
            secret.map(|secret| secret.map(|secret| secret.0)).map_err(|error| format!("{error:#}"))
        };
        assert_eq!(read(None, None), Ok(None));
        assert_eq!(read(Some(&Secret(String::new())), None), Ok(None));
        assert_eq!(read(Some(&value), None), Ok(Some("value".into())));
        for (text, line) in [("a", "a"), ("a\n", "a"), ("a\r\n", "a"), (" a ", " a ")] {
            assert_eq!(read(None, Some(text)), Ok(Some(line.into())));
            assert_eq!(read(Some(&Secret(String::new())), Some(text)), Ok(Some(line.into())));
        }
        assert!(read(Some(&value), Some("a")).unwrap_err().contains("both set"));
        assert!(read(None, Some("\n")).unwrap_err().contains("is empty"));
        for lines in ["a\nb", "a\n\n", "a\0", "a\tb"] {
            assert!(read(None, Some(lines)).unwrap_err().contains("more than one line"));
        }
        let long = read(None, Some(&"a".repeat(64 * 1024 + 1)));
        assert!(long.unwrap_err().contains("has more than 65536 bytes"));
        let missing = read_secret("KEY", None, Some(&folder.path().join("none")));
        assert!(missing.unwrap_err().to_string().ends_with("/none)"));
        let secret = format!("{:#}", read_secret("KEY", None, Some(Path::new("s3cret"))).unwrap_err());
        assert!(secret.contains("not the secret itself") && !secret.contains("s3cret"), "{secret}");
    }
}
