mod boundary;
mod compressing_proxy;
mod connections;
mod framing;
mod hostile;
mod idempotency;
mod limits;
mod strict;
