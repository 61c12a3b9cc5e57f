//! The extractor of every handler.
//!
//! A request is read in parts, and all faults of a part are reported at once: the media type of its
//! body (415), its head (400), then its body (400, 422).

use std::{
    sync::{Arc, LazyLock},
    thread::available_parallelism,
};

use axum::extract::{FromRequest, FromRequestParts, RawPathParams, Request};
use http::request::Parts;
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    task::block_in_place,
};

use super::{
    access,
    body::{FromBody, HeadOnly, ReceivedBody, Unread},
    head::{FromHead, Head},
    media_type::require_media_type,
    query::Parameters,
    query_content::{self, Queried},
};
use crate::{
    app::App,
    http::response::problem::Problem,
    postgres::request::{client, unwatched},
    queue::Queue,
};

/// Above this many bytes, the work takes longer than handing the runtime to another thread.
pub const LONG: usize = 64 * 1024;

/// Turns for long work: as much is done at once as there are processors.
static LONG_WORK: LazyLock<Queue> =
    LazyLock::new(|| Queue::new(available_parallelism().map_or(1, usize::from)));

/// A request whose head is a valid `H` and whose body is a valid `B`.
#[derive(Debug)]
pub struct Valid<H, B = Unread>(pub H, pub B);

impl<H: FromHead + Send, B: FromBody<H>> FromRequest<Arc<App>> for Valid<H, B> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let (mut parts, _) = request.into_parts();
        let is_query = parts.extensions.get::<Queried>().is_some();
        let types = if is_query { query_content::MEDIA_TYPES } else { B::MEDIA_TYPES };
        let media_type = require_media_type(&parts, types)?;
        access::renew(&mut parts.extensions, app).await?;
        let path = RawPathParams::from_request_parts(&mut parts, app).await.ok();
        let ReceivedBody(body) = parts.extensions.remove().unwrap_or_default();
        if is_query {
            let parameters = read_query(&parts, &body).await?;
            parts.extensions.insert(parameters);
        }
        let mut head = Head { parts, path, body, faults: Vec::new() };
        let Some(valid) = H::from_head(&mut head, app).await.filter(|_| head.faults.is_empty()) else {
            let problem = if is_query { query_content::problem } else { Problem::malformed };
            return Err(problem(head.faults));
        };
        if let Some(head_only) = head.parts.extensions.get::<HeadOnly>() {
            head_only.accept();
            return Err(Problem::malformed(Vec::new()));
        }
        let is_long = B::IS_LABORIOUS || head.body.len() > LONG;
        let _turn = if is_long { Some(LONG_WORK.take(client()).await) } else { None };
        let work = if is_long { usize::MAX } else { 0 };
        let body = off_runtime(work, || B::from_body(media_type, &head.body, &valid))?;
        Ok(Self(valid, body))
    }
}

/// Reads the content of a QUERY: if it is long, as other long work.
async fn read_query(parts: &Parts, content: &[u8]) -> Result<Parameters, Problem> {
    let _turn = if content.len() > LONG { Some(LONG_WORK.take(client()).await) } else { None };
    off_runtime(content.len(), || query_content::parse_parameters(parts, content))
}

/// Runs work that takes long, for which other requests do not wait. Little of it runs at once: a
/// value of many small parts takes many times its length.
pub async fn at_length<T>(work: impl FnOnce() -> T) -> T {
    let _turn = unwatched(LONG_WORK.take(client())).await;
    off_runtime(usize::MAX, work)
}

/// Runs work on this many bytes. If it is long, other requests do not wait for it.
pub fn off_runtime<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    let is_threaded = Handle::current().runtime_flavor() == RuntimeFlavor::MultiThread;
    if bytes > LONG && is_threaded { block_in_place(work) } else { work() }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{Mutex, mpsc},
        time::Duration,
    };

    use futures_util::FutureExt;
    use tokio::sync::oneshot;

    use super::*;
    use crate::{actor::Actor, postgres::request::settled};

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn other_requests_do_not_wait_for_long_work() {
        let (started, start) = oneshot::channel();
        let (sender, receiver) = mpsc::channel();
        let work = move || {
            started.send(()).unwrap();
            receiver.recv_timeout(Duration::from_secs(10))
        };
        let work = tokio::spawn(at_length(work));
        start.await.unwrap();
        tokio::spawn(async move { sender.send(()) }).await.unwrap().unwrap();
        assert_eq!(work.await.unwrap(), Ok(()));
    }

    #[tokio::test]
    async fn clients_do_long_work_in_rounds() {
        let mut turns = Vec::new();
        for _ in 0..available_parallelism().map_or(1, usize::from) {
            turns.push(LONG_WORK.take(None).await);
        }
        let (parts, ()) = Request::new(()).into_parts();
        let contents = [b"{}".to_vec(), format!("{{\"q\":\"{}\"}}", "x".repeat(LONG)).into_bytes()];
        let queries = contents.each_ref().map(|content| Box::pin(read_query(&parts, content)));
        let reads = queries.map(|query| query.now_or_never().is_some());
        assert_eq!(reads, [true, false], "a long QUERY has no turn");
        let order = Mutex::new(Vec::new());
        let work = async |client: u8| {
            let actor = Some(Actor::from_name(&[client]));
            settled(actor, at_length(|| order.lock().unwrap().push(client))).await.unwrap();
        };
        tokio::join!(work(1), work(1), work(1), work(2), async { drop(turns.pop()) });
        assert_eq!(order.into_inner().unwrap(), [1, 2, 1, 1]);
    }
}
