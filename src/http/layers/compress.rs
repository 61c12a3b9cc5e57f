//! Responses in memory are compressed before they are sent, so that a slow client does not hold
//! the memory of an encoder. Large ones are compressed on threads of their own, a few at once,
//! so that they do not delay other requests.

use std::{convert::Infallible, sync::Arc};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::header::CONTENT_ENCODING;
use http_body::Body as _;
use http_body_util::BodyExt;
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    task,
};

use super::coding;
use crate::http::response::problem::{INTERNAL, Problem};

/// Above this many bytes, a response is large.
const LARGE: u64 = 16 * 1024;

/// How many large responses are compressed at once.
pub const TURNS: usize = 2;

/// Marks a response that is in memory, with its turn if it is large.
#[derive(Debug, Clone)]
struct InMemory(Option<Arc<OwnedSemaphorePermit>>);

/// Waits for the turn of a large response, before it gets an encoder.
pub async fn await_turn(mut response: Response, turns: Arc<Semaphore>) -> Result<Response, Infallible> {
    if coding::is_chosen(&response)
        && let Some(length) = response.body().size_hint().exact()
    {
        let turn = if length > LARGE { turns.acquire_owned().await.ok().map(Arc::new) } else { None };
        response.extensions_mut().insert(InMemory(turn));
    }
    Ok(response)
}

/// Compresses the whole body of a response in memory, which has its encoder.
pub async fn compress(mut response: Response) -> Result<Response, Infallible> {
    let in_memory = response.extensions_mut().remove::<InMemory>();
    let Some(InMemory(turn)) = in_memory.filter(|_| response.headers().contains_key(CONTENT_ENCODING)) else {
        return Ok(response);
    };
    let (parts, body) = response.into_parts();
    let compressed = if turn.is_some() {
        let runtime = Handle::current();
        let compressing = task::spawn_blocking(move || {
            let body = runtime.block_on(body.collect());
            drop(turn);
            body
        });
        compressing.await.ok().and_then(Result::ok)
    } else {
        body.collect().await.ok()
    };
    Ok(match compressed {
        Some(body) => Response::from_parts(parts, Body::from(body.to_bytes())),
        None => Problem::new(&INTERNAL, "The response could not be compressed.").into_response(),
    })
}

#[cfg(test)]
mod tests {
    use std::{pin::pin, time::Duration};

    use axum::extract::Request;
    use http::header::ACCEPT_ENCODING;
    use tokio::time::timeout;

    use super::*;
    use crate::http::layers::around::Pending;

    /// What the layers do with a body of this length, for a client that accepts this coding.
    async fn compressed(length: usize, coding: Option<&str>, turns: &Arc<Semaphore>) -> Response {
        let mut request = Request::new(Body::empty());
        request.headers_mut().extend(coding.map(|coding| (ACCEPT_ENCODING, coding.parse().unwrap())));
        coding::negotiate(&mut request).unwrap();
        let mut response = Body::from(vec![b' '; length]).into_response();
        coding::mark(&request).complete(&mut response);
        let mut response = await_turn(response, Arc::clone(turns)).await.unwrap();
        response.headers_mut().extend(coding.map(|coding| (CONTENT_ENCODING, coding.parse().unwrap())));
        compress(response).await.unwrap()
    }

    #[tokio::test]
    async fn large_responses_are_compressed_in_turns_and_others_at_once() {
        let turns = Arc::new(Semaphore::new(0));
        compressed(100, Some("br"), &turns).await;
        compressed(100_000, None, &turns).await;
        let mut waiting = pin!(compressed(100_000, Some("br"), &turns));
        assert!(timeout(Duration::from_millis(50), &mut waiting).await.is_err());
        turns.add_permits(1);
        let body = waiting.await.into_body();
        assert_eq!(body.size_hint().exact(), Some(100_000));
        assert_eq!(turns.available_permits(), 1);
    }
}
