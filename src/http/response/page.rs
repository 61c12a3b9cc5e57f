//! A page of a list.

use std::borrow::Cow;

use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr, Schema, Type,
        schema::{ArrayBuilder, ObjectBuilder, SchemaType},
    },
};

use crate::http::limits::{MAX_CURSOR, MAX_PAGE};

/// A page of a list. In the document it is called after its entities: `ItemPage` of `ItemView`.
#[derive(Debug, Serialize)]
pub struct PageView<'a, V> {
    /// The entities.
    pub data: &'a [V],
    /// The cursor of the next page.
    pub next_cursor: Option<String>,
    /// The cursor of the previous page.
    pub prev_cursor: Option<String>,
}

impl<V: ToSchema> PartialSchema for PageView<'_, V> {
    fn schema() -> RefOr<Schema> {
        let nullable = || SchemaType::from_iter([Type::String, Type::Null]);
        let cursor = |description: &str| {
            cursor_schema(nullable()).description(Some(description)).max_length(Some(MAX_CURSOR))
        };
        let data = ArrayBuilder::new()
            .items(Ref::from_schema_name(V::name()))
            .max_items(Some(MAX_PAGE as usize))
            .description(Some("The entities of the page."));
        ObjectBuilder::new()
            .description(Some("A page of a list."))
            .property("data", data)
            .required("data")
            .property("next_cursor", cursor("The `cursor` of the next page; null on the last one."))
            .required("next_cursor")
            .property("prev_cursor", cursor("The `cursor` of the previous page; null on the first one."))
            .required("prev_cursor")
            .into()
    }
}

impl<V: ToSchema> ToSchema for PageView<'_, V> {
    fn name() -> Cow<'static, str> {
        let name = V::name();
        format!("{}Page", name.strip_suffix("View").unwrap_or(&name)).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((V::name().into(), V::schema()));
        V::schemas(schemas);
    }
}

/// What a cursor looks like.
pub fn cursor_schema(schema_type: impl Into<SchemaType>) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(schema_type).pattern(Some("^[A-Za-z0-9_-]+$"))
}
