//! The schema that `kitchen_sink.sql` creates.

mod build;

use std::collections::{BTreeMap, BTreeSet};

use autogenerate::schema::{
    Column, Constraint, ConstraintKind, Enum, Expression, Extension, Generated, Identity, Index, Name,
    Object, Owner, PartitionOf, Schema, Sequence, SequenceOptions, Server, Table, Uses,
};

use build::{
    check, constraint, foreign_key, index, named, names, not_null, nullable, plain, primary_key, strings,
    unique, uses,
};

pub fn schema() -> Schema {
    let mut schema = without_uses_of_extensions();
    let used = |name: &str| BTreeSet::from([Object::Extension(name.to_owned())]);
    let collections = schema.tables.get_mut(&Name::local("collections")).unwrap();
    collections.columns.iter_mut().find(|column| column.name == "slug").unwrap().type_uses = used("citext");
    for constraint in ["collections_slug_key", "collections_name_slug_id_key"] {
        collections.constraints.get_mut(constraint).unwrap().uses.others = used("citext");
    }
    for it in schema.tables.values_mut().flat_map(|table| table.constraints.values_mut()) {
        if it.kind == ConstraintKind::Exclusion {
            it.uses.others = used("btree_gist");
        }
    }
    schema
        .tables
        .get_mut(&Name::local("items"))
        .unwrap()
        .indexes
        .get_mut("items_name_trgm")
        .unwrap()
        .uses
        .others = used("pg_trgm");
    schema
}

fn without_uses_of_extensions() -> Schema {
    Schema {
        server: Server::default(),
        sql_objects: BTreeMap::new(),
        namespaces: BTreeMap::new(),
        extensions: ["btree_gist", "citext", "pg_trgm"]
            .map(|name| (name.to_owned(), Extension::default()))
            .into(),
        enums: [(
            Name::local("status"),
            Enum {
                owner: Owner::default(),
                values: strings(&["draft", "it's \"live\"", "gone"]),
                comment: Some("Where it is.".to_owned()),
            },
        )]
        .into(),
        sequences: [(Name::local("tickets"), tickets()), (Name::local("items_id_seq"), items_id_seq())]
            .into(),
        tables: [
            (Name::local("collections"), collections()),
            (Name::local("items"), items()),
            (Name::local("Weird \"table"), weird()),
            (Name::local("events"), events()),
            (Name::local("events_2026"), events_2026()),
            (Name::local("notes"), notes()),
        ]
        .into(),
    }
}

fn tickets() -> Sequence {
    Sequence {
        data_type: "integer".to_owned(),
        options: SequenceOptions { start: 100, increment: 5, min: 100, max: 1000, cache: 10, cycle: true },
        owned_by: None,
        comment: Some("Counts.".to_owned()),
    }
}

fn items_id_seq() -> Sequence {
    Sequence {
        data_type: "integer".to_owned(),
        options: SequenceOptions {
            start: 1,
            increment: 1,
            min: 1,
            max: 2_147_483_647,
            cache: 1,
            cycle: false,
        },
        owned_by: Some((Name::local("items"), "id".to_owned())),
        comment: None,
    }
}

fn collections() -> Table {
    let identity = Identity {
        always: false,
        options: Some(SequenceOptions {
            start: 10,
            increment: 1,
            min: 1,
            max: i64::MAX,
            cache: 1,
            cycle: false,
        }),
    };
    Table {
        columns: vec![
            Column { identity: Some(identity), ..not_null("id", "bigint") },
            not_null("slug", "citext"),
            Column { collation: Some("\"C\"".to_owned()), ..not_null("name", "text") },
        ],
        constraints: named([
            ("collections_pkey", primary_key(&["id"], "PRIMARY KEY (id)", "btree (id)")),
            (
                "collections_slug_key",
                constraint("UNIQUE (slug)", unique(&["slug"], "btree (slug)", ""), &["slug"]),
            ),
            (
                "collections_name_slug_id_key",
                constraint(
                    "UNIQUE NULLS NOT DISTINCT (name, slug) INCLUDE (id) WITH (fillfactor='70') \
                     DEFERRABLE INITIALLY DEFERRED",
                    unique(
                        &["name", "slug"],
                        "btree (name, slug) INCLUDE (id) NULLS NOT DISTINCT WITH (fillfactor='70')",
                        "DEFERRABLE INITIALLY DEFERRED",
                    ),
                    &["id", "name", "slug"],
                ),
            ),
        ]),
        ..Table::default()
    }
}

fn items() -> Table {
    Table {
        columns: items_columns(),
        constraints: items_constraints(),
        indexes: named([
            ("items_name_trgm", index("gin (name gin_trgm_ops)", &["name"])),
            (
                "items_newest",
                Index {
                    unique: true,
                    uses: Uses { enums: names(&["status"]), ..uses(&["name", "price", "since", "state"]) },
                    comment: Some("Newest first.".to_owned()),
                    ..index(
                        "btree (since DESC NULLS LAST, lower((name)::text)) INCLUDE (price) \
                         WHERE (state = 'draft'::status)",
                        &[],
                    )
                },
            ),
        ]),
        options: strings(&["autovacuum_enabled=false", "fillfactor=70", "toast.autovacuum_enabled=false"]),
        comment: Some("A thing.".to_owned()),
        ..Table::default()
    }
}

