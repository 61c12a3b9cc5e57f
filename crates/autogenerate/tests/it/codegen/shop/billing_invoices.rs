#[derive(Debug, Clone, PartialEq, sqlx::FromRow, autogenerate::Table)]
#[table(
    name = "invoices",
    schema = "billing",
    primary_key(columns = ["number", "at"]),
    partition_by = "RANGE (at)",
    partition(name = "invoices_2026", values = "FROM ('2026-01-01') TO ('2027-01-01')"),
    partition(name = "invoices_rest", default)
)]
pub struct Invoices {
    #[column(default = "nextval('billing.numbers'::regclass)")]
    pub number: i32,
    #[column(
        references = "public.customers(id)",
        on_delete = "restrict",
        on_update = "cascade"
    )]
    pub customer: i64,
    pub rank: Option<super::types::Rank>,
    pub at: sqlx::types::chrono::NaiveDate,
    #[column(identity = "by default")]
    pub by: i32,
}
