mod boundary;
mod compressing_proxy;
mod hostile;
mod idempotency;
mod limits;
mod strict;
