//! Which items a list contains for whom.

use super::{queries::ItemFilterQuery, types};
use crate::{
    access::Action,
    app::App,
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
/// 400 if the schema of the collection rules out a comparison of the filter, or if the actor may
/// read too many collections to list them together; 422 instead in a QUERY.
pub async fn restrict(app: &App, access: &Access, query: &ItemFilterQuery) -> Result<ItemFilter, Problem> {
    let scope = access.scope(Action::Read);
    if let Some((key, text)) = query.attribute_filter() {
        let mut conn = app.database.connection().await?;
        let known = types::last(&app.schemas, &mut conn, scope, key).await?;
        conn.release();
        if let Some(known) = known {
            types::parse_filter(text, &known)
                .map_err(|error| query.reject("filter", "filter", error.to_string()))?;
        }
    }
    if scope.is_all() {
        return Ok(query.to_filter(Within::All));
    }
    let mut conn = app.database.connection().await?;
    let within = collection::within(&mut conn, scope, query.collection()).await?;
    conn.release();
    if matches!(&within, Within::Of(keys) if keys.len() > MAX_WITHIN as usize) {
        let detail =
            format!("is required to list items of more than {MAX_WITHIN} collections without read:*");
        return Err(query.reject("collection", "required", detail));
    }
    Ok(query.to_filter(within))
}
