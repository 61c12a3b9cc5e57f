//! A column with the SQL type of a Rust type accepts values of that type and returns them.

use std::{
    borrow::Cow,
    fmt::Debug,
    net::IpAddr,
    num::{NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64},
    sync::Arc,
    time::Duration,
};

use autogenerate::{
    introspect::Scope,
    model::{Element, SqlType},
    scratch::Scratch,
};
use serde_json::json;
use sqlx::{
    AssertSqlSafe, Decode, Encode, Postgres, Type,
    postgres::{
        PgHasArrayType,
        types::{
            Oid, PgBox, PgCiText, PgCircle, PgCube, PgHstore, PgInterval, PgLQuery, PgLSeg, PgLTree, PgLine,
            PgMoney, PgPath, PgPoint, PgPolygon, PgRange, PgTimeTz,
        },
    },
    types::{
        BString, BigDecimal, BitVec, Decimal, Json, JsonRawValue, Text, Uuid, chrono, ipnet, ipnetwork,
        mac_address, time,
    },
};

/// A type that sqlx can bind and return.
trait Value:
    SqlType
    + Type<Postgres>
    + for<'q> Encode<'q, Postgres>
    + for<'r> Decode<'r, Postgres>
    + Clone
    + Debug
    + PartialEq
    + Send
    + Unpin
    + 'static
{
}

impl<T> Value for T where
    T: SqlType
        + Type<Postgres>
        + for<'q> Encode<'q, Postgres>
        + for<'r> Decode<'r, Postgres>
        + Clone
        + Debug
        + PartialEq
        + Send
        + Unpin
        + 'static
{
}

/// A database with the extensions whose types sqlx knows.
struct Database(Scratch);

impl Database {
    async fn new() -> Self {
        let url = std::env::var("DATABASE_URL").expect("DATABASE_URL: see scripts/postgres");
        let options = url.parse().expect("DATABASE_URL is a URL of PostgreSQL");
        let mut scratch = Scratch::database(&options, Scope::Database).await.unwrap();
        for extension in ["citext", "cube", "hstore", "ltree"] {
            scratch.execute(&format!("CREATE EXTENSION {extension}")).await.unwrap();
        }
        Self(scratch)
    }

    /// A column of the type of `T` returns `value`, and is of the type that sqlx binds it as.
    async fn returns<T: Value>(&mut self, value: T) {
        let rust = std::any::type_name::<T>();
        let sql = format!("{}{}", T::TYPE.name, "[]".repeat(T::TYPE.dimensions));
        self.0.execute(&format!("DROP TABLE IF EXISTS held; CREATE TABLE held (value {sql})")).await.unwrap();
        let types: (String, String) = sqlx::query_as(
            "SELECT pg_typeof($1)::text, format_type(atttypid, atttypmod) FROM pg_attribute \
             WHERE attrelid = 'held'::regclass AND attname = 'value'",
        )
        .bind(value.clone())
        .persistent(false)
        .fetch_one(self.0.connection())
        .await
        .unwrap();
        assert_eq!(types.0, types.1, "{rust} is bound as the first, and its column is the second");
        let returned: T = sqlx::query_scalar(AssertSqlSafe("INSERT INTO held VALUES ($1) RETURNING value"))
            .bind(value.clone())
            .persistent(false)
            .fetch_one(self.0.connection())
            .await
            .unwrap_or_else(|error| panic!("{rust} as {sql}: {error}"));
        assert_eq!(returned, value, "{rust} as {sql}");
    }

    /// So do an optional value and an array.
    async fn returns_all<T: Value + Element + PgHasArrayType>(&mut self, value: T) {
        self.returns(Some(value.clone())).await;
        self.returns(vec![value.clone(), value.clone()]).await;
        self.returns(vec![Some(value.clone()), None]).await;
        self.returns(value).await;
    }

