//! Places to try SQL in that leave nothing behind: models are created there to be read back in PostgreSQL's own words,
//! and plans are run there before they are written.
//!
//! - [`Scratch::schema`] is a schema in a transaction that is rolled back. It takes milliseconds and no right to create
//!   databases, and it is gone when the connection is, whatever happens to the process. `CONCURRENTLY` and other
//!   statements that want no transaction cannot run in it.
//! - [`Scratch::database`] is a database of its own, dropped by [`Scratch::close`], and also when a [`Scratch`] is
//!   dropped without it: so a command line that is interrupted only has to drop the future that does its work, as in
//!   `tokio::select! { done = work() => …, _ = ctrl_c() => … }`, before it ends. What a killed process leaves is dropped
//!   by the next [`Scratch::database`] on the same server.
//!   Dropping blocks until the database is gone; in a runtime of one thread it may have to wait for a task that is just
//!   opening another connection to the server, and gives up after 20 seconds. [`Scratch::close`] does not.
//! - [`Scratch::at`] is a database that a person gave, empty before and after.

mod contents;
mod database;
mod error;
mod given;
mod guard;
mod space;
mod session;

pub use self::{error::Error, space::Scratch, session::PREFIX};
