//! The queries of more than one operation on items.

/// A query that returns items: the SQL around the list of columns, and the arguments.
macro_rules! query_item {
    (before: [$($before:tt)+], after: $after:tt, arguments: $($argument:tt)*) => {
        sqlx::query_as!(
            Item,
            $($before)+
                + r#"id, collection, name, status AS "status: Status", attributes AS "attributes: JsonText",
                     schema_version, version, created_at, updated_at, created_by, updated_by, deleted_at "#
                + $after,
            $($argument)*
        )
    };
    (before: $before:tt, $($rest:tt)*) => {
        query_item!(before: [$before], $($rest)*)
    };
}

/// A query that writes items, and returns them: the SQL in front of `RETURNING`, and the arguments.
macro_rules! write_items {
    (write: $write:tt, arguments: $($argument:tt)*) => {
        with_values!(
            query: query_as(Item,),
            written: $write + " RETURNING id, collection, name, status, attributes, schema_version, version,
                 created_at, updated_at, created_by, updated_by, deleted_at",
            of: "",
            then: r#"SELECT id AS "id!", collection AS "collection!", name AS "name!",
                 status AS "status!: Status", attributes AS "attributes!: JsonText", schema_version,
                 version AS "version!", created_at AS "created_at!", updated_at AS "updated_at!",
                 created_by, updated_by, deleted_at
                 FROM written"#,
            arguments: $($argument)*
        )
    };
}

/// A query that stores the values of indexed attributes with the items that it writes: a kind of
/// query, the SQL that returns the items `written`, a condition on the indexes, the SQL behind, and
/// the arguments.
///
/// No index of a B-tree has room for more than 2,704 bytes, and so no value has more: a number is
/// rounded to 340 decimal places, and a string ends after 200 characters. Rounding keeps an order,
/// but makes equal what is not. No value of an attribute is an error.
macro_rules! with_values {
    (
        query: $query:ident($($type:tt)*),
        written: $($written:literal)+ $(+ $more:literal)*,
        of: $of:literal,
        then: $then:literal,
        arguments: $($argument:tt)*
    ) => {
        sqlx::$query!(
            $($type)*
            "WITH written AS (" + $($written)+ $(+ $more)* + "), stored AS (
                 INSERT INTO item_values (item_id, index_id, type, number, text, flag, instant)
                 SELECT written.id, indexes.id, type,
                     CASE WHEN type = 'number' AND jsonb_typeof(value) = 'number' THEN
                         trim_scale(round(least(greatest(value::numeric, -1e310), 1e310), 340))
                     END,
                     CASE WHEN type = 'string' AND jsonb_typeof(value) = 'string' THEN
                         left(value #>> '{}', 200)
                     END,
                     CASE WHEN type = 'boolean' AND jsonb_typeof(value) = 'boolean' THEN value::boolean END,
                     CASE WHEN type = 'timestamp' AND jsonb_typeof(value) = 'string'
                         AND value #>> '{}' ~ '^(([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)-02-29)[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?([Zz]|[+-](0[0-9]|1[0-5]):[0-5][0-9])$'
                         THEN (value #>> '{}')::timestamptz
                     END
                 FROM written JOIN collection_indexes AS indexes ON indexes.collection = written.collection"
                + $of + "
                     CROSS JOIN LATERAL (
                         SELECT jsonb_path_query_first(attributes, json_path::jsonpath, '{}', true) AS value
                         OFFSET 0
                     ) AS found
                 ON CONFLICT (item_id, index_id) DO UPDATE SET
                     number = excluded.number, text = excluded.text, flag = excluded.flag,
                     instant = excluded.instant
                 WHERE (item_values.number, item_values.text, item_values.flag, item_values.instant)
                     IS DISTINCT FROM (excluded.number, excluded.text, excluded.flag, excluded.instant)
             )" + $then,
            $($argument)*
        )
    };
}
