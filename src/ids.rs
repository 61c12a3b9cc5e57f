//! Unpredictable ids: UUIDs of version 7 (RFC 9562 §5.7).
//!
//! `Uuid::now_v7` increments a counter within each millisecond. From two of its own ids, a client
//! could tell how many others the process generated in between, and guess all but 32 of their bits.

use std::time::SystemTime;

use uuid::{Timestamp, Uuid};

/// How many bits of an id are a fraction of its millisecond (§6.2, method 3): a quarter of a
/// microsecond. The 62 bits behind them are random.
const FRACTION_BITS: u8 = 12;
const NANOS_PER_MILLI: u32 = 1_000_000;

/// Generates an id. It sorts after all earlier ones, except those of the same quarter of a
/// microsecond.
#[must_use]
pub fn new_id() -> Uuid {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    let nanos = now.subsec_nanos();
    let fraction = ((nanos % NANOS_PER_MILLI) << FRACTION_BITS) / NANOS_PER_MILLI;
    Uuid::new_v7(Timestamp::from_unix_time(now.as_secs(), nanos, fraction.into(), FRACTION_BITS))
}

/// Generates `count` ids, in ascending order.
#[must_use]
pub fn new_ids(count: usize) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = (0..count).map(|_| new_id()).collect();
    ids.sort_unstable();
    ids
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use uuid::Variant;

    use super::*;

    #[test]
    fn ids_are_of_version_7_and_ascend_with_the_clock() {
        let before = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos();
        let ids: Vec<_> = (0..10_000).map(|_| new_id()).collect();
        let after = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos();
        // The time that an id contains.
        let time = |id: &Uuid| {
            assert_eq!((id.get_version_num(), id.get_variant()), (7, Variant::RFC4122));
            let (millis, fraction) = (id.as_u128() >> 80, (id.as_u128() >> 64) & 0xfff);
            millis * 1_000_000 + ((fraction * 1_000_000) >> FRACTION_BITS)
        };
        let times: Vec<u128> = ids.iter().map(time).collect();
        assert!(times.is_sorted() && before <= times[0] + 245 && times[9_999] <= after, "{before} {times:?}");
        assert!(new_ids(1_000).is_sorted());
    }

    #[test]
    fn an_id_tells_nothing_of_the_next_one() {
        let ids: Vec<u128> = (0..10_000).map(|_| new_id().as_u128()).collect();
        let differences: HashSet<u128> =
            ids.windows(2).map(|pair| pair[1].wrapping_sub(pair[0]) & ((1 << 62) - 1)).collect();
        assert_eq!(differences.len(), 9_999);
        // Each of the 62 bits is set in about half of them.
        for bit in 0..62 {
            let set = ids.iter().filter(|id| *id >> bit & 1 == 1).count();
            assert!((4_000..6_000).contains(&set), "bit {bit} is set in {set}");
        }
    }
}
