//! Random items and filters, from values few enough to meet.

use chrono::{DateTime, Utc};
use curio_filter::MAX_TERMS;
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
    strategy::Union,
};
use serde_json::{Map, Value};

use super::{
    expression::{Expression, Literal, Operator, Subject},
    item::Item,
    value::instant,
};

const MAX_ITEMS: usize = 12;
const LABELS: &[&str] =
    &["a", "a", "a", "b", "b", "size", "0", "strange key", "é", "a.b", "quo\"te", "and", ""];
const TEXTS: &[&str] = &[
    "",
    "a",
    "b",
    "A",
    "red",
    "é",
    "\u{ffff}",
    "😀",
    "10",
    "9",
    "true",
    "null",
    "strange key",
    "%",
    "'quote'",
    "back\\slash",
    "$1",
    "line\nbreak",
    "[\"a\"]",
    "2024-02-29T12:00:00Z",
];
const NUMBERS: &[&str] = &[
    "0",
    "-0.0",
    "1",
    "1.0",
    "1e0",
    "10",
    "1e1",
    "100",
    "1e2",
    "0.1",
    "0.10",
    "1e-1",
    "-1",
    "-1.5",
    "2.5",
    "-15e-1",
    "12345678901234567890123",
    "12345678901234567890124",
    "1.2345678901234567890123e22",
    "1e300",
    "1e-300",
    "9007199254740993",
    "9007199254740992",
    "0.30000000000000004",
    "0.3",
];
const VERSIONS: &[i64] = &[1, 2, 10, 100, 9_007_199_254_740_993, i64::MAX];
const STATUSES: &[&str] = &["draft", "active", "archived"];
/// Microseconds around the timestamps of [`timestamp`].
const INSTANTS: &[i64] =
    &[1_709_164_800_000_000, 1_709_208_000_000_000, 1_709_208_000_000_001, -62_135_596_800_000_000];
/// In the place of a timestamp that does not exist.
const TIMESTAMP: &str = "2024-02-29T12:00:00Z";

fn text() -> impl Strategy<Value = String> {
    prop_oneof![8 => select(TEXTS).prop_map(str::to_owned), 1 => "[ -~é😀]{0,3}"]
}

fn number() -> impl Strategy<Value = Value> {
    select(NUMBERS).prop_map(|text| serde_json::from_str(text).expect("a number"))
}

/// A text that is about a timestamp.
fn timestamp() -> impl Strategy<Value = String> {
    let part = |valid: &'static str, others: &'static str| {
        let any = |parts: &'static str| select(parts.split('|').collect::<Vec<_>>());
        prop_oneof![6 => any(valid), 1 => any(others)]
    };
    (
        part("2024|2023|1900|2000|0001|0004|9999", "0000|10000|24"),
        part("02-29|02-28|01-31|12-31", "02-30|04-31|13-01|00-10|01-00|1-1"),
        part("T|T|t", " |"),
        part("12:00:00|00:00:00|23:59:59", "24:00:00|12:60:00|23:59:60|12:00|120000"),
        part("||.0|.000001|.0000005|.0000015|.9999999|.999999999", ".1234567890|.|,5"),
        part("Z|Z|z|+00:00|-00:00|+01:00|-15:59|+15:59", "+16:00|-24:00|+00:60||+0100| Z|Z\n|\u{2212}01:00"),
    )
        .prop_map(|(year, day, separator, time, fraction, offset)| {
            format!("{year}-{day}{separator}{time}{fraction}{offset}")
        })
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        1 => Just(Value::Null),
        2 => any::<bool>().prop_map(Value::Bool),
        5 => number(),
        5 => text().prop_map(Value::String),
        3 => timestamp().prop_map(Value::String),
        1 => select(INSTANTS).prop_map(|micros| time(micros).to_rfc3339().into()),
    ]
}

fn label() -> impl Strategy<Value = String> {
    select(LABELS).prop_map(str::to_owned)
}

fn object(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    vec((label(), value), 0..4).prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>()))
}

fn attributes() -> impl Strategy<Value = Value> {
    let value = scalar().prop_recursive(2, 8, 3, |inner| {
        prop_oneof![vec(inner.clone(), 0..3).prop_map(Value::Array), object(inner)]
    });
    object(value)
}

fn time(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).expect("a time")
}

fn item() -> impl Strategy<Value = Item> {
    let name = text().prop_filter("not empty", |name| !name.is_empty());
    (name, select(STATUSES), select(VERSIONS), select(INSTANTS), attributes()).prop_map(
        |(name, status, version, micros, attributes)| Item {
            name,
            status: status.into(),
            version,
            created_at: time(micros),
            attributes,
        },
    )
}

/// Whether a text is a timestamp from 0001-01-01 to 9999-12-31 in UTC, as literals are.
fn is_literal(text: &str) -> bool {
    instant(text).is_some_and(|micros| (0..315_537_897_600_000_000).contains(&micros))
}

fn existing_timestamp() -> impl Strategy<Value = Literal> {
    timestamp().prop_map(|text| Literal::Timestamp(if is_literal(&text) { text } else { TIMESTAMP.into() }))
}

