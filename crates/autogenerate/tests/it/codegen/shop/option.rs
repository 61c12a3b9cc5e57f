#[derive(Debug, Clone, PartialEq, sqlx::FromRow, autogenerate::Table)]
#[table(
    name = "option",
    exclude(
        name = "option_during_excl",
        using = "gist",
        elements = ["during WITH &&"],
        where = "id > 7"
    ),
    foreign_key(
        columns = ["invoice", "invoice_at"],
        references = "billing.invoices(number, at)",
        on_delete = "set null",
        match_full
    ),
    unlogged,
    with = "fillfactor=70"
)]
pub struct OptionRow {
    #[column(primary_key, default = "nextval('public.option_id_seq'::regclass)")]
    pub id: i32,
    pub invoice: Option<i32>,
    pub invoice_at: Option<sqlx::types::chrono::NaiveDate>,
    #[column(references = "customers(id)", initially_deferred)]
    pub customer: Option<i64>,
    pub during: Option<
        sqlx::postgres::types::PgRange<sqlx::types::chrono::DateTime<sqlx::types::chrono::Utc>>,
    >,
    #[column(type = "timestamp(0) without time zone")]
    pub at: Option<sqlx::types::chrono::NaiveDateTime>,
    pub way: Option<sqlx::postgres::types::PgPath>,
    #[column(type = "json")]
    pub raw: Option<sqlx::types::JsonValue>,
}
