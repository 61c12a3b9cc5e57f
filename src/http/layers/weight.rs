//! The memory that the content of bodies takes as values: up to 310 times their bytes.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::{
    http::{
        limits::{MAX_VALUES, MEBIBYTE},
        response::problem::{Problem, UNAVAILABLE},
    },
    queue::{Client, Queue},
};

/// Up to this many bytes, a body is small, and needs no memory of its own here.
const SMALL: usize = 4 * 1024;
/// Above this many bytes, the values of a body are large.
const LARGE: usize = MEBIBYTE;

/// The memory for values: a quarter for bodies whose values are not large.
#[derive(Debug, Clone)]
pub struct Values([Memory; 2]);

#[derive(Debug, Clone)]
struct Memory {
    /// What is left, in KiB.
    left: Arc<Semaphore>,
    /// The one turn to wait for it.
    next: Queue,
}

impl Memory {
    fn new(bytes: usize) -> Self {
        Self { left: Arc::new(Semaphore::new(bytes / 1024)), next: Queue::new(1) }
    }

    async fn take(&self, client: Client, kibibytes: u32) -> Option<OwnedSemaphorePermit> {
        let _next = self.next.take(client).await;
        Arc::clone(&self.left).acquire_many_owned(kibibytes).await.ok()
    }
}

impl Values {
    pub fn new() -> Self {
        Self([MAX_VALUES / 4 * 3, MAX_VALUES / 4].map(Memory::new))
    }

    /// Waits for the memory that the values in a body need, or for all of it if they need more.
    pub async fn take(
        &self,
        client: Client,
        body: &[u8],
        time: Duration,
    ) -> Result<Option<OwnedSemaphorePermit>, Problem> {
        if body.len() <= SMALL {
            return Ok(None);
        }
        let bytes = of_values(body);
        let [large, others] = &self.0;
        let (memory, most) = if bytes > LARGE { (large, MAX_VALUES / 4 * 3) } else { (others, LARGE) };
        let kibibytes = u32::try_from(bytes.min(most) / 1024).unwrap_or(u32::MAX);
        let taken = timeout(time, memory.take(client, kibibytes)).await.ok().flatten();
        let full = || Problem::new(&UNAVAILABLE, "The values of requests in progress take all memory.");
        taken.map(Some).ok_or_else(full)
    }
}

/// Estimates the memory of the values in a JSON text by the characters that begin or separate
/// them, and rather too high: a value takes 72 bytes and an allocation, a new array has space for
/// four, and a new object for three and their names.
fn of_values(text: &[u8]) -> usize {
    let of_byte = |byte: &u8| match byte {
        b'{' => 450,
        b'[' => 310,
        b',' => 180,
        b':' => 100,
        _ => 0,
    };
    text.iter().map(of_byte).sum()
}

#[cfg(test)]
mod tests {
    use tokio::{sync::Mutex, time::sleep};

    use super::*;
    use crate::actor::Actor;

    #[tokio::test(start_paused = true)]
    async fn bodies_wait_for_the_memory_of_their_values() {
        let values = Values::new();
        let take = async |body: &str| values.take(None, body.as_bytes(), Duration::from_secs(1)).await;
        let numbers = format!("[0{}]", ",0".repeat(500_000));
        let first = take(&numbers).await.unwrap();
        let _second = take(&numbers).await.unwrap();
        assert!(take(&numbers).await.is_err());
        assert!(take(&numbers[..10_000]).await.unwrap().is_some(), "it is not large");
        assert!(take(&numbers[..1000]).await.unwrap().is_none(), "it is small");
        drop(first);
        assert!(take(&numbers).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn clients_wait_for_memory_in_rounds() {
        let (values, objects) = (Values::new(), "{},".repeat(1_000_000));
        let order = Mutex::new(Vec::new());
        let take = async |client: u8| {
            let actor = Some(Actor::from_name(&[client]));
            let taken = values.take(actor, objects.as_bytes(), Duration::from_secs(10)).await;
            order.lock().await.push(client);
            sleep(Duration::from_secs(1)).await;
            drop(taken);
        };
        tokio::join!(take(1), take(1), take(1), take(1), take(2), take(2));
        assert_eq!(order.into_inner(), [1, 1, 1, 2, 1, 2]);
    }

    #[tokio::test]
    async fn a_body_with_more_values_than_there_is_memory_gets_all_of_it() {
        let values = Values::new();
        let objects = "{},".repeat(1_000_000);
        let all = values.take(None, objects.as_bytes(), Duration::ZERO).await.unwrap();
        assert!(all.is_some());
        assert_eq!(values.0[0].left.available_permits(), 0);
    }
}
