//! `curio keys …`: API keys, directly in the database, such as the first one.

use std::{
    io::{self, Write as _},
    time::Duration,
};

use anyhow::{Context, anyhow, bail, ensure};
use chrono::{Datelike, Utc};
use clap::{Args, Subcommand};

use super::connect::open_current;
use crate::{
    access::{ApiKey as Secret, Grant, Grants, KeyId, MAX_GRACE, MAX_GRANTS},
    config::DatabaseUrl,
    postgres::{
        access::{
            models::{ApiKey, ApiKeyContent},
            operations::key,
        },
        keyset::{Newest, PageRequest, SortKey, Start},
        pool::Database,
    },
};

/// The keys of a page.
const PAGE: u32 = 200;

/// The context of a commit that fails.
const UNSURE: &str = "the key that was printed may not exist";

/// Make and revoke API keys, directly in the database
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    url: DatabaseUrl,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Create a key, and print it: it is shown once
    Create {
        /// What people call it
        #[arg(long)]
        name: String,
        /// What it allows, such as `write:acme.*`; may be repeated. The actions are read, write,
        /// delete, purge and manage; `*` is every collection
        #[arg(long = "grant", value_name = "GRANT", required = true)]
        grants: Vec<Grant>,
        /// How long it is valid, such as `90d`; without it, for ever
        #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
        expires_in: Option<Duration>,
    },
    /// List the keys: id, grants, expiry, last use, name
    List {
        /// Include keys that were revoked
        #[arg(long)]
        include_revoked: bool,
    },
    /// Revoke a key; it cannot be undone
    Revoke {
        /// The id, which is the part behind `curio_`, or the whole key
        #[arg(value_parser = parse_id)]
        id: KeyId,
    },
    /// Give a key a new secret, and print it: it is shown once
    Rotate {
        /// The id, which is the part behind `curio_`, or the whole key
        #[arg(value_parser = parse_id)]
        id: KeyId,
        /// How long the secret before stays valid, such as `1h`
        #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = humantime::parse_duration)]
        grace: Duration,
    },
}

pub async fn run(Arguments { command, url }: &Arguments) -> anyhow::Result<()> {
    let database = open_current(url).await?;
    match command {
        Command::Create { name, grants, expires_in } => create(&database, name, grants, *expires_in).await,
        Command::List { include_revoked } => list(&database, *include_revoked).await,
        Command::Revoke { id } => revoke(&database, *id).await,
        Command::Rotate { id, grace } => rotate(&database, *id, *grace).await,
    }
}

/// Parses the id of a key, or a whole key, which a message must not repeat.
fn parse_id(text: &str) -> Result<KeyId, &'static str> {
    text.strip_prefix("curio_").and_then(|rest| rest.get(..8)).unwrap_or(text).parse()
}

async fn create(
    database: &Database,
    name: &str,
    grants: &[Grant],
    expires_in: Option<Duration>,
) -> anyhow::Result<()> {
    let name = name.trim();
    ensure!(
        (1..=200).contains(&name.chars().count()) && !name.contains(char::is_control),
        "a name must have 1 to 200 characters, none of which is a control character"
    );
    ensure!(grants.len() <= MAX_GRANTS, "a key has at most {MAX_GRANTS} grants");
    let expires_at = expires_in.map(|time| {
        let expiry = Utc::now().checked_add_signed(chrono::TimeDelta::from_std(time).ok()?)?;
        (expiry.year() <= 9999).then_some(expiry) // as in RFC 3339
    });
    ensure!(expires_at != Some(None), "the duration is too long; leave it out for a key that never expires");
    let content = ApiKeyContent {
        name: name.to_owned(),
        grants: Grants::new(grants.to_vec()).iter().map(Grant::to_string).collect(),
        expires_at: expires_at.flatten(),
    };
    let secret = Secret::generate();
    let mut tx = database.begin().await?;
    let created = key::create(&mut tx, &secret, &content).await?;
    // Before the commit: a key that no one has seen must not exist.
    print_secret(&secret)?;
    tx.commit().await.context(UNSURE)?;
    tracing::info!(key.id = created.key_id, grants = created.grants.join(" "), "key.created");
    Ok(())
}

async fn list(database: &Database, include_revoked: bool) -> anyhow::Result<()> {
    let mut start = Start::First;
    loop {
        let page = PageRequest { start, order: Newest::DEFAULT, limit: PAGE, bytes: usize::MAX };
        let mut conn = database.connection().await?;
        let found = key::list(&mut conn, &Grants::all(), include_revoked, &page).await?;
        conn.release();
        for key in &found.rows {
            print(&line(key))?;
        }
        let Some(last) = found.rows.last().filter(|_| found.more) else { return Ok(()) };
        start = Start::After(Newest::new(last.created_at, last.id));
    }
}

fn line(key: &ApiKey) -> String {
    let ApiKey { key_id, grants, expires_at, last_used_at, revoked_at, name, .. } = key;
    let time = |time: &Option<chrono::DateTime<Utc>>| {
        time.map_or("-".to_owned(), |time| time.format("%Y-%m-%dT%H:%MZ").to_string())
    };
    let state = if revoked_at.is_some() { "revoked".to_owned() } else { time(expires_at) };
    format!("{key_id}\t{}\t{state}\t{}\t{name}", grants.join(" "), time(last_used_at))
}

async fn revoke(database: &Database, id: KeyId) -> anyhow::Result<()> {
    let mut tx = database.begin().await?;
    let found = key::get_for_update(&mut tx, &Grants::all(), id.as_str()).await?;
    let Some(found) = found.filter(|key| key.revoked_at.is_none()) else { bail!("there is no key {id}") };
    key::revoke(&mut tx, found.id).await?;
    tx.commit().await?;
    tracing::info!(key.id = found.key_id, "key.revoked");
    Ok(())
}

async fn rotate(database: &Database, id: KeyId, grace: Duration) -> anyhow::Result<()> {
    let grace = u32::try_from(grace.as_secs()).ok().filter(|seconds| *seconds <= MAX_GRACE);
    let grace = grace.context("the grace period is longer than a week")?;
    let mut tx = database.begin().await?;
    let found = key::get_for_update(&mut tx, &Grants::all(), id.as_str()).await?;
    let Some(found) = found.filter(|key| key.revoked_at.is_none()) else { bail!("there is no key {id}") };
    let secret = Secret::with_new_secret(id);
    key::rotate(&mut tx, found.id, &secret, grace).await?;
    print_secret(&secret)?;
    tx.commit().await.context(UNSURE)?;
    tracing::info!(key.id = found.key_id, "key.rotated");
    Ok(())
}

fn print(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(io::stdout(), "{line}")?)
}

/// Prints a key. Not as an [`io::Error`], since it is no failure of other commands if the reader has
/// exited.
fn print_secret(secret: &Secret) -> anyhow::Result<()> {
    let printed = writeln!(io::stdout(), "{}", secret.expose());
    printed.map_err(|error| anyhow!("cannot print the key, so it is not stored: {error}"))
}