/// Terms about a subject, with these literals for an equality and those for an order.
fn terms<S: Strategy<Value = Subject> + Clone + 'static>(
    subject: S,
    equal: impl Strategy<Value = Literal> + Clone + 'static,
    ordered: impl Strategy<Value = Literal> + 'static,
) -> Union<BoxedStrategy<Expression>> {
    use Operator::{Equal, Greater, GreaterOrEqual, In, Less, LessOrEqual, NotEqual};
    let term = |(subject, operator, literal)| Expression::Term(subject, operator, vec![literal]);
    let list = |(subject, literals)| Expression::Term(subject, In, literals);
    let orders = select(&[Less, LessOrEqual, Greater, GreaterOrEqual][..]);
    Union::new([
        (subject.clone(), select(&[Equal, NotEqual][..]), equal.clone()).prop_map(term).boxed(),
        (subject.clone(), vec(equal, 1..4)).prop_map(list).boxed(),
        (subject, orders, ordered).prop_map(term).boxed(),
    ])
}

fn any_term() -> impl Strategy<Value = Expression> {
    let json = |strategy: BoxedStrategy<Value>| strategy.prop_map(Literal::Json).boxed();
    let texts = json(text().prop_map(Value::String).boxed());
    let statuses = select(STATUSES).prop_map(|status| Literal::Json(status.into())).boxed();
    let versions = json(
        prop_oneof![select(VERSIONS).prop_map(Value::from), Just(serde_json::from_str("1e1").unwrap())]
            .boxed(),
    );
    let ordered = prop_oneof![texts.clone(), json(number().boxed()), existing_timestamp()];
    let equal = prop_oneof![3 => json(scalar().boxed()), 1 => existing_timestamp()].boxed();
    let attribute = vec(label(), 1..3).prop_map(Subject::Attribute).boxed();
    let has = (attribute.clone(), scalar())
        .prop_map(|(subject, value)| Expression::Term(subject, Operator::Has, vec![Literal::Json(value)]));
    let status = (Just(Subject::Status), select(&[Operator::Equal, Operator::NotEqual][..]), statuses)
        .prop_map(|(subject, operator, literal)| Expression::Term(subject, operator, vec![literal]));
    let times = existing_timestamp().boxed();
    prop_oneof![
        1 => terms(Just(Subject::Name), texts.clone(), texts),
        1 => status,
        1 => terms(Just(Subject::Version), versions.clone(), versions),
        1 => terms(Just(Subject::CreatedAt), times.clone(), times),
        8 => terms(attribute, equal, ordered),
        3 => has,
    ]
}

fn expression() -> impl Strategy<Value = Expression> {
    any_term()
        .prop_recursive(3, 16, 3, |inner| {
            prop_oneof![
                2 => vec(inner.clone(), 2..4).prop_map(Expression::And),
                2 => vec(inner.clone(), 2..4).prop_map(Expression::Or),
                1 => inner.prop_map(|inner| Expression::Not(Box::new(inner))),
            ]
        })
        .prop_filter("too many terms", |expression| expression.terms() <= MAX_TERMS)
}

/// Items, and a filter on them. Some filters are about a value that an item has.
pub fn case() -> impl Strategy<Value = (Vec<Item>, Expression)> {
    let probe = proptest::option::of((any::<Index>(), any::<bool>()));
    (vec(item(), 1..=MAX_ITEMS), expression(), probe).prop_map(|(items, expression, probe)| {
        let probes: Vec<_> = items.iter().flat_map(|item| probes(&item.attributes, &[])).collect();
        let expression = match probe {
            Some((index, true)) if !probes.is_empty() => index.get(&probes).clone(),
            Some((index, false)) if !probes.is_empty() && expression.terms() < MAX_TERMS => {
                Expression::And(vec![index.get(&probes).clone(), expression])
            }
            _ => expression,
        };
        (items, expression)
    })
}

/// Terms about the value at a path.
fn probes(value: &Value, path: &[String]) -> Vec<Expression> {
    let term =
        |operator, literal| Expression::Term(Subject::Attribute(path.to_vec()), operator, vec![literal]);
    let json = |operator, value: &Value| term(operator, Literal::Json(value.clone()));
    match value {
        Value::Object(members) => {
            let at = |name: &String| [path, std::slice::from_ref(name)].concat();
            members.iter().flat_map(|(name, value)| probes(value, &at(name))).collect()
        }
        Value::Array(elements) => {
            let scalars = elements.iter().filter(|element| !element.is_array() && !element.is_object());
            scalars.map(|element| json(Operator::Has, element)).collect()
        }
        Value::String(text) => {
            let equal = if is_literal(text) {
                Literal::Timestamp(text.clone())
            } else {
                Literal::Json(value.clone())
            };
            // True if it is a timestamp.
            let first = Literal::Timestamp("0001-01-01T00:00:00Z".into());
            vec![
                json(Operator::Has, value),
                term(Operator::Equal, equal),
                term(Operator::GreaterOrEqual, first),
            ]
        }
        scalar => vec![json(Operator::Equal, scalar)],
    }
}
