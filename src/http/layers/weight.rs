//! The memory that the content of bodies takes as values: up to 80 times their bytes.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::http::{
    limits::{MAX_VALUES, MEBIBYTE},
    response::problem::{Problem, UNAVAILABLE},
};

/// Up to this many bytes, a body is small, and needs no memory of its own here.
const SMALL: usize = 4 * 1024;
/// Above this many bytes, the values of a body are large.
const LARGE: usize = MEBIBYTE;

/// The memory that is left, in KiB: a quarter for bodies whose values are not large.
#[derive(Debug, Clone)]
pub struct Values([Arc<Semaphore>; 2]);

impl Values {
    pub fn new() -> Self {
        Self([MAX_VALUES / 4 * 3, MAX_VALUES / 4].map(|bytes| Arc::new(Semaphore::new(bytes / 1024))))
    }

    /// Waits for the memory that the values in a body need, or for all of it if they need more.
    pub async fn take(&self, body: &[u8], time: Duration) -> Result<Option<OwnedSemaphorePermit>, Problem> {
        if body.len() <= SMALL {
            return Ok(None);
        }
        let bytes = of_values(body);
        let [large, others] = &self.0;
        let (memory, most) = if bytes > LARGE { (large, MAX_VALUES / 4 * 3) } else { (others, LARGE) };
        let permits = u32::try_from(bytes.min(most) / 1024).unwrap_or(u32::MAX);
        let taken = timeout(time, Arc::clone(memory).acquire_many_owned(permits)).await;
        let full = || Problem::new(&UNAVAILABLE, "The values of other requests take all memory.");
        taken.ok().and_then(Result::ok).map(Some).ok_or_else(full)
    }
}

/// Estimates the memory of the values in a JSON text by the characters that begin or separate
/// them, and rather too high.
fn of_values(text: &[u8]) -> usize {
    let of_byte = |byte: &u8| match byte {
        b'{' => 256,
        b'[' => 64,
        b',' => 160,
        _ => 0,
    };
    text.iter().map(of_byte).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn bodies_wait_for_the_memory_of_their_values() {
        let values = Values::new();
        let take = async |body: &str| values.take(body.as_bytes(), Duration::from_secs(1)).await;
        let numbers = format!("[0{}]", ",0".repeat(500_000));
        let first = take(&numbers).await.unwrap();
        let _second = take(&numbers).await.unwrap();
        assert!(take(&numbers).await.is_err());
        assert!(take(&numbers[..10_000]).await.unwrap().is_some(), "it is not large");
        assert!(take(&numbers[..1000]).await.unwrap().is_none(), "it is small");
        drop(first);
        assert!(take(&numbers).await.is_ok());
    }

    #[tokio::test]
    async fn a_body_with_more_values_than_there_is_memory_gets_all_of_it() {
        let values = Values::new();
        let objects = "{},".repeat(1_000_000);
        let all = values.take(objects.as_bytes(), Duration::ZERO).await.unwrap();
        assert!(all.is_some());
        assert_eq!(values.0[0].available_permits(), 0);
    }
}
