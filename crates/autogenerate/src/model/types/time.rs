//! The types of time.

use ::time::{Date, Duration, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};
use sqlx::postgres::types::{PgRange, PgTimeTz};

use super::sql_types;

sql_types! {
    Date => "date",
    PrimitiveDateTime => "timestamp",
    OffsetDateTime => "timestamptz",
    Time => "time",
    PgTimeTz<Time, UtcOffset> => "timetz",
    Duration => "interval",
    PgRange<Date> => "daterange",
    PgRange<PrimitiveDateTime> => "tsrange",
    PgRange<OffsetDateTime> => "tstzrange",
}
