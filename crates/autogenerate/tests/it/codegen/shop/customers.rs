/// Those who buy, with a comment that is so long that it has to be wrapped, because no line is
/// wider than a hundred columns.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow, autogenerate::Table)]
#[table(
    name = "customers",
    check(name = "customers_balance_check", "balance > 0"),
    unique(
        name = "named",
        columns = ["type", "first name"],
        include = ["self"],
        nulls_not_distinct,
        comment = "Once."
    ),
    index(
        name = "customers_lower_createdAt_self_idx",
        columns = ["lower(type)", r#""createdAt" DESC NULLS LAST"#],
        unique,
        include = ["self"],
        where = "self"
    )
)]
pub struct Customers {
    #[column(primary_key, identity)]
    pub id: i64,
    #[column(
        unique,
        comment = r#"Two
lines."#
    )]
    pub email: Option<super::types::Email>,
    #[column(collation = "C", default = "'new'::text")]
    pub r#type: String,
    #[column(type = "character varying(40)")]
    #[sqlx(rename = "first name")]
    pub first_name: Option<String>,
    #[column(default = "now()")]
    #[sqlx(rename = "createdAt")]
    pub created_at: sqlx::types::chrono::DateTime<sqlx::types::chrono::Utc>,
    #[sqlx(rename = "self")]
    pub self_: Option<bool>,
    #[column(type = "public.citext[]", default = "'{}'::public.citext[]")]
    pub tags: Vec<sqlx::postgres::types::PgCiText>,
    #[column(index, default = "'happy'::public.mood")]
    pub mood: super::types::Mood,
    pub addresses: Option<Vec<super::types::Address>>,
    // Note: sqlx has no type for tsvector of public.customers.words: select it as text.
    #[column(
        type = "tsvector",
        index(name = "customers_search", using = "gin", with = "fastupdate=off"),
        generated = "to_tsvector('english'::regconfig, type)"
    )]
    pub words: Option<String>,
    pub balance: Option<i64>,
}
