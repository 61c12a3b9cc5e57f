//! Scratch space: schemas and databases to try SQL in that leave nothing behind.
//!
//! Models are created there to be read back in PostgreSQL's canonical form, and plans run there
//! before they are written.
//!
//! - [`Scratch::schema`] is a schema in a transaction that is rolled back. It takes milliseconds,
//!   needs no right to create databases, and disappears with the connection, whatever happens to
//!   the process. `CONCURRENTLY` and other statements that cannot run inside a transaction do not
//!   work in it.
//! - [`Scratch::database`] is a database of its own. [`Scratch::close`] drops it, and so does
//!   dropping the [`Scratch`]. A command line that is interrupted only has to drop the future that
//!   does the work before it exits, as in
//!   `tokio::select! { done = work() => …, _ = ctrl_c() => … }`. The next [`Scratch::database`] on
//!   the same server drops what a killed process left behind.
//! - [`Scratch::at`] is an existing database, which is empty before and after.
//!
//! Dropping a [`Scratch::database`] blocks until the database is gone. In a single-threaded runtime
//! it may have to wait for a task that is opening another connection to the server; it gives up
//! after 20 seconds. [`Scratch::close`] does not block.

mod contents;
mod database;
mod error;
mod given;
mod guard;
mod session;
mod space;

pub use self::{error::Error, session::PREFIX, space::Scratch};
