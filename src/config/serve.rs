//! The settings of `curio serve`.

use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf, time::Duration};

use anyhow::ensure;
use clap::Args;
use ipnet::IpNet;

use super::{
    database::{DatabaseUrl, MigrationSettings},
    duration::{parse_timeout, parse_wait},
    hosts::AllowedHost,
    http::{
        Auth, ConnectionOptions, Docs, HttpOptions, Origin, PROGRESS_INTERVAL, PublicUrl, Quota,
        largest_coded, parse_network,
    },
    secret::{Secret, read_secret},
    size::Size,
    tokens::TokenSettings,
};
use crate::{postgres::pool::DatabaseOptions, telemetry::traces};

/// The settings of `curio serve`.
#[derive(Debug, Clone, Args)]
pub struct ServeSettings {
    /// The address to listen on
    #[arg(long, env = "CURIO_BIND", value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub bind: SocketAddr,
    /// Who may call the API: clients with an API key or an access token (`required`), or everybody
    /// who reaches the address (`none`). Without it, that is everybody, and the address must be a
    /// loopback one
    #[arg(long, env = "CURIO_AUTH", value_name = "AUTH")]
    pub auth: Option<Auth>,
    #[command(flatten)]
    pub tokens: TokenSettings,
    /// A separate address for probes and metrics; metrics are then served only there
    #[arg(long, env = "CURIO_ADMIN_BIND", value_name = "ADDR")]
    pub admin_bind: Option<SocketAddr>,
    /// Where the pages at /docs are: on the public address, or only on the separate one
    #[arg(long, env = "CURIO_DOCS", value_name = "WHERE", default_value = "public")]
    pub docs: Docs,
    /// Apply the migrations that the database lacks before serving
    #[arg(long, env = "CURIO_MIGRATE_ON_START")]
    pub migrate_on_start: bool,
    #[command(flatten)]
    pub migration: MigrationSettings,
    #[command(flatten)]
    pub url: DatabaseUrl,
    /// The most open connections to the database, at least 3
    #[arg(long, env = "CURIO_DATABASE_CONNECTIONS", value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(3..))]
    pub database_connections: u16,
    /// The longest wait for a connection to the database; shorter than a statement may take
    #[arg(long, env = "CURIO_DATABASE_WAIT", value_name = "DURATION", default_value = "2s", value_parser = parse_timeout)]
    pub database_wait: Duration,
    /// The longest statement in the database; shorter than a request may take
    #[arg(long, env = "CURIO_STATEMENT_TIMEOUT", value_name = "DURATION", default_value = "5s", value_parser = parse_timeout)]
    pub statement_timeout: Duration,
    /// The longest wait for a lock in the database; shorter than a statement may take
    #[arg(long, env = "CURIO_LOCK_TIMEOUT", value_name = "DURATION", default_value = "2s", value_parser = parse_timeout)]
    pub lock_timeout: Duration,
    /// The longest pause of Curio inside a transaction, after which the database ends it
    #[arg(long, env = "CURIO_IDLE_IN_TRANSACTION_TIMEOUT", value_name = "DURATION", default_value = "10s", value_parser = parse_timeout)]
    pub idle_in_transaction_timeout: Duration,
    /// The longest time until a response, from the end of the request's body
    #[arg(long, env = "CURIO_REQUEST_TIMEOUT", value_name = "DURATION", default_value = "10s", value_parser = parse_timeout)]
    pub request_timeout: Duration,
    /// The longest export of a whole list; it holds a connection to the database and a snapshot
    #[arg(long, env = "CURIO_EXPORT_TIMEOUT", value_name = "DURATION", default_value = "1h", value_parser = parse_timeout)]
    pub export_timeout: Duration,
    /// The longest import, from the first byte of its body; its transaction begins after the last
    #[arg(long, env = "CURIO_IMPORT_TIMEOUT", value_name = "DURATION", default_value = "1h", value_parser = parse_timeout)]
    pub import_timeout: Duration,
    /// The largest import, without its content coding, such as `500MiB`; less than three quarters
    /// of the space for all
    #[arg(long, env = "CURIO_IMPORT_LIMIT", value_name = "SIZE", default_value = "4GiB")]
    pub import_limit: Size,
    /// The largest size of the temporary files of all imports together; more are rejected with 503
    #[arg(long, env = "CURIO_IMPORT_SPACE", value_name = "SIZE", default_value = "8GiB")]
    pub import_space: Size,
    /// The longest time that a request's body may take to arrive; of an import, each 64 KiB
    #[arg(long, env = "CURIO_BODY_TIMEOUT", value_name = "DURATION", default_value = "10s", value_parser = parse_timeout)]
    pub body_timeout: Duration,
    /// The most requests in progress; more are rejected with 503
    #[arg(long, env = "CURIO_MAX_REQUESTS", value_name = "N", default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_requests: u32,
    /// How many requests an actor, or without a credential a client address (IPv6: a /64 network),
    /// may make, such as `100/60s`; without it there is no limit
    #[arg(long, env = "CURIO_RATE_LIMIT", value_name = "N/DURATION")]
    pub rate_limit: Option<Quota>,
    /// Reject a PUT, PATCH or DELETE without If-Match, so that no writer overwrites another
    /// unknowingly
    #[arg(long, env = "CURIO_REQUIRE_IF_MATCH")]
    pub require_if_match: bool,
    /// The URL under which clients reach the service, for links; without it, links are relative
    #[arg(long, env = "CURIO_PUBLIC_URL", value_name = "URL", hide_env_values = true)]
    pub public_url: Option<PublicUrl>,
    /// Further hosts, with or without a port, that are served: with this or a public URL, requests
    /// for others are rejected; separated by commas
    #[arg(long, env = "CURIO_ALLOWED_HOSTS", value_name = "HOST", value_delimiter = ',')]
    pub allowed_hosts: Vec<AllowedHost>,
    /// Networks of proxies whose X-Forwarded-For is trusted, separated by commas
    #[arg(long, env = "CURIO_TRUSTED_PROXIES", value_name = "CIDR", value_delimiter = ',', value_parser = parse_network)]
    pub trusted_proxies: Vec<IpNet>,
    /// Origins whose pages may call the API (CORS), separated by commas, or `*`
    #[arg(
        long,
        env = "CURIO_CORS_ORIGINS",
        value_name = "ORIGIN",
        value_delimiter = ',',
        hide_env_values = true
    )]
    pub cors_origins: Vec<Origin>,
    /// Key of the cursors, at least 32 bytes, the same for all replicas; without it, one is
    /// stored in the database
    #[arg(long, env = "CURIO_CURSOR_KEY", value_name = "KEY", hide_env_values = true)]
    pub cursor_key: Option<Secret>,
    /// A file that contains `CURIO_CURSOR_KEY`, instead of the variable
    #[arg(long, env = "CURIO_CURSOR_KEY_FILE", value_name = "FILE")]
    pub cursor_key_file: Option<PathBuf>,
    /// The longest time that a connection may be open without a complete request head
    #[arg(long, env = "CURIO_IDLE_TIMEOUT", value_name = "DURATION", default_value = "60s", value_parser = parse_timeout)]
    pub idle_timeout: Duration,
    /// The longest time that a client may take to receive 64 KiB of its response
    #[arg(long, env = "CURIO_WRITE_TIMEOUT", value_name = "DURATION", default_value = "20s", value_parser = parse_timeout)]
    pub write_timeout: Duration,
    /// The most open connections; on further ones, everything except probes is rejected with 503
    #[arg(long, env = "CURIO_MAX_CONNECTIONS", value_name = "N", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..))]
    pub max_connections: u32,
    /// How long connections are still accepted after SIGTERM, while /readyz returns 503
    #[arg(long, env = "CURIO_DRAIN_DELAY", value_name = "DURATION", default_value = "0s", value_parser = parse_wait)]
    pub drain_delay: Duration,
    /// How long requests in progress may take after SIGTERM
    #[arg(long, env = "CURIO_SHUTDOWN_TIMEOUT", value_name = "DURATION", default_value = "30s", value_parser = parse_wait)]
    pub shutdown_timeout: Duration,
}