fn items_columns() -> Vec<Column> {
    let status = Some(Name::local("status"));
    let using_status = Uses { enums: names(&["status"]), ..Uses::default() };
    let nextval = |sequence: &str| {
        let uses = Uses { sequences: names(&[sequence]), ..Uses::default() };
        Some(Expression { sql: format!("nextval('{sequence}'::regclass)"), uses })
    };
    vec![
        Column { default: nextval("items_id_seq"), ..not_null("id", "integer") },
        Column { default: nextval("tickets"), ..not_null("ticket", "integer") },
        Column {
            comment: Some("What it is called.".to_owned()),
            ..not_null("name", "character varying(200)")
        },
        Column {
            enum_type: status.clone(),
            default: Some(Expression { sql: "'draft'::status".to_owned(), uses: using_status.clone() }),
            ..not_null("state", "status")
        },
        Column {
            enum_type: status,
            default: Some(Expression { sql: "'{draft}'::status[]".to_owned(), uses: using_status }),
            ..nullable("states", "status[]")
        },
        nullable("price", "numeric(12,2)"),
        Column {
            default: Some(plain("'2026-01-01 10:00:00+00'::timestamp with time zone")),
            ..nullable("since", "timestamp(3) with time zone")
        },
        Column {
            generated: Some(Generated {
                expression: Expression { uses: uses(&["price"]), ..plain("(price * (2)::numeric)") },
                stored: true,
            }),
            ..nullable("doubled", "numeric")
        },
        nullable("collection_id", "bigint"),
        nullable("parent_id", "integer"),
        nullable("room", "integer"),
        nullable("during", "tstzrange"),
    ]
}

fn items_constraints() -> BTreeMap<String, Constraint> {
    let name_check = "CHECK (((char_length((name)::text) >= 1) AND (char_length((name)::text) <= 200)))";
    let price_check = "CHECK (((state <> 'gone'::status) OR (price IS NULL)))";
    let exclusion = "EXCLUDE USING gist (room WITH =, during WITH &&) WHERE ((state <> 'gone'::status))";
    let to_collections = constraint(
        "FOREIGN KEY (collection_id) REFERENCES collections(id) ON DELETE CASCADE",
        foreign_key(&["collection_id"], "collections", &["id"]),
        &["collection_id"],
    );
    let to_parent = constraint(
        "FOREIGN KEY (parent_id) REFERENCES items(id) DEFERRABLE",
        foreign_key(&["parent_id"], "items", &["id"]),
        &["id", "parent_id"],
    );
    let with_status = |constraint: Constraint| Constraint {
        uses: Uses { enums: names(&["status"]), ..constraint.uses },
        ..constraint
    };
    named([
        ("items_pkey", primary_key(&["id"], "PRIMARY KEY (id)", "btree (id)")),
        (
            "items_name_check",
            Constraint { comment: Some("Not empty.".to_owned()), ..check(name_check, &["name"]) },
        ),
        ("items_price_check", with_status(check(price_check, &["price", "state"]))),
        (
            "items_room_during_excl",
            with_status(constraint(exclusion, ConstraintKind::Exclusion, &["during", "room", "state"])),
        ),
        ("items_collection_id_fkey", to_collections),
        ("items_parent", Constraint { validated: false, ..to_parent }),
    ])
}

fn weird() -> Table {
    Table {
        columns: vec![
            Column { default: Some(plain("'it''s'::text")), ..nullable("Col\"1", "text") },
            nullable("order", "integer"),
        ],
        constraints: named([("Weird \"table_order_check", check("CHECK ((\"order\" > 0))", &["order"]))]),
        indexes: named([(
            "we\"ird",
            index("btree (\"order\", ((\"Col\"\"1\" || 'x'::text)))", &["Col\"1", "order"]),
        )]),
        unlogged: true,
        ..Table::default()
    }
}

fn events() -> Table {
    Table {
        columns: vec![not_null("id", "bigint"), not_null("at", "date"), nullable("item", "integer")],
        constraints: named([
            ("events_id_check", check("CHECK ((id > 0))", &["id"])),
            (
                "events_item_fkey",
                constraint(
                    "FOREIGN KEY (item) REFERENCES items(id)",
                    foreign_key(&["item"], "items", &["id"]),
                    &["item"],
                ),
            ),
            ("events_pkey", primary_key(&["id", "at"], "PRIMARY KEY (id, at)", "btree (id, at)")),
        ]),
        indexes: named([("events_item", index("btree (item)", &["item"]))]),
        partition_by: Some("RANGE (at)".to_owned()),
        ..Table::default()
    }
}

fn events_2026() -> Table {
    let mut table = events();
    for constraint in table.constraints.values_mut() {
        constraint.inherited = true;
    }
    let mut key = table.constraints.remove("events_pkey").unwrap();
    key.part_of = Some(Name::local("events_pkey"));
    table.constraints.insert("events_2026_pkey".to_owned(), key);
    let attached = Index { part_of: Some(Name::local("events_item")), ..index("btree (item)", &["item"]) };
    Table {
        indexes: named([
            ("events_2026_item_idx", attached),
            ("events_2026_own", index("btree (id)", &["id"])),
        ]),
        partition_by: None,
        partition_of: Some(PartitionOf {
            parent: Name::local("events"),
            bound: "FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')".to_owned(),
        }),
        ..table
    }
}

fn notes() -> Table {
    Table {
        columns: vec![nullable("id", "bigint"), nullable("at", "date")],
        constraints: named([(
            "notes_id_at_fkey",
            constraint(
                "FOREIGN KEY (id, at) REFERENCES events(id, at)",
                foreign_key(&["id", "at"], "events", &["id", "at"]),
                &["at", "id"],
            ),
        )]),
        ..Table::default()
    }
}
