//! Features of newer versions of PostgreSQL.

use autogenerate::{
    introspect::Unhandled,
    schema::{ConstraintKind, Name},
};

use crate::support::Database;

#[tokio::test]
async fn new_features_of_postgresql_18_are_read() {
    let mut database = Database::new().await;
    if database.version() < 18 {
        return;
    }
    database
        .execute(
            "CREATE EXTENSION btree_gist;
             CREATE TABLE rooms (id integer, during daterange, n integer CONSTRAINT n_given NOT NULL,
                 twice integer GENERATED ALWAYS AS (n * 2),
                 PRIMARY KEY (id, during WITHOUT OVERLAPS),
                 CONSTRAINT small CHECK (n < 10) NOT ENFORCED);
             CREATE TABLE stays (room integer, during daterange, guest text,
                 FOREIGN KEY (room, PERIOD during) REFERENCES rooms (id, PERIOD during));
             ALTER TABLE stays ADD CONSTRAINT guest_given NOT NULL guest NOT VALID;",
        )
        .await;
    let reading = database.public().await;
    let rooms = &reading.schema.tables[&Name::local("rooms")];
    assert!(!rooms.column("n").unwrap().nullable);
    let twice = rooms.column("twice").unwrap().generated.as_ref().unwrap();
    assert_eq!((twice.stored, twice.expression.sql.as_str()), (false, "(n * 2)"));
    assert_eq!(twice.expression.uses.columns.iter().collect::<Vec<_>>(), ["n"]);
    assert_eq!(rooms.constraints.keys().collect::<Vec<_>>(), ["rooms_pkey", "small"]);

    let key = &rooms.constraints["rooms_pkey"];
    assert_eq!(key.definition, "PRIMARY KEY (id, during WITHOUT OVERLAPS)");
    let ConstraintKind::PrimaryKey(index) = &key.kind else { panic!("{key:?}") };
    assert_eq!(index.index, "gist (id, during)");
    let small = &rooms.constraints["small"];
    assert_eq!((small.definition.as_str(), small.validated), ("CHECK ((n < 10)) NOT ENFORCED", true));
    let stays = &reading.schema.tables[&Name::local("stays")];
    assert_eq!(
        stays.constraints["stays_room_during_fkey"].definition,
        "FOREIGN KEY (room, PERIOD during) REFERENCES rooms(id, PERIOD during)"
    );
    let name = "guest_given ON stays".to_owned();
    assert_eq!(reading.unhandled, [Unhandled { kind: "not null constraint", name }]);
}
