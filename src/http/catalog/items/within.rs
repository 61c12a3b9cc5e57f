//! Which items a list contains for whom.

use super::queries::ItemFilterQuery;
use crate::{
    access::Action,
    app::App,
    error::{Error, Fault},
    http::{request::access::Access, response::problem::Problem},
    postgres::catalog::{
        models::{ItemFilter, ItemSort, Within},
        operations::collection::{self, MAX_WITHIN},
    },
};

/// The filter of a list, restricted to what the actor may read.
///
/// # Errors
///
/// 400 if the actor may read too many collections to list them together; 403 for an order that only
/// an index of all items has.
pub async fn restrict(
    app: &App,
    access: &Access,
    query: &ItemFilterQuery,
    sort: ItemSort,
) -> Result<ItemFilter, Problem> {
    let scope = access.scope(Action::Read);
    if scope.is_all() {
        return Ok(query.to_filter(Within::All));
    }
    if sort == ItemSort::Name {
        return Err(Error::Forbidden { grant: "read:*".into() }.into());
    }
    let mut conn = app.database.connection().await?;
    let within = collection::within(&mut conn, scope, query.collection()).await?;
    conn.release();
    if matches!(&within, Within::Of(keys) if keys.len() > MAX_WITHIN) {
        let detail =
            format!("is required to list items of more than {MAX_WITHIN} collections without read:*");
        return Err(Problem::malformed(vec![Fault::parameter("collection", "required", detail)]));
    }
    Ok(query.to_filter(within))
}
