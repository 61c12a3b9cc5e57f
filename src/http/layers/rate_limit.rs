//! How many requests an actor may make (draft-ietf-httpapi-ratelimit-headers).

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use axum::{extract::Request, response::Response};
use governor::{
    RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DefaultKeyedStateStore,
};
use http::{HeaderName, HeaderValue, header::RETRY_AFTER};

use super::{actor::Client, around::Pending};
use crate::{
    actor::Actor,
    config::http::Quota,
    http::{
        operator,
        response::problem::{Problem, QUOTA_EXCEEDED},
    },
};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STATE: HeaderName = HeaderName::from_static("ratelimit");
/// After this many requests, scopes whose quota is restored are forgotten.
const SWEEP_EVERY: u32 = 16_384;

/// The quotas of all actors.
#[derive(Debug)]
pub struct Limiter {
    quota: Quota,
    policy: HeaderValue,
    states: RateLimiter<Actor, DefaultKeyedStateStore<Actor>, DefaultClock, StateInformationMiddleware>,
    clock: DefaultClock,
    since_sweep: AtomicU32,
}

/// What a response says of the quota of its actor.
#[derive(Debug)]
pub struct Fields {
    policy: HeaderValue,
    state: HeaderValue,
}

/// Takes the request from its actor's quota, or from that of the client's address if the actor is
/// unknown, or rejects it with 429. The response reports the quota either way. Probes and metrics
/// have none.
pub fn limit(limiter: &Limiter, request: &Request) -> Result<Option<Fields>, Problem> {
    let extensions = request.extensions();
    let client = || extensions.get().map(|Client(client)| client);
    let actor = extensions.get::<Actor>().or_else(client).filter(|_| !operator::is_operator(request));
    let Some(actor) = actor else { return Ok(None) };
    let rest = limiter.check(actor);
    let fields = Fields { policy: limiter.policy.clone(), state: limiter.field(&rest) };
    match rest.retry_after {
        None => Ok(Some(fields)),
        Some(seconds) => Err(Problem::new(&QUOTA_EXCEEDED, "The quota of this client is used up.")
            .with_header(RETRY_AFTER, HeaderValue::from(seconds))
            .with_header(POLICY, fields.policy)
            .with_header(STATE, fields.state)),
    }
}

impl Pending for Option<Fields> {
    fn complete(self, response: &mut Response) {
        if let Some(Fields { policy, state }) = self {
            response.headers_mut().insert(POLICY, policy);
            response.headers_mut().insert(STATE, state);
        }
    }
}

/// The rest of a quota.
#[derive(Debug)]
pub struct RateLimitState {
    remaining: u32,
    /// Seconds to wait before retrying, if this request is rejected.
    pub retry_after: Option<u64>,
}

impl Limiter {
    /// A limiter in which every actor has a whole quota.
    #[must_use]
    pub fn new(quota: Quota) -> Self {
        let seconds = quota.window.as_secs() + u64::from(quota.window.subsec_nanos() > 0);
        let policy = format!("\"default\";q={};w={seconds}", quota.requests);
        let interval = (quota.window / quota.requests.get()).max(Duration::from_nanos(1));
        let rate = governor::Quota::with_period(interval)
            .unwrap_or_else(|| unreachable!("the interval is not zero"))
            .allow_burst(quota.requests);
        Self {
            quota,
            policy: HeaderValue::try_from(policy).unwrap_or_else(|_| unreachable!("visible ASCII")),
            states: RateLimiter::keyed(rate).with_middleware(),
            clock: DefaultClock::default(),
            since_sweep: AtomicU32::new(0),
        }
    }

    /// Takes a request from the quota of an actor.
    pub fn check(&self, actor: &Actor) -> RateLimitState {
        if self.since_sweep.fetch_add(1, Ordering::Relaxed) == SWEEP_EVERY {
            self.since_sweep.store(0, Ordering::Relaxed);
            self.states.retain_recent();
        }
        match self.states.check_key(&actor.quota_scope()) {
            Ok(state) => RateLimitState { remaining: state.remaining_burst_capacity(), retry_after: None },
            Err(until) => {
                let wait = until.wait_time_from(self.clock.now());
                RateLimitState { remaining: 0, retry_after: Some(wait.as_secs() + 1) }
            }
        }
    }

    /// `RateLimit`: the remaining requests, and the seconds until the whole quota is restored.
    fn field(&self, state: &RateLimitState) -> HeaderValue {
        let quota = self.quota.requests.get();
        let used = u128::from(quota.saturating_sub(state.remaining));
        let nanoseconds = (used * self.quota.window.as_nanos()).div_ceil(quota.into());
        let seconds = nanoseconds.div_ceil(1_000_000_000);
        let text = format!("\"default\";r={};t={seconds}", state.remaining);
        HeaderValue::try_from(text).unwrap_or_else(|_| unreachable!("visible ASCII"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_used_up_quota_rejects_and_reports() {
        let limiter = Limiter::new("3/60s".parse().unwrap());
        assert_eq!(limiter.policy, "\"default\";q=3;w=60");
        assert_eq!(Limiter::new("5/1500ms".parse().unwrap()).policy, "\"default\";q=5;w=2");
        let actor = |address: &str| Actor::from_address(address.parse().unwrap());
        let remaining: Vec<u32> = (0..3).map(|_| limiter.check(&actor("192.0.2.1")).remaining).collect();
        assert_eq!(remaining, [2, 1, 0]);
        let rejected = limiter.check(&actor("192.0.2.1"));
        assert!((19..=20).contains(&rejected.retry_after.unwrap()), "{:?}", rejected.retry_after);
        assert_eq!(limiter.field(&rejected), "\"default\";r=0;t=60");
        assert_eq!(limiter.check(&actor("192.0.2.2")).remaining, 2);
    }
}
