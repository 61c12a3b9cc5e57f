//! How many requests a client address may make (draft-ietf-httpapi-ratelimit-headers).

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    str::FromStr,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use axum::response::{IntoResponse, Response};
use governor::{
    RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DefaultKeyedStateStore,
};
use http::{HeaderName, HeaderValue, header::RETRY_AFTER};

use crate::http::problem::{self, Problem};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STATE: HeaderName = HeaderName::from_static("ratelimit");
/// After so many requests the addresses that have their whole quota again are forgotten.
const SWEEP_EVERY: u32 = 16_384;

/// So many requests in so much time, such as `100/60s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    requests: NonZeroU32,
    window: Duration,
}

impl FromStr for Quota {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str =
            "must be of the form REQUESTS/DURATION, such as 100/60s, of at least 1 request and 1 s";
        let (requests, window) = text.split_once('/').ok_or(FORM)?;
        let requests = requests.trim().parse().map_err(|_| FORM)?;
        let window = humantime::parse_duration(window.trim()).map_err(|_| FORM)?;
        if window < Duration::from_secs(1) { Err(FORM) } else { Ok(Self { requests, window }) }
    }
}

/// The quotas of all client addresses.
#[derive(Debug)]
pub struct Limiter {
    quota: Quota,
    policy: HeaderValue,
    states: RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, DefaultClock, StateInformationMiddleware>,
    clock: DefaultClock,
    since_sweep: AtomicU32,
}

/// What a client address has left.
struct Left {
    requests: u32,
    /// Seconds until the next request is admitted, where this one is not.
    wait: Option<u64>,
}

impl Limiter {
    /// A limiter in which every address has its whole quota.
    #[must_use]
    pub fn new(quota: Quota) -> Self {
        let policy = format!("\"default\";q={};w={}", quota.requests, quota.window.as_secs());
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

    /// Answers with 429 instead when the quota of a client address is used up, and tells every client where it stands.
    pub async fn limit(&self, address: IpAddr, answer: impl Future<Output = Response>) -> Response {
        let left = self.check(address);
        let mut response = match left.wait {
            None => answer.await,
            Some(seconds) => {
                Problem::new(&problem::TOO_MANY_REQUESTS, "The quota of this client address is used up.")
                    .with_header(RETRY_AFTER, HeaderValue::from(seconds))
                    .into_response()
            }
        };
        response.headers_mut().insert(POLICY, self.policy.clone());
        response.headers_mut().insert(STATE, self.state(&left));
        response
    }

    fn check(&self, address: IpAddr) -> Left {
        if self.since_sweep.fetch_add(1, Ordering::Relaxed) == SWEEP_EVERY {
            self.since_sweep.store(0, Ordering::Relaxed);
            self.states.retain_recent();
        }
        match self.states.check_key(&network(address)) {
            Ok(state) => Left { requests: state.remaining_burst_capacity(), wait: None },
            Err(until) => {
                let wait = until.wait_time_from(self.clock.now());
                Left { requests: 0, wait: Some(wait.as_secs() + 1) }
            }
        }
    }

    /// `RateLimit`: what is left, and the seconds until the whole quota is there again.
    fn state(&self, left: &Left) -> HeaderValue {
        let quota = self.quota.requests.get();
        let used = u128::from(quota.saturating_sub(left.requests));
        let nanoseconds = (used * self.quota.window.as_nanos()).div_ceil(quota.into());
        let seconds = nanoseconds.div_ceil(1_000_000_000);
        let text = format!("\"default\";r={};t={seconds}", left.requests);
        HeaderValue::try_from(text).unwrap_or_else(|_| unreachable!("visible ASCII"))
    }
}

/// Whose quota an address draws on: one subscriber has a whole /64 of IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_used_up_and_told() {
        let limiter = Limiter::new("3/60s".parse().unwrap());
        assert_eq!(limiter.policy, "\"default\";q=3;w=60");
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        let left: Vec<u32> = (0..3).map(|_| limiter.check(address).requests).collect();
        assert_eq!(left, [2, 1, 0]);
        let refused = limiter.check(address);
        assert!((19..=20).contains(&refused.wait.unwrap()), "{:?}", refused.wait);
        assert_eq!(limiter.state(&refused), "\"default\";r=0;t=60");
        assert_eq!(limiter.check("192.0.2.2".parse().unwrap()).requests, 2);
    }

    #[test]
    fn one_subscriber_of_ipv6_has_one_quota() {
        let network = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
    }

    #[test]
    fn a_quota_without_a_sense_is_refused() {
        for text in ["", "100", "0/60s", "100/0s", "100/10ms", "-1/60s", "a/b"] {
            assert!(text.parse::<Quota>().is_err(), "{text}");
        }
    }
}
