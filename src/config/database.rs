//! The settings of commands that connect to the database.

use std::{
    collections::HashSet,
    env,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, ensure};
use clap::Args;
use percent_encoding::percent_decode_str;
use sqlx::{
    ConnectOptions as _,
    postgres::{PgConnectOptions, PgSslMode},
};

use super::{
    duration::parse_wait,
    secret::{Secret, read_secret},
};
use crate::files;

/// Where the database is.
#[derive(Debug, Clone, Args)]
pub struct DatabaseUrl {
    /// Where the database is: `postgres://user:password@host:port/database`
    #[arg(long, global = true, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<Secret>,
    /// A file that contains `DATABASE_URL`, instead of the variable
    #[arg(long, global = true, env = "DATABASE_URL_FILE", value_name = "FILE")]
    pub database_url_file: Option<PathBuf>,
}

impl DatabaseUrl {
    /// The parsed address.
    ///
    /// # Errors
    ///
    /// It is missing or malformed. The message says what to do, and does not repeat the URL, which
    /// contains a password.
    pub fn connect_options(&self) -> anyhow::Result<PgConnectOptions> {
        let url = read_secret("DATABASE_URL", self.database_url.as_ref(), self.database_url_file.as_deref())?;
        let url = url.context(
            "there is no database: set DATABASE_URL (in the environment or in .env) or pass --database-url, \
             as postgres://user:password@host:5432/database; `make run` starts a private one",
        )?;
        // Statements are not logged, however slow they are.
        Ok(parse_database_url(url.expose(), "DATABASE_URL")?.disable_statement_logging())
    }
}

/// The query parameters of a database URL that sqlx understands; it ignores all others.
const PARAMETERS: [&str; 18] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "ssl-root-cert",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];

/// Those that name files, in one spelling.
const FILES: [&str; 3] = ["sslcert", "sslkey", "sslrootcert"];

/// The most bytes of such a file: certificates of all authorities are a few hundred KiB.
const MAX_FILE: u64 = 16 * 1024 * 1024;

/// Parses the database URL in the setting `name`.
///
/// # Errors
///
/// It is malformed or has an unknown parameter. The message does not repeat the URL, which contains
/// a password.
pub fn parse_database_url(url: &str, name: &str) -> anyhow::Result<PgConnectOptions> {
    ensure!(
        url.starts_with("postgres://") || url.starts_with("postgresql://"),
        "{name} must begin with postgres:// or postgresql://"
    );
    ensure!(!url.contains('#'), "{name} must not contain #: write %23 instead");
    check_parameters(url, name)?;
    // The part of a password before an unescaped slash would be taken for the host.
    let address = url.split('?').next().unwrap_or_default();
    ensure!(
        !address.splitn(4, '/').nth(3).is_some_and(|path| path.contains('@')),
        "{name} must not contain @ behind a slash: write %40 instead of @, and %2F instead of /, in a password"
    );
    // sqlx ignores a value of this variable that it does not know.
    if let Ok(mode) = env::var("PGSSLMODE") {
        mode.parse::<PgSslMode>().context("PGSSLMODE is not a mode such as verify-full")?;
    }
    for variable in ["PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY"] {
        env::var(variable).map_or(Ok(()), |file| check_file(&file, variable))?;
    }
    if let Some(file) = env::var_os("PGPASSFILE").map(PathBuf::from).filter(|file| file.exists()) {
        check_passwords(&file).context("cannot use the password file of PGPASSFILE")?;
    }
    if let Some(file) = env::home_dir().map(|home| home.join(".pgpass")).filter(|file| file.exists()) {
        files::check(&file, MAX_FILE).context("cannot read ~/.pgpass")?;
    }
    autogenerate::cli::parse(url)
        .with_context(|| format!("{name} is not of the form postgres://user:password@host:5432/database"))
}

/// Passes a file that sqlx can read whole, or one that is missing, which sqlx reports. A value
/// that begins with dashes is the content itself.
fn check_file(file: &str, name: &str) -> anyhow::Result<()> {
    let path = Path::new(file);
    if file.starts_with("-----BEGIN") || !path.exists() {
        return Ok(());
    }
    files::check(path, MAX_FILE).with_context(|| format!("cannot read the file of {name}"))
}

/// Rejects a malformed password file, whose lines sqlx would skip: a password alone, say.
fn check_passwords(file: &Path) -> anyhow::Result<()> {
    let text = files::read(file, MAX_FILE)?;
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let mut is_escaped = false;
        let is_separator = |c| {
            let is_separator = c == ':' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            is_separator
        };
        ensure!(
            line.starts_with('#') || line.matches(is_separator).count() >= 4,
            "line {} is not of the form host:port:database:user:password",
            index + 1
        );
    }
    Ok(())
}

fn check_parameters(url: &str, name: &str) -> anyhow::Result<()> {
    let mut seen = HashSet::new();
    let query = url.split_once('?').map_or("", |(_, query)| query);
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let key = percent_decode_str(pair.split('=').next().unwrap_or_default()).decode_utf8_lossy();
        let is_known = PARAMETERS.contains(&&*key) || key.starts_with("options[") && key.ends_with(']');
        // A key that is not a word may be part of a password with an unescaped question mark.
        let is_word = !query.contains('@')
            && key.bytes().all(|byte| byte.is_ascii_alphabetic() || b"_-".contains(&byte));
        let word = if is_word { &*key } else { "that is not a word" };
        ensure!(
            is_known,
            "{name} has an unknown parameter {word}; known are {} and options[name]",
            PARAMETERS.join(", ")
        );
        if FILES.contains(&&*parameter(&key)) {
            let value = pair.split_once('=').map_or("", |(_, value)| value);
            check_file(&percent_decode_str(value).decode_utf8_lossy(), &format!("{key} in {name}"))?;
        }
        // sqlx would take the last one.
        let is_first = key.starts_with("options") || seen.insert(parameter(&key));
        ensure!(is_first, "{name} has the parameter {key} twice, or another spelling of it");
    }
    Ok(())
}