    /// A column of the type of a duration, which sqlx only binds, accepts a minute and a half.
    async fn accepts<T: SqlType + Type<Postgres> + for<'q> Encode<'q, Postgres> + Send + 'static>(
        &mut self,
        value: T,
    ) {
        let held = format!("CREATE TEMPORARY TABLE held (value {}) ON COMMIT DROP", T::TYPE.name);
        self.0.execute(&format!("BEGIN; {held}")).await.unwrap();
        let returned: (PgInterval, String) =
            sqlx::query_as("INSERT INTO held VALUES ($1) RETURNING value, pg_typeof($1)::text")
                .bind(value)
                .persistent(false)
                .fetch_one(self.0.connection())
                .await
                .unwrap();
        let interval = PgInterval { months: 0, days: 0, microseconds: 90_000_001 };
        assert_eq!(returned, (interval, T::TYPE.name.to_owned()));
        self.0.execute("COMMIT").await.unwrap();
    }

    async fn close(self) {
        self.0.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_column_returns_the_values_of_standard_types() {
    let mut database = Database::new().await;
    database.returns_all(true).await;
    database.returns_all(-7_i8).await;
    database.returns_all(-7_i16).await;
    database.returns_all(-7_i32).await;
    database.returns_all(-7_i64).await;
    database.returns(NonZeroI8::MIN).await;
    database.returns_all(NonZeroI16::MIN).await;
    database.returns_all(NonZeroI32::MIN).await;
    database.returns_all(NonZeroI64::MIN).await;
    database.returns_all(0.5_f32).await;
    database.returns_all(0.5_f64).await;
    database.returns_all("é".to_owned()).await;
    database.returns_all(Box::<str>::from("é")).await;
    database.returns_all(Cow::<'static, str>::Owned("é".to_owned())).await;
    database.returns(Arc::<str>::from("é")).await;
    database.returns_all(vec![0_u8, 255]).await;
    database.returns_all(Box::<[u8]>::from([0, 255])).await;
    database.returns_all([0_u8, 255]).await;
    database.returns([1_i32, 2]).await;
    database.accepts(Duration::from_micros(90_000_001)).await;
    database.returns_all("::1".parse::<IpAddr>().unwrap()).await;
    database.close().await;
}

#[tokio::test]
async fn a_column_returns_the_values_of_the_types_of_postgresql() {
    let mut database = Database::new().await;
    let point = |x, y| PgPoint { x, y };
    let points = vec![point(0.0, 0.0), point(1.0, 2.0), point(3.0, 0.5)];
    database.returns_all(Oid(7)).await;
    database.returns_all(PgMoney(-12_345)).await;
    database.returns_all(PgInterval { months: 1, days: -2, microseconds: 3 }).await;
    database.returns_all(PgCiText("Ä".to_owned())).await;
    database.returns_all(PgCube::MultiDimension(vec![vec![1.0, 2.0], vec![3.0, 4.0]])).await;
    database
        .returns_all(PgHstore([("a".to_owned(), None), ("b".to_owned(), Some("c".to_owned()))].into()))
        .await;
    database.returns_all("a.b".parse::<PgLTree>().unwrap()).await;
    database.returns_all("a.*{1,2}.b*".parse::<PgLQuery>().unwrap()).await;
    database.returns_all(point(1.0, -2.0)).await;
    database.returns_all(PgLine { a: 1.0, b: 2.0, c: 3.0 }).await;
    database.returns_all(PgLSeg { start_x: 1.0, start_y: 2.0, end_x: 3.0, end_y: 4.0 }).await;
    let corners = PgBox { upper_right_x: 3.0, upper_right_y: 4.0, lower_left_x: 1.0, lower_left_y: 2.0 };
    database.returns_all(corners).await;
    database.returns_all(PgPath { closed: false, points: points.clone() }).await;
    database.returns_all(PgPolygon { points }).await;
    database.returns_all(PgCircle { x: 1.0, y: 2.0, radius: 3.0 }).await;
    database.returns_all(PgRange::from(1_i32..7)).await;
    database.returns_all(PgRange::from(1_i64..7)).await;
    database.returns_all(Text("::1".parse::<IpAddr>().unwrap())).await;
    database.close().await;
}

#[tokio::test]
async fn a_column_returns_the_values_of_other_crates() {
    let mut database = Database::new().await;
    let big = "12.50".parse::<BigDecimal>().unwrap();
    let decimal = Decimal::new(1250, 2);
    database.returns_all(big.clone()).await;
    database.returns_all(PgRange::from(big.clone()..big + 1)).await;
    database.returns_all(decimal).await;
    database.returns_all(PgRange::from(decimal..Decimal::new(1300, 2))).await;
    database.returns_all(BitVec::from_fn(11, |bit| bit % 3 == 0)).await;
    database.returns(BString::from(vec![0, 255])).await;
    database.returns_all("10.0.0.0/8".parse::<ipnet::IpNet>().unwrap()).await;
    database.returns_all("10.0.0.0/8".parse::<ipnetwork::IpNetwork>().unwrap()).await;
    database.returns_all(mac_address::MacAddress::new([1, 2, 3, 4, 5, 6])).await;
    database.returns_all(Uuid::from_u128(7)).await;
    database.returns_all(json!({ "a": [1, null] })).await;
    database.returns_all(Json(vec![1_u8, 2])).await;
    assert_eq!(JsonRawValue::TYPE, Json::<()>::TYPE);
    database.close().await;
}

#[tokio::test]
async fn a_column_returns_dates_and_times() {
    let mut database = Database::new().await;
    {
        use chrono::{DateTime, FixedOffset, Local, NaiveDateTime, Utc};
        let moment: DateTime<Utc> = "2026-11-24T12:00:00.000001Z".parse().unwrap();
        let local: NaiveDateTime = moment.naive_utc();
        database.returns_all(moment).await;
        database.returns_all(moment.fixed_offset()).await;
        database.returns_all(moment.with_timezone(&Local)).await;
        database.returns_all(local).await;
        database.returns_all(local.date()).await;
        database.returns_all(local.time()).await;
        let offset = FixedOffset::east_opt(3600).unwrap();
        database.returns_all(PgTimeTz { time: local.time(), offset }).await;
        database.accepts(::chrono::TimeDelta::microseconds(90_000_001)).await;
        database.returns_all(PgRange::from(local.date()..local.date() + ::chrono::Days::new(1))).await;
        database.returns_all(PgRange::from(local..)).await;
        database.returns_all(PgRange::from(moment..)).await;
    }
    {
        use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};
        let moment = OffsetDateTime::UNIX_EPOCH + ::time::Duration::microseconds(90_000_001);
        let local = PrimitiveDateTime::new(moment.date(), moment.time());
        database.returns_all(moment).await;
        database.returns_all(local).await;
        database.returns_all(local.date()).await;
        database.returns_all(local.time()).await;
        let offset = UtcOffset::from_hms(1, 0, 0).unwrap();
        database.returns_all(PgTimeTz { time: local.time(), offset }).await;
        database.accepts(::time::Duration::microseconds(90_000_001)).await;
        database.returns_all(PgRange::from(local.date()..local.date().next_day().unwrap())).await;
        database.returns_all(PgRange::from(local..)).await;
        database.returns_all(PgRange::from(moment..)).await;
    }
    database.close().await;
}
