//! Objects that are written in SQL.

use autogenerate::{
    model::Metadata,
    project::{Project, ProjectError, Request, Revised, Undescribed},
};

use super::{Workplace, changes, first, unanswered};

const NAMES: &str =
    "CREATE VIEW names AS SELECT id, name FROM items; COMMENT ON VIEW names IS 'For the shop';
    GRANT SELECT ON names TO PUBLIC;";
const MORE_NAMES: &str = "CREATE VIEW names AS SELECT id, name, shown(name) AS shown FROM items;
    GRANT SELECT ON names TO PUBLIC;";
const OTHER_NAMES: &str = "CREATE VIEW names AS SELECT shown(name) AS shown FROM items;";
/// Depends on the view, whose text follows.
const COUNTS: &str = "CREATE MATERIALIZED VIEW counts AS SELECT count(*) AS n FROM names;
    CREATE UNIQUE INDEX counts_n ON counts (n);";
const SHOWN: &str = "CREATE FUNCTION shown(text) RETURNS text LANGUAGE sql IMMUTABLE RETURN upper($1)";
const SHOWN_OTHERWISE: &str =
    "CREATE FUNCTION shown(text) RETURNS text LANGUAGE sql IMMUTABLE RETURN lower($1)";
const GUARD: &str = "CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
    CREATE TRIGGER guarded BEFORE UPDATE ON items FOR EACH ROW EXECUTE FUNCTION guard();
    ALTER TABLE items ENABLE ROW LEVEL SECURITY;
    CREATE POLICY everyone ON items USING (id > 0);";
const EMAIL: &str = "CREATE DOMAIN email AS text CHECK (VALUE LIKE '%@%');";
const LESS_EMAIL: &str = "CREATE DOMAIN email AS text NOT NULL CHECK (VALUE LIKE '%_@_%');";

