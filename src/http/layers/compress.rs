//! Responses in memory are compressed before they are sent, so that a slow client does not hold
//! the memory of an encoder. Large ones are compressed on threads of their own, a few at once,
//! so that they do not delay other requests.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    sync::Arc,
    time::Duration,
};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use futures_util::future::{BoxFuture, Either};
use http::header::CONTENT_ENCODING;
use http_body::Body as _;
use http_body_util::BodyExt;
use tokio::{runtime::Handle, task, time::timeout};

use super::coding::{self, Chosen};
use crate::{
    http::response::problem::{INTERNAL, Problem},
    queue::{Queue, Turn},
};

/// Above this many bytes, a response is large.
const LARGE: u64 = 16 * 1024;

/// How many large responses are compressed at once.
pub const TURNS: usize = 2;

/// How long a response waits to be compressed. Then it is sent uncompressed, unless its client
/// does not accept that.
const PATIENCE: Duration = Duration::from_secs(1);

/// Marks a response that is in memory, with its turn if it is large.
#[derive(Debug, Clone)]
struct InMemory(Option<Arc<Turn>>);

/// A response that is ready, or will be. Most are, and pass without an allocation.
type Responding =
    Either<Ready<Result<Response, Infallible>>, BoxFuture<'static, Result<Response, Infallible>>>;

/// Waits for the turn of a large response, before it gets an encoder.
pub fn await_turn(mut response: Response, turns: &Queue) -> Responding {
    let chosen: Option<Chosen> = response.extensions().get().cloned();
    match chosen.zip(response.body().size_hint().exact()) {
        Some((chosen, length)) if length > LARGE => {
            return Either::Right(Box::pin(take_turn(response, chosen, turns.clone())));
        }
        Some(_) => {
            response.extensions_mut().insert(InMemory(None));
        }
        None => {}
    }
    Either::Left(ready(Ok(response)))
}

async fn take_turn(mut response: Response, chosen: Chosen, turns: Queue) -> Result<Response, Infallible> {
    let patience = if chosen.is_required { Duration::MAX } else { PATIENCE };
    match timeout(patience, turns.take(chosen.client)).await {
        Ok(turn) => {
            response.extensions_mut().insert(InMemory(Some(Arc::new(turn))));
        }
        Err(_) => coding::leave_plain(&mut response),
    }
    Ok(response)
}

/// Compresses the whole body of a response in memory, which has its encoder.
pub fn compress(mut response: Response) -> Responding {
    let in_memory = response.extensions_mut().remove::<InMemory>();
    match in_memory.filter(|_| response.headers().contains_key(CONTENT_ENCODING)) {
        Some(InMemory(turn)) => Either::Right(Box::pin(compress_whole(response, turn))),
        None => Either::Left(ready(Ok(response))),
    }
}

async fn compress_whole(response: Response, turn: Option<Arc<Turn>>) -> Result<Response, Infallible> {
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
    use std::pin::pin;

    use axum::extract::Request;
    use http::header::{ACCEPT_ENCODING, VARY};
    use tokio::sync::Mutex;
    use tower::{ServiceBuilder, ServiceExt, service_fn};

    use super::*;
    use crate::{actor::Actor, http::layers::around::AroundLayer};

    /// A body of this length as the layers send it to a client that accepts these codings.
    async fn sent(length: usize, codings: &'static str, turns: &Queue) -> Response {
        let turns = turns.clone();
        let service = ServiceBuilder::new()
            .layer(AroundLayer(coding::negotiate))
            .and_then(compress)
            .map_response(coding::tag)
            .layer(coding::EncodeLayer)
            .and_then(move |response| await_turn(response, &turns))
            .layer(AroundLayer(|request: &mut Request| Ok(coding::mark(request))))
            .service(service_fn(move |_| ready(Ok(Body::from(vec![b' '; length]).into_response()))));
        let mut request = Request::new(Body::empty());
        request.headers_mut().insert(ACCEPT_ENCODING, codings.parse().unwrap());
        service.oneshot(request).await.unwrap()
    }

    fn is_compressed(response: &Response) -> bool {
        response.headers().contains_key(CONTENT_ENCODING)
    }

    #[tokio::test(start_paused = true)]
    async fn large_responses_are_compressed_in_turns_and_others_at_once() {
        let turns = Queue::new(1);
        let turn = turns.try_take(None);
        assert!(is_compressed(&sent(2000, "br", &turns).await));
        assert!(!is_compressed(&sent(100_000, "identity", &turns).await));
        let mut waiting = pin!(sent(100_000, "br", &turns));
        assert!(timeout(PATIENCE / 2, &mut waiting).await.is_err());
        drop(turn);
        assert!(is_compressed(&waiting.await));
        assert!(turns.try_take(None).is_some());
    }

    #[tokio::test]
    async fn large_responses_vary_whatever_their_coding() {
        for codings in ["br", "identity", "*", "zstd;q=0"] {
            for (length, vary) in [(2000, Some("accept-encoding")), (1000, None)] {
                let response = sent(length, codings, &Queue::new(1)).await;
                let fields: Vec<_> = response.headers().get_all(VARY).iter().collect();
                assert_eq!(fields, Vec::from_iter(vary), "{length} bytes, {codings}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_response_without_a_turn_is_sent_as_it_is_if_it_may_be() {
        let turns = Queue::new(1);
        let turn = turns.try_take(None);
        let response = sent(100_000, "br", &turns).await;
        assert!(!is_compressed(&response) && response.headers()[VARY] == "accept-encoding");
        assert_eq!(response.into_body().size_hint().exact(), Some(100_000));
        let mut waiting = pin!(sent(100_000, "br, identity;q=0", &turns));
        assert!(timeout(2 * PATIENCE, &mut waiting).await.is_err());
        drop(turn);
        assert!(is_compressed(&waiting.await));
    }

    #[tokio::test(start_paused = true)]
    async fn clients_wait_in_rounds() {
        let (turns, order) = (Queue::new(1), Mutex::new(Vec::new()));
        let turn = turns.try_take(None);
        let take = async |client: u8| {
            let mut response = Body::from(vec![b' '; 100_000]).into_response();
            let actor = Some(Actor::from_name(&[client]));
            response.extensions_mut().insert(Chosen { is_required: true, client: actor });
            let _turn = await_turn(response, &turns).await;
            order.lock().await.push(client);
        };
        tokio::join!(take(1), take(1), take(1), take(2), async { drop(turn) });
        assert_eq!(order.into_inner(), [1, 2, 1, 1]);
    }
}
