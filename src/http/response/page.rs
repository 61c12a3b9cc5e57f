//! A page of a list.

use std::borrow::Cow;

use serde::Serialize;
use utoipa::{
    Number, PartialSchema, ToSchema,
    openapi::{
        KnownFormat, Ref, RefOr, Schema, SchemaFormat, Type,
        schema::{ArrayBuilder, ObjectBuilder, SchemaType},
    },
};

use crate::{
    http::limits::{MAX_CURSOR, MAX_PAGE},
    postgres::count::Total,
};

/// A page of a list. In the document it is called after its entities: `ItemPage` of `ItemView`.
#[derive(Debug, Serialize)]
pub struct PageView<'a, V> {
    /// The entities.
    data: &'a [V],
    /// The cursor of the next page.
    next_cursor: Option<String>,
    /// The cursor of the previous page.
    prev_cursor: Option<String>,
    /// The number of entities in the list, if the client prefers to know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    total_count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_count_exact: Option<bool>,
}

impl<'a, V> PageView<'a, V> {
    /// A page of these entities, between these cursors.
    pub fn new(
        data: &'a [V],
        next_cursor: Option<String>,
        prev_cursor: Option<String>,
        total: Option<Total>,
    ) -> Self {
        let total_count = total.map(|total| total.count);
        let total_count_exact = total.map(|total| total.is_exact);
        Self { data, next_cursor, prev_cursor, total_count, total_count_exact }
    }
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
            .property(
                "total_count",
                ObjectBuilder::new()
                    .schema_type(Type::Integer)
                    .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
                    .minimum(Some(Number::UInt(0)))
                    .description(Some(
                        "The number of entities in the list; only with `Prefer: count=exact`.",
                    )),
            )
            .property(
                "total_count_exact",
                ObjectBuilder::new().schema_type(Type::Boolean).description(Some(
                    "Whether they were counted; the number for a long list is an estimate.",
                )),
            )
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
