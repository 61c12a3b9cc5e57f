//! Guards: a way down stops instead of losing a part of a value.

use autogenerate::{
    plan::{Plan, Renames},
    revision::render_down,
};

use crate::{
    judge::{self, Files, ONLINE, Place},
    support::public,
};

/// The way up and the way down of `items.v` from one type to another.
async fn change(place: &mut Place, [before, after]: [&str; 2]) -> (Plan, String) {
    place.begin_with(after).await.unwrap();
    let to = place.schema(&public()).await;
    place.begin_with(before).await.unwrap();
    let from = place.schema(&public()).await;
    let up = judge::plan(&from, &to, &Renames::default(), ONLINE).unwrap();
    let files = Files::plan(place, before, (&up, &Renames::default()), &public()).await.unwrap();
    let down: String = render_down(&up, &files.down, &[]).into_iter().map(|file| file.sql).collect();
    (up, down)
}

/// Checks that a value comes back as it was, and that another one stops the way down.
async fn check(place: &mut Place, sql: [&str; 2], fits: &str, lost: &str, message: &str) {
    let (_, down) = change(place, sql).await;
    for (value, stops) in [(fits, false), (lost, true)] {
        place.begin_with(sql[1]).await.unwrap();
        place.execute(&format!("INSERT INTO items VALUES (1, {value}), (2, NULL)")).await.unwrap();
        let done = place.execute(&format!("BEGIN;\n{down}COMMIT;")).await;
        match done {
            Ok(()) => assert!(!stops, "{value} is lost by\n{down}"),
            Err(error) => assert!(stops && error.contains(message), "{value}: {error}"),
        }
    }
}

#[tokio::test]
async fn a_way_down_stops_at_values_that_a_cast_would_change() {
    let mut place = Place::create().await;
    for (old, new, fits, lost) in [
        ("numeric(10,2)", "numeric(10,4)", "1.25", "1.2345"),
        ("numeric(6,2)", "numeric(12,4)", "1.25", "123456.78"),
        ("numeric(6,2)", "double precision", "1.25", "9999.999"),
        ("numeric", "double precision", "0.5", "0.12345678901234568"),
        ("date", "timestamptz", "'2024-05-01 00:00+00'", "'2024-05-01 10:00+00'"),
        ("timestamp(0)", "timestamp", "'2024-05-01 10:00'", "'2024-05-01 10:00:00.5'"),
        ("real", "double precision", "0.5", "0.1"),
        ("real", "double precision", "'Infinity'", "1e300"),
        ("real", "double precision", "0", "1e-300"),
        ("real", "bigint", "-16777216", "16777217"),
        ("double precision", "bigint", "9007199254740992", "9007199254740993"),
        ("integer", "bigint", "5", "3000000000"),
        ("integer", "numeric", "5", "5.5"),
        ("integer", "double precision", "-5", "'NaN'"),
        ("boolean", "integer", "1", "5"),
        ("varchar(3)", "text", "'abc'", "'abcd'"),
        ("text", "text[]", "'{a}'", "'{a,b}'"),
        ("numeric(10,2)[]", "numeric(10,4)[]", "'{1.25}'", "'{1.25,1.2345}'"),
    ] {
        let sql = [old, new].map(|it| format!("CREATE TABLE items (id int PRIMARY KEY, v {it})"));
        check(&mut place, [&sql[0], &sql[1]], fits, lost, "make the values of items.v fit").await;
    }
}

#[tokio::test]
async fn a_way_down_stops_at_values_of_an_enum_that_it_removes() {
    let mut place = Place::create().await;
    for (old, new, fits, lost) in
        [("mood", "mood", "'sad'", "'ok'"), ("mood[]", "mood[]", "'{sad}'", "'{sad,ok}'")]
    {
        let sql = [("'sad', 'happy'", old), ("'sad', 'ok', 'happy'", new)].map(|(values, it)| {
            format!("CREATE TYPE mood AS ENUM ({values}); CREATE TABLE items (id int PRIMARY KEY, v {it})")
        });
        check(&mut place, [&sql[0], &sql[1]], fits, lost, "replace 'ok' in items.v (1 rows)").await;
    }
}

#[tokio::test]
async fn a_way_down_without_losses_has_no_guard() {
    let mut place = Place::create().await;
    for (old, new) in
        [("bigint", "integer"), ("text", "varchar(3)"), ("jsonb", "text"), ("numeric", "numeric(10,2)")]
    {
        let sql = [old, new].map(|it| format!("CREATE TABLE items (id int PRIMARY KEY, v {it})"));
        let (_, down) = change(&mut place, [&sql[0], &sql[1]]).await;
        assert!(!down.contains("GUARD") || old == "jsonb", "{down}");
    }
    let order = ["'sad', 'happy'", "'happy', 'sad'"].map(|it| {
        format!("CREATE TYPE mood AS ENUM ({it}); CREATE TABLE items (id int PRIMARY KEY, v mood)")
    });
    let (up, down) = change(&mut place, [&order[0], &order[1]]).await;
    assert!(up.statements.iter().all(|statement| statement.slot.is_none()) && !down.contains("GUARD"));
}

#[tokio::test]
async fn a_slot_names_the_rows_that_it_deletes_by_cascade() {
    let mut place = Place::create().await;
    let before = "CREATE TABLE items (id int PRIMARY KEY, v text);
                  CREATE TABLE orders (id int PRIMARY KEY, item_id int REFERENCES items ON DELETE CASCADE);
                  CREATE TABLE lines (order_id int REFERENCES orders ON DELETE CASCADE);
                  CREATE TABLE notes (item_id int REFERENCES items ON DELETE SET NULL, other int REFERENCES items);";
    let after = before.replace("v text", "v text UNIQUE");
    let (up, down) = change(&mut place, [before, &after]).await;
    place.begin_with(before).await.unwrap();
    place
        .execute(
            "INSERT INTO items VALUES (1, 'a'), (2, 'a'), (3, 'b');
             INSERT INTO orders VALUES (1, 1), (2, 2), (3, 3);
             INSERT INTO lines VALUES (1), (1), (3); INSERT INTO notes VALUES (2, 2), (3, 3)",
        )
        .await
        .unwrap();
    let slot = up.statements.iter().find_map(|statement| statement.slot.as_ref()).unwrap();
    let mut found = Vec::new();
    for cascade in &slot.cascades {
        let count = place.texts(&format!("SELECT ({})::text", cascade.count)).await.unwrap();
        found.push(format!("{cascade}: {}", count[0]));
    }
    assert_eq!(
        found,
        [
            "also changes rows of notes (ON DELETE SET NULL): 1",
            "referenced by rows of notes (notes_other_fkey): move them first: 1",
            "also deletes rows of orders (ON DELETE CASCADE): 2",
            "also deletes rows of lines (ON DELETE CASCADE): 2",
        ]
    );
    assert!(!down.contains("deletes"), "{down}");
}
