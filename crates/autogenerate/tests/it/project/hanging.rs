//! Objects that no model describes and that hang on a table that one describes.

use std::collections::BTreeMap;

use autogenerate::{
    project::{ProjectError, Request},
    schema::{SqlName, SqlObject},
};

use super::{Workplace, first, nothing_renamed, unanswered, with_title, yes};

/// Whatever PostgreSQL lets hang on a table.
const FOREIGN: &str = "
    CREATE TABLE audit (id bigint PRIMARY KEY, item text NOT NULL);
    CREATE VIEW names AS SELECT id, name FROM items;
    COMMENT ON VIEW names IS 'For the shop';
    COMMENT ON COLUMN names.name IS 'As printed';
    GRANT SELECT ON names TO PUBLIC;
    CREATE VIEW audited WITH (security_barrier) AS SELECT names.id, audit.item FROM names JOIN audit USING (id);
    CREATE MATERIALIZED VIEW counts AS SELECT name, count(*) AS n FROM names GROUP BY name;
    CREATE UNIQUE INDEX counts_name ON counts (name);
    CREATE RULE quiet AS ON DELETE TO names DO INSTEAD NOTHING;
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN INSERT INTO audit VALUES (new.id, new.name); RETURN new; END';
    CREATE TRIGGER noted AFTER UPDATE OF name ON items FOR EACH ROW EXECUTE FUNCTION note();
    ALTER TABLE items DISABLE TRIGGER noted;
    CREATE FUNCTION label(items) RETURNS text LANGUAGE sql AS 'SELECT $1.name';
    ALTER TABLE items ENABLE ROW LEVEL SECURITY, REPLICA IDENTITY FULL;
    CREATE POLICY named ON items FOR SELECT USING (name <> '');
    GRANT SELECT ON items TO PUBLIC;
    GRANT UPDATE (name) ON items TO PUBLIC;
    ALTER TABLE items ALTER name SET STATISTICS 50, ALTER name SET STORAGE EXTERNAL;
    CREATE STATISTICS both_of_them ON id, name FROM items;
    CREATE PUBLICATION changes FOR TABLE items (id, name) WHERE (id > 0);";

/// The initial model with a text of any length.
#[expect(dead_code, reason = "rows are read by SQL here")]
pub mod with_text {
    #[derive(autogenerate::Table)]
    #[table(name = "items")]
    pub struct Item {
        #[column(primary_key, identity)]
        pub id: i64,
        pub name: String,
    }
}

/// The initial model with another name and type of a column.
#[expect(dead_code, reason = "rows are read by SQL here")]
mod with_text_title {
    #[derive(autogenerate::Table)]
    #[table(name = "items")]
    pub struct Item {
        #[column(primary_key, identity)]
        pub id: i64,
        #[column(renamed_from = "name")]
        pub title: String,
    }
}

async fn objects(place: &mut Workplace) -> BTreeMap<SqlName, SqlObject> {
    place.database.public().await.schema.sql_objects
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hangs_on_a_column_is_recreated_in_both_directions() {
    let mut place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    place.write("20261124120030_others", FOREIGN);
    place.upgrade().await.unwrap();
    let before = objects(&mut place).await;
    assert!(before.len() >= 18, "{:?}", before.keys());

    let revised = place.revise::<with_text::Item>("text").await.unwrap();
    let plan = revised.revision.unwrap().up;
    let created: Vec<_> = plan.statements.iter().filter(|it| it.sql.starts_with("CREATE VIEW ")).collect();
    assert_eq!(created.len(), 2, "{plan:?}");
    place.upgrade().await.unwrap();
    let after = objects(&mut place).await;
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    for (name, it) in &before {
        let (was, is) = (&it.create, &after[name].create);
        assert!(was == is || name.to_string() == "policy named of items", "{name}: {was:?} {is:?}");
    }
    let report = place.check::<with_text::Item>().await;
    assert!(report.is_clean(), "{:?}", report.edges);

    place.downgrade().await;
    assert_eq!(objects(&mut place).await, before);
    assert!(place.check::<first::Item>().await.edges.iter().any(|edge| !edge.differences.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_hangs_on_a_column_stays_when_it_is_renamed() {
    let mut place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    place.write("20261124120030_others", FOREIGN);
    place.upgrade().await.unwrap();
    let before = objects(&mut place).await;
    let request = Request { message: "title", now: place.now, ask: &yes };
    // PostgreSQL prints the objects only after the rename, so they cannot be recreated with it.
    let error = place.project::<with_text_title::Item>().autogenerate(&request).await.unwrap_err();
    assert!(error.to_string().contains("rename in a revision of its own"), "{error}");

    let revised = place.project::<with_title::Item>().autogenerate(&request).await.unwrap();
    let plan = revised.revision.unwrap().up;
    assert!(plan.statements.iter().all(|it| !it.sql.contains("VIEW")), "{plan:?}");
    place.upgrade().await.unwrap();
    let after = objects(&mut place).await;
    assert_eq!(after.len(), before.len());
    place.downgrade().await;
    assert_eq!(objects(&mut place).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_recreated_is_named_before_anything_is_written() {
    let mut place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    place
        .database
        .execute(
            "CREATE OPERATOR === (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq);
             CREATE VIEW all_names AS SELECT name === '' AS is_empty FROM items;",
        )
        .await;
    place.database.execute("CREATE VIEW by_hand AS SELECT name FROM items").await;
    let files = place.names();
    let request = Request { message: "text", now: place.now, ask: &unanswered };
    let error = place.project::<with_text::Item>().autogenerate(&request).await.unwrap_err();
    assert!(matches!(&error, ProjectError::Blocked(found) if found.len() == 2), "{error}");
    assert!(error.to_string().contains("view by_hand stands in the way: it is in no migration"), "{error}");
    assert!(
        error.to_string().contains("view all_names stands in the way: it cannot be recreated"),
        "{error}"
    );
    assert_eq!(place.names(), files);

    // It stands in the way of no other change.
    let request = Request { message: "sku", ask: &nothing_renamed, ..request };
    place.project::<super::with_sku::Item>().autogenerate(&request).await.unwrap();
    place.upgrade().await.unwrap();
}