/// One spelling of a parameter.
fn parameter(key: &str) -> String {
    match key.replace('-', "").as_str() {
        "sslca" => "sslrootcert".into(),
        "hostaddr" => "host".into(),
        one => one.into(),
    }
}

/// How long a migration may wait for others.
#[derive(Debug, Clone, Args)]
pub struct MigrationSettings {
    /// The longest wait for another process that migrates, and for locks of tables
    #[arg(long, global = true, env = "CURIO_MIGRATION_WAIT", value_name = "DURATION", default_value = "10m", value_parser = parse_wait)]
    pub migration_wait: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<PgConnectOptions, String> {
        parse_database_url(url, "DATABASE_URL").map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn a_parameter_that_sqlx_would_ignore_is_rejected_without_its_value() {
        for query in [
            "sslpassword=secret",
            "ssl_mode=verify-full",
            "SSLMODE=secret",
            "sslmode=require&sslrootcertificate=secret",
            "connect_timeout=secret",
            "%73slpassword=secret",
            "secret@example.com/x",
            "options[statement_timeout=secret",
        ] {
            let error = parse(&format!("postgres://curio:secret@localhost/curio?{query}")).unwrap_err();
            assert!(error.contains("unknown parameter") && error.contains("sslrootcert"), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
        let error = parse("postgres://localhost/curio?sslmode=verify_full").unwrap_err();
        assert!(error.contains("verify_full"), "{error}");
    }

    #[test]
    fn what_would_cut_the_password_is_rejected_without_showing_it() {
        for (url, expected) in [
            ("postgres://curio:secret#1@localhost/curio", "%23"),
            ("postgres://curio@localhost/curio?sslmode=verify-full#secret", "%23"),
            ("postgres://curio:p@secret/w@localhost/curio", "%2F"),
            ("postgres://curio:p/secret@localhost/curio", "%2F"),
            ("postgres://curio:p?secret@localhost/curio", "unknown parameter"),
        ] {
            let error = parse(url).unwrap_err();
            assert!(error.contains(expected) && !error.contains("secret"), "{error}");
        }
        let options = parse("postgres://curio:p@ss@localhost/curio").unwrap();
        assert_eq!((options.get_host(), options.get_database()), ("localhost", Some("curio")));
    }

    #[test]
    fn a_parameter_that_contradicts_another_is_rejected() {
        for query in [
            "sslmode=verify-full&ssl-mode=disable",
            "sslmode=verify-full&sslmode=verify-full",
            "sslrootcert=/a&ssl-ca=/b",
            "%73slkey=/a&ssl-key=/b",
            "host=/run/a&hostaddr=127.0.0.1",
        ] {
            let error = parse(&format!("postgres://curio@localhost/curio?{query}")).unwrap_err();
            assert!(error.contains("twice"), "{error}");
        }
        parse("postgres://curio@localhost/curio?options=-c%20a=b&options[c]=d&options[e]=f").unwrap();
    }

    #[test]
    fn a_file_that_sqlx_could_not_read_to_its_end_is_rejected() {
        for parameter in
            ["sslrootcert", "ssl-root-cert", "ssl-ca", "sslcert", "ssl-cert", "sslkey", "ssl-key"]
        {
            for file in ["/dev/zero", "%2Fdev%2fzero", "/tmp"] {
                let url = format!("postgres://curio@localhost/curio?{parameter}={file}");
                let error = parse(&url).unwrap_err();
                assert!(error.contains(parameter) && error.ends_with("it is not a regular file"), "{error}");
            }
        }
        parse("postgres://curio@localhost/curio?sslcert=-----BEGIN%20CERTIFICATE-----").unwrap();
    }

    #[test]
    fn a_malformed_file_of_passwords_is_rejected_without_showing_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let check = |text: &str| {
            std::fs::write(file.path(), text).unwrap();
            check_passwords(file.path()).map_err(|error| error.to_string())
        };
        check("# host:port\n\n*:*:*:*:p\\:w\n::1\\:\\::5432:a:b:c:d").unwrap();
        for text in ["secret", "*:5432:*:secret", "\n*:5432:a\\:b:u\\:secret"] {
            let error = check(text).unwrap_err();
            assert!(
                error.ends_with("host:port:database:user:password") && !error.contains("secret"),
                "{error}"
            );
        }
        assert!(check_passwords(Path::new("/nowhere")).is_err());
    }

    #[test]
    fn every_parameter_of_sqlx_is_known() {
        let url = "postgres://curio:p%3Fw@localhost/curio?sslmode=verify-full&sslrootcert=/ca.pem&%68ost=db\
                   &options[search_path]=x&options=-c%20geqo=off&user=u&statement-cache-capacity=5&port=5433";
        let options = parse(url).unwrap();
        assert_eq!((options.get_host(), options.get_port()), ("db", 5433));
        assert!(matches!(options.get_ssl_mode(), PgSslMode::VerifyFull));
        let options = parse("postgres://curio@[2001:db8::1]:5433/curio").unwrap();
        assert_eq!((options.get_host(), options.get_port()), ("2001:db8::1", 5433));
    }
}
