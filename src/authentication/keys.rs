//! Which API key a client has, without a query for each request.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use quick_cache::sync::Cache;
use sqlx::PgConnection;
use subtle::ConstantTimeEq;

use crate::{
    access::{ApiKey, Grants, KeyId},
    authentication::rejection::Reason,
    error::Error,
    postgres::{
        access::{models::Credentials, operations::key},
        pool::Database,
    },
};

/// How long a key is taken for what it was when it was looked up: so long may a change of it on
/// another replica go unnoticed.
pub const MAX_AGE: Duration = Duration::from_secs(5);
/// How long a wrong secret is rejected without another query: another replica may have rotated the
/// key.
const MAX_AGE_OF_WRONG: Duration = Duration::from_secs(1);
/// The most keys that are remembered, and as many ids without one: some MiB. Those of others do not
/// displace those that are valid.
const MAX_KEYS: usize = 10_000;

/// The API keys that this process knows, and when they were used.
pub struct Keys {
    known: Cache<KeyId, Arc<KnownKey>>,
    missing: Cache<KeyId, Instant>,
    /// Keys of which nothing is known since they have changed.
    changed: Cache<KeyId, ()>,
    used: Mutex<HashMap<KeyId, DateTime<Utc>>>,
    /// Counts the keys that were forgotten, so that what was looked up before is not remembered.
    forgotten: AtomicU64,
}

struct KnownKey {
    /// When the look-up began.
    since: Instant,
    stored: Credentials,
    grants: Arc<Grants>,
}

/// What a client may do, and until when.
#[derive(Debug)]
pub struct Confirmed {
    /// What it may do.
    pub grants: Arc<Grants>,
    /// When its key, or the secret that it sent, expires; `None` for never.
    pub expires_at: Option<DateTime<Utc>>,
}

impl KnownKey {
    fn new(since: Instant, stored: Credentials) -> Self {
        // What this version does not understand allows nothing.
        let grants = stored.grants.iter().filter_map(|grant| grant.parse().ok());
        let grants = Arc::new(Grants::new(grants.collect()));
        Self { since, stored, grants }
    }

    /// What a client with this key may do at this time.
    fn verify(&self, key: &ApiKey, now: DateTime<Utc>) -> Result<Arc<Grants>, Reason> {
        let Credentials { hash, previous_hash, previous_until, expires_at, revoked_at, .. } = &self.stored;
        let is_previous_valid = previous_until.is_some_and(|until| now < until);
        let previous = previous_hash.as_deref().filter(|_| is_previous_valid).unwrap_or(hash);
        let sent = key.hash();
        if !bool::from(sent.ct_eq(hash) | sent.ct_eq(previous)) {
            return Err(Reason::WrongSecret);
        }
        if revoked_at.is_some() {
            return Err(Reason::Revoked);
        }
        if expires_at.is_some_and(|expiry| expiry <= now) {
            return Err(Reason::Expired);
        }
        Ok(Arc::clone(&self.grants))
    }
}

impl KnownKey {
    /// When what a client sent is not valid any more: the secret before a rotation ends earlier.
    fn expires_at(&self, key: &ApiKey) -> Option<DateTime<Utc>> {
        let Credentials { hash, previous_until, expires_at, .. } = &self.stored;
        let grace = previous_until.filter(|_| key.hash()[..] != hash[..]);
        [*expires_at, grace].into_iter().flatten().min()
    }
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            known: Cache::new(MAX_KEYS),
            missing: Cache::new(MAX_KEYS),
            changed: Cache::new(MAX_KEYS),
            used: Mutex::default(),
            forgotten: AtomicU64::default(),
        }
    }
}

