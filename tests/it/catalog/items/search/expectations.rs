//! What a person would expect among the first three of 500 lamps, instruments and books.

use serde_json::{Value, json};

use super::{found, search};
use crate::support::service::TestService;

/// A query, and what each of the first three items has in its name or attributes: one of these,
/// of which `" & "` joins what it has at once. Nothing is found if there are none.
const EXPECTATIONS: &[(&str, &[&str])] = &[
    // Names, in any case and order.
    ("lamp", &["lamp ", "The Lamp and the Bell"]),
    ("desk lamp", &["desk lamp"]),
    ("lamp desk", &["desk lamp"]),
    ("BRASS Desk lamp", &["Brass desk lamp"]),
    ("piano history", &["A History of the Piano"]),
    ("desk reference", &["Desk Reference of Physics"]),
    ("bösendorfer grand", &["Bösendorfer grand piano"]),
    ("xylophone", &[]),
    ("steinway flos", &[]),
    // Prefixes; a whole word is better.
    ("bra desk", &["Brass desk lamp"]),
    ("lampsh", &["lampshade"]),
    ("teach yourself gui", &["Teach Yourself Guitar"]),
    ("violi maki", &["Violin Making"]),
    ("amp", &[]),
    ("light", &["light ", "Light: "]),
    // Phrases.
    ("\"floor lamp\"", &["floor lamp"]),
    ("\"lamp floor\"", &[]),
    ("\"history of the\"", &["A History of the Piano"]),
    ("\"of the", &["Lamps of the Twentieth Century", "A History of the Piano"]),
    ("\"flo lamp\"", &[]),
    // Exclusion.
    ("lamp -desk", &["floor lamp", "table lamp", "The Lamp and the Bell"]),
    ("piano -\"grand piano\"", &["upright piano", "Piano for Beginners", "A History of the Piano"]),
    (
        "brass -lamp -lampsh",
        &["Brass pendant light", "Brass wall sconce", "Brass lantern", "Brass reading light"],
    ),
    ("violin -violin", &[]),
    // Attributes, and words in two places.
    ("gu10", &["GU10"]),
    ("gu1", &["GU10"]),
    ("brass gu10", &["Brass & GU10"]),
    ("anglepoise desk", &["desk lamp & Anglepoise"]),
    ("restored cello", &["cello & restored"]),
    // Hyphens, numbers, punctuation.
    ("smoked-glass", &["Smoked-glass"]),
    ("smoked glass", &["Smoked-glass"]),
    ("glass table", &["Smoked-glass table lamp"]),
    ("L142", &["White desk lamp L142"]),
    ("lmp-1042-w", &["LMP-1042-W"]),
    ("1042", &["LMP-1042-W", "978-0-1042-"]),
    ("978-0-1003-11-3", &["978-0-1003-11-3"]),
    ("978-0-1003", &["978-0-1003-11-3"]),
    ("AC/DC", &["AC/DC"]),
    ("dc", &["AC/DC"]),
    ("jazz & blues", &["Jazz & Blues"]),
    ("rock 'n' roll", &["Rock 'n' Roll Drumming"]),
    ("c++", &["C++ in a Week"]),
    // Typing errors.
    ("stienway", &["Steinway"]),
    ("paino", &["piano", "Piano"]),
    ("guitarr", &["guitar", "Guitar"]),
    ("desk lmap", &["desk lamp"]),
    ("clarnet yamaha", &["Yamaha clarinet"]),
    ("trompet", &["trumpet"]),
    ("bosendorfer violin", &["Bösendorfer violin"]),
    ("brss lantern -l1", &["Brass lantern L2"]),
    ("zzzzqq", &[]),
    ("9999", &[]),
];

fn catalogue() -> Vec<Value> {
    let lamps = (0..200).map(lamp);
    lamps.chain((0..150).map(instrument)).chain((0..150).map(book)).collect()
}

fn lamp(i: usize) -> Value {
    let finish = ["Brass", "Black", "White", "Walnut", "Smoked-glass"][i % 5];
    let kinds = [
        "desk lamp",
        "floor lamp",
        "table lamp",
        "lampshade",
        "pendant light",
        "wall sconce",
        "lantern",
        "reading light",
    ];
    let kind = if i == 42 { "desk lamp" } else { kinds[i / 5 % 8] };
    json!({ "name": format!("{finish} {kind} L{}", 100 + i), "attributes": {
            "maker": (["Anglepoise", "Artemide", "Flos", "Louis Poulsen"][i % 4]),
            "socket": { "types": [(["GU10", "E27", "E14", "G9"][i / 4 % 4])] },
            "sku": format!("LMP-{}-{}", 1000 + i, &finish[..1]),
            "watts": 3 + i % 60,
        } })
}

fn instrument(i: usize) -> Value {
    let maker = ["Steinway", "Yamaha", "Fender", "Gibson", "Bösendorfer"][i % 5];
    let kinds = [
        "grand piano",
        "upright piano",
        "electric guitar",
        "acoustic guitar",
        "violin",
        "cello",
        "clarinet",
        "trumpet",
        "drum kit",
        "harp",
    ];
    json!({ "name": format!("{maker} {} No. {i}", kinds[i / 5 % 10]), "attributes": {
            "condition": (["restored", "played", "new"][i % 3]),
            "notes": "Comes with a case, a stool and a light.",
        } })
}

fn book(i: usize) -> Value {
    let titles = [
        "The Art of Lighting",
        "A History of the Piano",
        "Teach Yourself Guitar",
        "Lamps of the Twentieth Century",
        "The Lamp and the Bell",
        "Desk Reference of Physics",
        "Green Design",
        "Rock 'n' Roll Drumming",
        "Light: A Very Short Introduction",
        "C++ in a Week",
        "AC/DC: High Voltage",
        "Jazz & Blues",
        "Quiet",
        "Violin Making",
        "Piano for Beginners",
    ];
    json!({ "name": format!("{}, edition {}", titles[i % 15], 1 + i / 15), "attributes": {
            "author": (["E. Gombrich", "Anna Weiss", "J. Smith"][i % 3]),
            "isbn": format!("978-0-{}-{}-{}", 1000 + i, 11 + i / 50, i % 10),
        } })
}

#[tokio::test]
async fn a_search_finds_what_a_person_expects() {
    let service = TestService::start().await;
    let items = catalogue();
    assert_eq!(items.len(), 500);
    for items in items.chunks(250) {
        let operations: Vec<_> = items.iter().map(|item| json!({ "op": "create", "item": item })).collect();
        let reply = service.post("/v1/items/batch", &json!({ "operations": operations })).await;
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    let mut wrong = Vec::new();
    for (query, expected) in EXPECTATIONS {
        let page = service.get(&search(query, "&limit=3")).await;
        found(&page);
        let first = page.body["data"].as_array().unwrap();
        let is_expected = |item: &Value| {
            let text = format!("{} {}", item["name"].as_str().unwrap(), item["attributes"]);
            expected.iter().any(|all| all.split(" & ").all(|one| text.contains(one)) || text.contains(all))
        };
        if first.is_empty() != expected.is_empty() || !first.iter().all(is_expected) {
            let first: Vec<_> = first.iter().map(|item| item["name"].as_str().unwrap()).collect();
            wrong.push(format!("{query}: {first:?} instead of {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), EXPECTATIONS.len(), wrong.join("\n"));
}
