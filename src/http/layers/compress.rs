//! Large responses are compressed on threads of their own, a few at once, so that they do not hold
//! up other requests.

use std::sync::Arc;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::header::CONTENT_ENCODING;
use http_body::Body as _;
use http_body_util::BodyExt;
use tokio::{runtime::Handle, sync::Semaphore, task};

use crate::http::response::problem::{INTERNAL, Problem};

/// Above this many bytes, a response is large.
const LARGE: u64 = 16 * 1024;

/// How many large responses are compressed at once.
pub const TURNS: usize = 2;

/// Marks a large response that is in memory.
#[derive(Debug, Clone, Copy)]
struct Large;

/// Marks a response before it is compressed: afterwards, its length is not known.
pub fn mark(mut response: Response) -> Response {
    if response.body().size_hint().exact().is_some_and(|length| length > LARGE) {
        response.extensions_mut().insert(Large);
    }
    response
}

/// Compresses the whole body of a large response, whose coding is chosen.
pub async fn compress<E>(
    response: impl Future<Output = Result<Response, E>>,
    turns: Arc<Semaphore>,
) -> Result<Response, E> {
    let mut response = response.await?;
    let is_large = response.extensions_mut().remove::<Large>().is_some();
    if !is_large || !response.headers().contains_key(CONTENT_ENCODING) {
        return Ok(response);
    }
    let turn = turns.acquire_owned().await;
    let (parts, body) = response.into_parts();
    let runtime = Handle::current();
    let compressing = task::spawn_blocking(move || {
        let body = runtime.block_on(body.collect());
        drop(turn);
        body
    });
    Ok(match compressing.await {
        Ok(Ok(body)) => Response::from_parts(parts, Body::from(body.to_bytes())),
        _ => Problem::new(&INTERNAL, "The response could not be compressed.").into_response(),
    })
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, future::ready, pin::pin, time::Duration};

    use tokio::time::timeout;

    use super::*;

    async fn compressed(length: usize, coding: Option<&str>, turns: &Arc<Semaphore>) -> Response {
        let mut response = mark(Body::from(vec![b' '; length]).into_response());
        response.headers_mut().extend(coding.map(|coding| (CONTENT_ENCODING, coding.parse().unwrap())));
        compress(ready(Ok::<_, Infallible>(response)), Arc::clone(turns)).await.unwrap()
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