impl Keys {
    /// What a client with this key may do, as far as that is known without the database.
    #[must_use]
    pub fn recall(&self, key: &ApiKey) -> Option<Result<Arc<Grants>, Reason>> {
        if let Some(known) = self.known.get(&key.id()).filter(|known| known.since.elapsed() < MAX_AGE) {
            let verified = self.verify(key, &known);
            let is_final = verified != Err(Reason::WrongSecret) || known.since.elapsed() < MAX_AGE_OF_WRONG;
            return is_final.then_some(verified);
        }
        let since = self.missing.get(&key.id()).filter(|since| since.elapsed() < MAX_AGE);
        since.map(|_| Err(Reason::Unknown))
    }

    /// Whether this key was valid when it was last looked up, however long ago, or may have changed:
    /// with a wrong secret, a known key is looked up once a second.
    #[must_use]
    pub fn knows(&self, key: &ApiKey) -> bool {
        let may_be_valid = |known: Arc<KnownKey>| match known.verify(key, Utc::now()) {
            Err(Reason::WrongSecret) => known.since.elapsed() >= MAX_AGE_OF_WRONG,
            verified => verified.is_ok(),
        };
        self.changed.get(&key.id()).is_some() || self.known.get(&key.id()).is_some_and(may_be_valid)
    }

    /// As [`recall`](Self::recall), from the database.
    ///
    /// # Errors
    ///
    /// Whatever the database reports: whether the key is valid is unknown then.
    pub async fn look_up(
        &self,
        database: &Database,
        key: &ApiKey,
    ) -> Result<Result<Arc<Grants>, Reason>, Error> {
        let (since, forgotten) = (Instant::now(), self.forgotten.load(Ordering::Acquire));
        let mut conn = database.connection().await?;
        let found = key::credentials(&mut conn, key.id().as_str()).await?;
        conn.release();
        let is_current = forgotten == self.forgotten.load(Ordering::Acquire);
        if is_current {
            self.changed.remove(&key.id());
        }
        let Some(stored) = found else {
            if is_current {
                self.missing.insert(key.id(), since);
            }
            return Ok(Err(Reason::Unknown));
        };
        let known = Arc::new(KnownKey::new(since, stored));
        if is_current {
            self.known.insert(key.id(), Arc::clone(&known));
        }
        Ok(self.verify(key, &known))
    }

    fn verify(&self, key: &ApiKey, known: &KnownKey) -> Result<Arc<Grants>, Reason> {
        let now = Utc::now();
        let verified = known.verify(key, now);
        if verified.is_ok()
            && let Ok(minute) = now.duration_trunc(TimeDelta::minutes(1))
            && known.stored.last_used_at.is_none_or(|last| last < minute)
        {
            self.used.lock().unwrap_or_else(PoisonError::into_inner).insert(key.id(), minute);
        }
        verified
    }

    /// What a client with this key may do as the key is in a transaction, in which it and the
    /// `target` stay so, and when the key expires.
    ///
    /// # Errors
    ///
    /// Whatever the database reports.
    pub async fn confirm(
        conn: &mut PgConnection,
        key: &ApiKey,
        by: &Grants,
        target: Option<KeyId>,
    ) -> Result<Result<Confirmed, Reason>, Error> {
        let (own, target) = (key.id(), target.unwrap_or(key.id()));
        key::lock_both(conn, by, own.as_str(), target.as_str()).await?;
        let Some(stored) = key::credentials(conn, own.as_str()).await? else {
            return Ok(Err(Reason::Unknown));
        };
        let known = KnownKey::new(Instant::now(), stored);
        let verified = known.verify(key, Utc::now());
        Ok(verified.map(|grants| Confirmed { grants, expires_at: known.expires_at(key) }))
    }

    /// Forgets what is known of a key, which has changed.
    pub fn forget(&self, id: KeyId) {
        self.forgotten.fetch_add(1, Ordering::AcqRel);
        self.changed.insert(id, ());
        self.known.remove(&id);
        self.missing.remove(&id);
    }

