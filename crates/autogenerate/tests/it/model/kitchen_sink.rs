//! Models that use every attribute.

use autogenerate::{
    Enum, SqlType, Table,
    model::{Metadata, SequenceModel},
    schema::{ConstraintKind, Name, Schema},
};
use sqlx::{
    postgres::types::{PgInterval, PgRange},
    types::{
        Json, Uuid,
        chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc},
    },
};

use super::made;
use crate::support::Database;

/// How far an order is.
#[derive(Enum, sqlx::Type)]
#[sqlx(type_name = "progress", rename_all = "snake_case")]
enum Progress {
    Open,
    InTransit,
    #[sqlx(rename = "all done")]
    Done,
}

#[derive(Enum, sqlx::Type)]
#[sqlx(type_name = "varchar", rename_all = "lowercase")]
#[enumeration(type = "varchar(20)")]
enum Colour {
    Red,
    #[sqlx(rename = "it's blue")]
    Blue,
}

#[derive(SqlType, sqlx::Type)]
#[sqlx(transparent)]
struct CustomerId(Uuid);

#[derive(SqlType, sqlx::Type)]
#[sqlx(transparent)]
#[sql_type(type = "varchar(320)")]
struct Email(String);

#[derive(SqlType, sqlx::Type)]
#[repr(i16)]
enum Rank {
    Low = 1,
    High = 2,
}

/// Who orders.
///
/// And more of it, which is no comment.
#[derive(Table)]
#[table(
    name = "customers",
    unique(name = "customers_email_name", columns = ["email", "name"], nulls_not_distinct, comment = "Once each."),
    index(columns = ["lower(name)", "seen DESC NULLS LAST"], where = "email IS NOT NULL", with = "fillfactor=70"),
    index(columns = ["attributes jsonb_path_ops"], using = "gin", comment = "For containment."),
    check(name = "customers_name_check", "char_length(name) BETWEEN 1 AND 200"),
    column(name = "words", type = "tsvector", generated = "to_tsvector('simple', name)", comment = "Not read."),
    index(columns = ["words"], using = "gin"),
    with = "fillfactor=80, autovacuum_enabled=false"
)]
#[expect(dead_code, reason = "only its description is used")]
struct Customer {
    /// What they are
    /// known by.
    #[column(primary_key, default = "gen_random_uuid()")]
    id: CustomerId,
    #[column(collation = "C")]
    name: String,
    #[column(unique(deferrable), index(name = "customers_by_email", using = "hash"))]
    email: Option<Email>,
    rank: Rank,
    #[column(default = "'{}'")]
    attributes: Json<Vec<u8>>,
    #[sqlx(rename = "seen")]
    last_seen: Option<DateTime<Utc>>,
    #[sqlx(json(nullable))]
    notes: Option<Vec<String>>,
    avatar: Vec<u8>,
    tags: Vec<String>,
    colours: Vec<Colour>,
    favourite: Option<Colour>,
    born: NaiveDate,
    wakes: NaiveTime,
    local: NaiveDateTime,
    patience: PgInterval,
    #[column(type = "numeric(10, 2)", default = "0", check(name = "not_poor", "balance >= 0"))]
    balance: std::num::Wrapping<i32>,
    #[column(skip)]
    cache: std::cell::Cell<u8>,
}

#[derive(Table)]
#[table(
    name = "orders",
    unlogged,
    primary_key(name = "orders_key", columns = ["customer", "number"]),
    foreign_key(
        columns = ["parent_customer", "parent_number"], references = "orders", match_full,
        on_delete = "cascade", on_update = "restrict", initially_deferred
    ),
    exclude(using = "gist", elements = ["during WITH &&"], where = "progress <> 'open'"),
    index(columns = ["progress", "number DESC"], include = ["total"], unique)
)]
#[expect(dead_code, reason = "only its description is used")]
struct Order {
    #[column(references = "customers(id)", on_delete = "restrict", index)]
    customer: CustomerId,
    #[column(identity = "by default")]
    number: i64,
    parent_customer: Option<CustomerId>,
    parent_number: Option<i64>,
    #[column(default = "'open'")]
    progress: Progress,
    past: Vec<Progress>,
    during: PgRange<DateTime<Utc>>,
    quantity: i32,
    price: f64,
    #[column(generated = "quantity * price")]
    total: Option<f64>,
    #[column(default = "nextval('invoices')")]
    r#type: i64,
}

#[derive(Table)]
#[table(
    name = "events",
    partition_by = "RANGE (at)",
    partition(
        name = "events_2026",
        values = "FROM ('2026-01-01') TO ('2027-01-01')",
        comment = "This year's."
    ),
    partition(name = "events_other", default)
)]
#[expect(dead_code, reason = "only its description is used")]
struct Event {
    #[column(identity)]
    id: i64,
    #[column(index)]
    at: DateTime<Utc>,
}

/// The same schema, written by hand.
const SQL: &str = include_str!("kitchen_sink.sql");

fn metadata() -> Metadata {
    let invoices = SequenceModel::new("invoices").start(1000).comment("What invoices are numbered by.");
    Metadata::new().table::<Customer>().table::<Order>().table::<Event>().sequence(invoices)
}

#[tokio::test]
async fn models_create_the_schema_that_they_describe() {
    let ours = made(&metadata()).await;
    let theirs = Database::with(SQL).await.public().await.schema;
    assert_eq!(ours, theirs);
}

/// The same in a second schema, so all names are qualified.
#[tokio::test]
async fn models_of_several_schemas_have_qualified_names() {
    let metadata = metadata().table::<Account>().table::<Posting>().extension("pg_trgm").namespace("empty");
    let schema = made(&metadata).await;
    let account = Name::qualified("billing", "accounts");
    assert_eq!(schema.tables[&account].column("name").unwrap().data_type, "text");
    assert!(schema.tables[&account].indexes["accounts_name_idx"].definition.contains("gin_trgm_ops"));
    assert_eq!(schema.enums[&Name::qualified("billing", "currency")].values, ["eur", "usd"]);
    let key = &schema.tables[&Name::qualified("public", "postings")].constraints["postings_account_fkey"];
    let ConstraintKind::ForeignKey { references, .. } = &key.kind else { panic!("{key:?}") };
    assert_eq!(*references, account);
    assert!(schema.namespaces.contains_key("empty") && schema.namespaces.contains_key("billing"));
    assert_eq!(schema.extensions["pg_trgm"].schema.as_deref(), Some("public"));
    let local = made(&self::metadata()).await;
    let of_public = |schema: &Schema| {
        schema.tables.keys().filter(|name| name.schema.as_deref() == Some("public")).count()
    };
    assert_eq!(of_public(&schema), local.tables.len() + 1);
}

#[derive(Enum, sqlx::Type)]
#[sqlx(type_name = "billing.currency", rename_all = "lowercase")]
enum Currency {
    Eur,
    Usd,
}

#[derive(Table)]
#[table(name = "accounts", schema = "billing", index(columns = ["name gin_trgm_ops"], using = "gin"))]
#[expect(dead_code, reason = "only its description is used")]
struct Account {
    #[column(primary_key, identity)]
    id: i64,
    name: String,
    #[column(default = "'eur'")]
    currency: Currency,
}

#[derive(Table)]
#[table(name = "postings")]
#[expect(dead_code, reason = "only its description is used")]
struct Posting {
    #[column(references = "billing.accounts")]
    account: i64,
}
