//! Strings that look like timestamps.

use chrono::DateTime;
use serde_json::json;

use crate::random::{
    self, Tally,
    expression::{Expression, Literal, Operator, Subject},
    item::Item,
};

#[tokio::test]
async fn a_string_is_a_timestamp_if_that_time_exists() {
    let years = (0..10_000).map(|year| format!("{year:04}-02-29T12:00:00Z"));
    let days =
        (0..=13).flat_map(|month| (0..=32).map(move |day| format!("2023-{month:02}-{day:02}T12:00:00Z")));
    let times = (0..=61).flat_map(|n| {
        [format!("{n:02}:00:00"), format!("12:{n:02}:00"), format!("12:00:{n:02}"), format!("12:00:00.{n}")]
            .map(|time| format!("2026-11-27T{time}Z"))
    });
    let offsets = (0..=61).flat_map(|n| {
        [format!("+{n:02}:00"), format!("-{n:02}:00"), format!("+01:{n:02}"), format!("-15:{n:02}")]
            .map(|offset| format!("2026-11-27T12:00:00{offset}"))
    });
    let fractions = (0..=12).map(|places| format!("2026-11-27T12:00:00.{:1<places$}Z", ""));
    let others = [
        "",
        "2026-11-27",
        "2026-11-27T12:00Z",
        "2026-11-27T12:00:00",
        " 2026-11-27T12:00:00Z",
        "infinity",
        "now",
    ];
    let texts =
        years.chain(days).chain(times).chain(offsets).chain(fractions).chain(others.map(str::to_owned));
    let item = |text| Item {
        name: "a".into(),
        status: "draft".into(),
        version: 1,
        created_at: DateTime::UNIX_EPOCH,
        attributes: json!({ "a": text }),
    };
    let items: Vec<_> = texts.map(item).collect();
    let first = Literal::Timestamp("0001-01-01T00:00:00Z".into());
    let is_timestamp =
        Expression::Term(Subject::Attribute(vec!["a".into()]), Operator::GreaterOrEqual, vec![first]);
    let mut tally = Tally::default();
    random::run(&mut random::connect().await, &items, &is_timestamp, &mut tally).await.unwrap();
    println!("{tally:?}");
}