    /// Stores when keys were used since the last time.
    ///
    /// # Errors
    ///
    /// Whatever the database reports. The times are stored the next time then.
    pub async fn store_uses(&self, database: &Database) -> Result<(), Error> {
        let used: Vec<_> = self.used.lock().unwrap_or_else(PoisonError::into_inner).drain().collect();
        if used.is_empty() {
            return Ok(());
        }
        let ids: Vec<String> = used.iter().map(|(id, _)| id.to_string()).collect();
        let times: Vec<DateTime<Utc>> = used.iter().map(|(_, time)| *time).collect();
        let stored = async {
            let mut conn = database.connection().await?;
            key::mark_used(&mut conn, &ids, &times).await?;
            conn.release();
            Ok(())
        };
        let stored = stored.await;
        if stored.is_err() {
            let mut unstored = self.used.lock().unwrap_or_else(PoisonError::into_inner);
            for (id, time) in used {
                unstored.entry(id).or_insert(time);
            }
        }
        stored
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("known", &self.known.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(key: &ApiKey) -> KnownKey {
        let stored = Credentials {
            hash: key.hash().to_vec(),
            previous_hash: None,
            previous_until: None,
            grants: vec!["read:*".into(), "fly:*".into()],
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
        };
        KnownKey::new(Instant::now(), stored)
    }

    #[test]
    fn a_key_is_valid_until_it_expires_or_is_revoked() {
        let key = ApiKey::generate();
        let now = Utc::now();
        let later = now + TimeDelta::seconds(1);
        let mut known = known(&key);
        assert_eq!(known.verify(&key, now).unwrap().to_string(), "read:*");
        let other = ApiKey::with_new_secret(key.id());
        assert_eq!(known.verify(&other, now), Err(Reason::WrongSecret));
        known.stored.expires_at = Some(later);
        assert!(known.verify(&key, now).is_ok());
        assert_eq!(known.verify(&key, later), Err(Reason::Expired));
        known.stored.revoked_at = Some(now);
        assert_eq!(known.verify(&key, now), Err(Reason::Revoked));
        // Who does not have the secret is not told what the key is.
        assert_eq!(known.verify(&other, now), Err(Reason::WrongSecret));
    }

    #[test]
    fn a_key_stays_known_when_it_is_to_be_looked_up_again() {
        let (key, keys) = (ApiKey::generate(), Keys::default());
        let other = ApiKey::with_new_secret(key.id());
        assert!(!keys.knows(&key));
        let since = Instant::now().checked_sub(2 * MAX_AGE).unwrap();
        keys.known.insert(key.id(), Arc::new(KnownKey { since, ..known(&key) }));
        assert!(keys.recall(&key).is_none() && keys.knows(&key) && keys.knows(&other));
        let revoked_at = Some(Utc::now());
        let stored = Credentials { revoked_at, ..known(&key).stored };
        keys.known.insert(key.id(), Arc::new(KnownKey::new(since, stored)));
        assert!(!keys.knows(&key));
    }

    #[test]
    fn a_wrong_secret_may_be_a_new_one() {
        let (key, keys) = (ApiKey::generate(), Keys::default());
        let other = ApiKey::with_new_secret(key.id());
        keys.known.insert(key.id(), Arc::new(known(&key)));
        assert_eq!(keys.recall(&other), Some(Err(Reason::WrongSecret)));
        assert!(!keys.knows(&other));
        let since = Instant::now().checked_sub(MAX_AGE_OF_WRONG).unwrap();
        keys.known.insert(key.id(), Arc::new(KnownKey { since, ..known(&key) }));
        assert!(keys.recall(&other).is_none() && keys.recall(&key).unwrap().is_ok());
    }

    #[test]
    fn the_secret_before_a_rotation_is_valid_for_a_while() {
        let before = ApiKey::generate();
        let after = ApiKey::with_new_secret(before.id());
        let now = Utc::now();
        let until = now + TimeDelta::seconds(60);
        let mut known = known(&after);
        known.stored.previous_hash = Some(before.hash().to_vec());
        known.stored.previous_until = Some(until);
        assert!(known.verify(&before, now).is_ok() && known.verify(&after, until).is_ok());
        assert_eq!(known.verify(&before, until), Err(Reason::WrongSecret));
    }
}
