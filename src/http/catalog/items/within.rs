//! Which items a list contains for whom.

use super::queries::ItemFilterQuery;
use crate::{
    access::Action,
    app::App,
    error::Fault,
    http::{request::access::Access, response::problem::Problem},
    postgres::catalog::{
        models::{ItemFilter, Within},
        operations::collection::{self, MAX_WITHIN},
    },
};

/// The filter of a list, restricted to what the actor may read.
///
/// # Errors
///
/// 400 if the actor may read too many collections to list them together.
pub async fn restrict(app: &App, access: &Access, query: &ItemFilterQuery) -> Result<ItemFilter, Problem> {
    let scope = access.scope(Action::Read);
    if scope.is_all() {
        return Ok(query.to_filter(Within::All));
    }
    let mut conn = app.database.connection().await?;
    let within = collection::within(&mut conn, scope, query.collection()).await?;
    conn.release();
    if matches!(&within, Within::Of(keys) if keys.len() > MAX_WITHIN as usize) {
        let detail =
            format!("is required to list items of more than {MAX_WITHIN} collections without read:*");
        return Err(Problem::malformed(vec![Fault::parameter("collection", "required", detail)]));
    }
    Ok(query.to_filter(within))
}