/// How many invalid keys and tokens a client may send. It bounds the work that they cause, and the
/// lines in the log: a secret of 190 bits is not found by trying.
const FAILURES: Quota = Quota { requests: NonZeroU32::new(60).unwrap(), window: Duration::from_mins(1) };
/// How often connections are checked against their time-outs.
const CHECK_CONNECTIONS_EVERY: Duration = Duration::from_secs(1);
/// How many connections above the limit are possible. Clients that reconnect all the time have few
/// of them at once, so a probe that is slow to send its request is not displaced.
const SURPLUS_CONNECTIONS: usize = 256;

impl ServeSettings {
    /// How to use the database.
    ///
    /// # Errors
    ///
    /// There is no usable address, or a time-out is not shorter than the one around it.
    pub fn database(&self) -> anyhow::Result<DatabaseOptions> {
        self.check_timeouts()?;
        Ok(DatabaseOptions {
            connect: self.url.connect_options()?,
            max_connections: self.database_connections.into(),
            wait_timeout: self.database_wait,
            statement_timeout: self.statement_timeout,
            lock_timeout: self.lock_timeout,
            idle_in_transaction_timeout: self.idle_in_transaction_timeout,
            reports_statements: traces::is_enabled(),
        })
    }

    /// How to serve HTTP.
    ///
    /// # Errors
    ///
    /// As [`read_cursor_key`](Self::read_cursor_key), before anything is started; or settings
    /// contradict each other.
    pub fn http(&self) -> anyhow::Result<HttpOptions> {
        self.read_cursor_key()?;
        self.check_boundary()?;
        Ok(HttpOptions {
            request_timeout: self.request_timeout,
            export_timeout: self.export_timeout,
            progress_interval: PROGRESS_INTERVAL,
            import_timeout: self.import_timeout,
            import_limit: self.import_limit.bytes(),
            import_space: self.import_space.mebibytes(),
            body_timeout: self.body_timeout,
            max_requests: self.max_requests as usize,
            rate_limit: self.rate_limit,
            failures: FAILURES,
            auth: self.auth.unwrap_or(Auth::None),
            tokens: self.tokens.options(self.auth)?,
            require_if_match: self.require_if_match,
            public_url: self.public_url.clone(),
            allowed_hosts: self.allowed_hosts.clone(),
            is_on_loopback: self.bind.ip().to_canonical().is_loopback(),
            trusted_proxies: self.trusted_proxies.clone(),
            cors_origins: self.cors_origins.clone(),
            admin_bind: self.admin_bind,
            docs: self.docs,
            connections: ConnectionOptions {
                check_every: CHECK_CONNECTIONS_EVERY,
                idle_timeout: self.idle_timeout,
                write_timeout: self.write_timeout,
                max: self.max_connections as usize,
                surplus: SURPLUS_CONNECTIONS,
                shutdown_timeout: self.shutdown_timeout,
            },
        })
    }

