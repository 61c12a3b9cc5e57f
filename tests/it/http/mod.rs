mod boundary;
mod compressing_proxy;
pub mod connections;
mod framing;
mod hostile;
mod http2;
mod idempotency;
mod limits;
mod strict;
