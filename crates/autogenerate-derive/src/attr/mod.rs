//! From attributes to the tree.

mod column;
mod enumeration;
mod sqlx;
mod table;

use proc_macro2::Span;

pub use self::{enumeration::enumeration, sqlx::Sqlx, table::table};
use crate::{args::Args, ast::Deferral, errors::Errors};

/// `deferrable` and `initially_deferred`, which implies it.
fn deferral(args: &mut Args, errors: &mut Errors) -> (Deferral, Option<Span>) {
    let deferrable = args.flag("deferrable", errors);
    match args.flag("initially_deferred", errors) {
        Some(span) => (Deferral::Deferred, Some(span)),
        None => (deferrable.map_or(Deferral::No, |_| Deferral::Deferrable), deferrable),
    }
}