    /// The key of the cursors, if one is set.
    ///
    /// # Errors
    ///
    /// As [`read_secret`], or the key is too short.
    pub fn read_cursor_key(&self) -> anyhow::Result<Option<Secret>> {
        let key = read_secret("CURIO_CURSOR_KEY", self.cursor_key.as_ref(), self.cursor_key_file.as_deref())?;
        ensure!(
            key.as_ref().is_none_or(|key| key.expose().len() >= 32),
            "CURIO_CURSOR_KEY must have at least 32 bytes, such as `openssl rand -hex 32` prints"
        );
        Ok(key)
    }

    /// Settings of addresses, origins and imports must not contradict each other.
    fn check_boundary(&self) -> anyhow::Result<()> {
        ensure!(
            self.auth.is_some() || self.bind.ip().to_canonical().is_loopback(),
            "{} can be reached from other machines, and CURIO_AUTH is not set: set it to `required`, so that clients \
             need an API key (`curio keys create` makes the first one), or to `none`, so that everybody may do \
             everything; or set CURIO_BIND to a loopback address",
            self.bind
        );
        ensure!(
            self.docs == Docs::Public || self.admin_bind.is_some(),
            "CURIO_DOCS=admin needs an address for /docs: set CURIO_ADMIN_BIND"
        );
        ensure!(
            largest_coded(self.import_limit.bytes()) <= self.import_space.bytes() / 4 * 3,
            "CURIO_IMPORT_LIMIT ({} bytes), with a little for its content coding, is above three quarters of \
             CURIO_IMPORT_SPACE ({} bytes): one client can take no more of it",
            self.import_limit.bytes(),
            self.import_space.bytes()
        );
        ensure!(
            self.cors_origins.len() < 2 || self.cors_origins.iter().all(|origin| origin.0 != "*"),
            "CURIO_CORS_ORIGINS lists origins next to *, which is all of them"
        );
        Ok(())
    }

    /// Each wait must end before the one around it, so that the innermost one reports what was
    /// slow.
    fn check_timeouts(&self) -> anyhow::Result<()> {
        let order = [
            ("CURIO_DATABASE_WAIT", self.database_wait, "CURIO_STATEMENT_TIMEOUT", self.statement_timeout),
            ("CURIO_LOCK_TIMEOUT", self.lock_timeout, "CURIO_STATEMENT_TIMEOUT", self.statement_timeout),
            (
                "CURIO_STATEMENT_TIMEOUT",
                self.statement_timeout,
                "CURIO_REQUEST_TIMEOUT",
                self.request_timeout,
            ),
        ];
        for (inner, shorter, outer, longer) in order {
            ensure!(
                shorter < longer,
                "{inner} ({}) must be shorter than {outer} ({})",
                humantime::format_duration(shorter),
                humantime::format_duration(longer),
            );
        }
        Ok(())
    }
}