fn project(place: &Workplace, texts: &[&'static str]) -> Project {
    let metadata = texts.iter().fold(Metadata::new().table::<first::Item>(), |it, text| it.sql(text));
    place.project_with(metadata)
}

async fn revise(place: &mut Workplace, texts: &[&'static str], message: &str) -> Revised {
    let request = Request { message, now: place.now, ask: &unanswered };
    let revised = project(place, texts).autogenerate(&request).await.unwrap();
    place.upgrade().await.unwrap();
    let report = project(place, texts).check().await.unwrap();
    assert!(report.is_clean(), "{:?}", report.edges);
    revised
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_written_in_sql_are_created_replaced_and_recreated_with_their_dependants() {
    let mut place = Workplace::new().await;
    revise(&mut place, &[COUNTS, NAMES, GUARD], "first").await;
    let start = place.database.public().await;
    let nothing = revise(&mut place, &[NAMES, GUARD, COUNTS], "again").await;
    assert!(nothing.revision.is_none(), "{:?}", nothing.changes);

    // A view that only gets more columns is replaced, and what depends on it stays.
    let more = revise(&mut place, &[COUNTS, MORE_NAMES, SHOWN, GUARD], "more").await;
    let sql = |revised: &Revised| -> String {
        let plan = &revised.revision.as_ref().unwrap().up;
        plan.statements.iter().flat_map(|statement| [&*statement.sql, ";\n"]).collect()
    };
    let found = sql(&more);
    assert!(found.contains("CREATE OR REPLACE VIEW names") && !found.contains("DROP"), "{found}");
    assert!(found.contains("COMMENT ON VIEW names IS NULL"), "{found}");

    // A function is replaced in place, another view is not.
    let other = revise(&mut place, &[COUNTS, OTHER_NAMES, SHOWN_OTHERWISE, GUARD], "other").await;
    let found = sql(&other);
    let positions: Vec<_> = [
        "DROP MATERIALIZED VIEW counts;",
        "DROP VIEW names;",
        "CREATE VIEW names",
        "CREATE MATERIALIZED VIEW counts",
        "CREATE UNIQUE INDEX counts_n",
    ]
    .map(|text| found.find(text))
    .into();
    assert!(positions.is_sorted() && positions[0].is_some(), "{found}");
    assert!(
        found.contains("CREATE OR REPLACE FUNCTION shown") && !found.contains("DROP FUNCTION"),
        "{found}"
    );
    assert_eq!(changes(&other).len(), 2, "{:?}", changes(&other));

    for _ in 0..2 {
        place.downgrade().await;
    }
    assert_eq!(place.database.public().await, start);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_is_altered_in_place() {
    let mut place = Workplace::new().await;
    revise(&mut place, &[EMAIL], "first").await;
    place.database.execute("ALTER TABLE items ADD COLUMN mail email").await;
    place.database.execute("ALTER TABLE items DROP COLUMN mail").await;
    let altered = revise(&mut place, &[LESS_EMAIL], "less").await;
    assert_eq!(changes(&altered).len(), 1, "{:?}", changes(&altered));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_whose_text_is_gone_is_dropped_only_if_a_person_says_so() {
    let mut place = Workplace::new().await;
    revise(&mut place, &[NAMES, GUARD], "first").await;
    place.database.execute("CREATE VIEW foreigner AS SELECT 1 AS a").await;
    let request = Request { message: "less", now: place.now, ask: &unanswered };
    let renamed = "CREATE VIEW titles AS SELECT id, name FROM items";
    let error = project(&place, &[renamed]).autogenerate(&request).await.unwrap_err();
    let ProjectError::Undescribed(found) = &error else { panic!("{error}") };
    let names: Vec<_> = found.iter().map(Undescribed::name).collect();
    assert_eq!(names, ["guard()", "names", "guarded ON items", "everyone ON items"]);
    let text = error.to_string();
    for line in [
        "view names; to drop it: Metadata::dropped(\"names\") or --drop names; if it is now view titles, drop it as well",
        "trigger guarded of items; to drop it: Metadata::dropped(\"guarded ON items\") or --drop 'guarded ON items'",
    ] {
        assert!(text.contains(line), "{text}");
    }
    let report = project(&place, &[renamed]).check().await.unwrap();
    assert_eq!((report.undescribed.len(), report.is_clean()), (4, false));

    let metadata = names.iter().fold(Metadata::new().table::<first::Item>().sql(renamed), Metadata::dropped);
    let revised = place.project_with(metadata).autogenerate(&request).await.unwrap();
    assert_eq!(changes(&revised).len(), 6, "{:?}", changes(&revised));
    place.upgrade().await.unwrap();
    let left = place.database.public().await.schema.sql_objects;
    let left: Vec<_> = left.keys().filter(|name| !name.to_string().contains("items")).collect();
    assert_eq!(left.iter().map(ToString::to_string).collect::<Vec<_>>(), ["view foreigner", "view titles"]);
    assert!(project(&place, &[renamed]).check().await.unwrap().is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_and_triggers_that_mention_an_old_name_are_named() {
    let mut place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    place
        .database
        .execute(
            "CREATE FUNCTION first_one() RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT Name FROM items); END';
             CREATE FUNCTION names() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT name FROM items; END;
             CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
             CREATE TRIGGER guarded BEFORE UPDATE OF id ON items FOR EACH ROW EXECUTE FUNCTION guard('name');
             CREATE TRIGGER other BEFORE UPDATE OF name ON items FOR EACH ROW EXECUTE FUNCTION guard('names')",
        )
        .await;
    let request = Request { message: "title", now: place.now, ask: &super::yes };
    let revised = place.project::<super::with_title::Item>().autogenerate(&request).await.unwrap();
    let notes = [
        "function first_one() mentions the old name name: check it",
        "trigger guarded of items mentions the old name name: check it",
    ];
    assert_eq!(revised.notes, notes);
    let up = std::fs::read_to_string(place.file("title.up.sql")).unwrap();
    assert!(up.contains(&format!("\n-- note: {}\n-- note: {}\n\n", notes[0], notes[1])), "{up}");
}

#[tokio::test(flavor = "multi_thread")]
async fn privileges_given_by_hand_are_never_compared() {
    let mut place = Workplace::new().await;
    revise(&mut place, &["CREATE VIEW names AS SELECT id, name FROM items"], "first").await;
    place.database.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC").await;
    let request = Request { message: "less", now: place.now, ask: &unanswered };
    let metadata = Metadata::new().table::<first::Item>().dropped("names");
    let revised = place.project_with(metadata).autogenerate(&request).await.unwrap();
    assert_eq!(changes(&revised), ["drop view names"]);
    place.upgrade().await.unwrap();
    assert!(project(&place, &[]).check().await.unwrap().is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_postgresql_rejects_is_named_with_its_object() {
    const RENAMED: &str =
        "COMMENT ON TABLE items IS 'x';\n CREATE VIEW names AS SELECT id, title FROM items;";
    let place = Workplace::new().await;
    // What depends on the view is not the cause.
    let error = project(&place, &[COUNTS, RENAMED]).check().await.unwrap_err();
    let text = error.to_string();
    let start = "PostgreSQL rejects view names, from `.sql(…)`: change its file\nCREATE VIEW names AS";
    assert!(text.starts_with(start), "{text}");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("column \"title\" does not exist"), "{cause}");

    let error = project(&place, &["GRANT SELECT ON items TO \"nobody here\""]).check().await.unwrap_err();
    assert!(error.to_string().ends_with("CREATE ROLE \"nobody here\""), "{error}");
}
