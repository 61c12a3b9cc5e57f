//! The types of chrono.

use ::chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};
use sqlx::postgres::types::{PgRange, PgTimeTz};

use super::{Element, SqlType, TypeModel, sql_types};

sql_types! {
    NaiveDate => "date",
    NaiveDateTime => "timestamp",
    NaiveTime => "time",
    PgTimeTz<NaiveTime, FixedOffset> => "timetz",
    TimeDelta => "interval",
    PgRange<NaiveDate> => "daterange",
    PgRange<NaiveDateTime> => "tsrange",
}

impl<Tz: TimeZone> SqlType for DateTime<Tz> {
    const TYPE: TypeModel = TypeModel::new("timestamptz");
}
impl<Tz: TimeZone> Element for DateTime<Tz> {}

impl<Tz: TimeZone> SqlType for PgRange<DateTime<Tz>> {
    const TYPE: TypeModel = TypeModel::new("tstzrange");
}
impl<Tz: TimeZone> Element for PgRange<DateTime<Tz>> {}
