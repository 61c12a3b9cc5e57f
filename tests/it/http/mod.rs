mod boundary;
mod compressing_proxy;
mod connections;
mod hostile;
mod idempotency;
mod limits;
mod strict;
