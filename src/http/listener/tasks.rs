//! The tasks of HTTP/2 streams.

use hyper::rt::Executor;
use tokio_util::sync::CancellationToken;

tokio::task_local! {
    static RESET: CancellationToken;
}

/// Runs each stream in a task, and resets it when its token is cancelled: h2 does that with a
/// stream that is dropped.
#[derive(Debug, Clone, Copy)]
pub struct Tasks;

impl<F> Executor<F> for Tasks
where
    F: Future<Output: Send> + Send + 'static,
{
    fn execute(&self, stream: F) {
        let reset = CancellationToken::new();
        tokio::spawn(async move { reset.run_until_cancelled(RESET.scope(reset.clone(), stream)).await });
    }
}

/// What resets the stream whose task this is; `None` in HTTP/1.
pub fn reset() -> Option<CancellationToken> {
    RESET.try_with(Clone::clone).ok()
}
