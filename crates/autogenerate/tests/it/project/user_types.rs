//! Domains and composite types as models.

use std::fs;

use autogenerate::{
    model::Metadata,
    project::{ProjectError, Request, Revised},
};

use super::{Workplace, changes, unanswered};

/// The initial models.
mod first {
    use autogenerate::{Composite, Domain, Enum, Table};

    /// An address for electronic mail.
    #[derive(Debug, Clone, PartialEq, sqlx::Type, Domain)]
    #[sqlx(transparent)]
    #[domain(check(name = "email_has_at", "VALUE LIKE '%@%'"))]
    pub struct Email(pub String);

    #[derive(Debug, Clone, PartialEq, sqlx::Type, Domain)]
    #[sqlx(transparent)]
    pub struct Cents(pub i32);

    #[derive(Debug, Clone, PartialEq, sqlx::Type, Enum)]
    #[sqlx(type_name = "land", rename_all = "lowercase")]
    pub enum Land {
        De,
        Fr,
    }

    /// Where something is sent.
    #[derive(Debug, Clone, PartialEq, sqlx::Type, Composite)]
    #[sqlx(type_name = "address")]
    pub struct Address {
        /// With the number.
        pub street: String,
        pub code: Option<String>,
        pub land: Land,
        pub fee: Option<Cents>,
    }

    #[derive(Debug, Clone, PartialEq, sqlx::FromRow, Table)]
    #[table(name = "parcels", index(columns = ["price"]), check(name = "parcels_price", "price > 0"))]
    pub struct Parcel {
        #[column(primary_key)]
        pub id: i32,
        pub sender: Option<Email>,
        pub price: Cents,
        pub address: Address,
        pub stops: Vec<Address>,
    }
}

/// Checks, defaults and attributes change, in place.
#[expect(dead_code, reason = "rows are read by SQL here")]
mod altered {
    use autogenerate::{Composite, Domain, Table};

    use super::first::Land;

    #[derive(Domain)]
    #[sqlx(transparent)]
    #[domain(check(name = "email_is_short", "length(VALUE) <= 320"), default = "'nobody@example.org'")]
    pub struct Email(pub String);

    #[derive(Domain)]
    #[sqlx(transparent)]
    pub struct Cents(pub i32);

    /// Where something goes.
    #[derive(Composite)]
    #[sqlx(type_name = "address")]
    pub struct Address {
        pub street: String,
        /// Of the country.
        pub land: Land,
        pub fee: Option<Cents>,
        pub floor: Option<i32>,
    }

    #[derive(Table)]
    #[table(name = "parcels", index(columns = ["price"]), check(name = "parcels_price", "price > 0"))]
    pub struct Parcel {
        #[column(primary_key)]
        pub id: i32,
        pub sender: Option<Email>,
        pub price: Cents,
        pub address: Address,
        pub stops: Vec<Address>,
    }
}

/// The types are renamed, and replaced by ones of other base types.
#[expect(dead_code, reason = "rows are read by SQL here")]
mod replaced {
    use autogenerate::{Composite, Domain, Table};

    use super::first::Land;

    #[derive(Domain)]
    #[sqlx(transparent)]
    #[domain(renamed_from = "email", collation = "C", check(name = "email_has_at", "VALUE LIKE '%@%'"))]
    /// An address for electronic mail.
    pub struct MailAddress(pub String);

    #[derive(Domain)]
    #[sqlx(transparent)]
    pub struct Cents(pub i64);

    /// Where something is sent.
    #[derive(Composite)]
    #[sqlx(type_name = "destination")]
    #[composite(renamed_from = "address")]
    pub struct Destination {
        /// With the number.
        pub street: String,
        pub code: Option<String>,
        pub land: Land,
        pub fee: Option<Cents>,
    }

    #[derive(Table)]
    #[table(name = "parcels", index(columns = ["price"]))]
    pub struct Parcel {
        #[column(primary_key)]
        pub id: i32,
        pub sender: Option<MailAddress>,
        pub price: Cents,
        pub address: Destination,
        pub stops: Vec<Destination>,
    }
}

/// No column uses the types.
#[expect(dead_code, reason = "rows are read by SQL here")]
mod without {
    #[derive(autogenerate::Table)]
    #[table(name = "parcels")]
    pub struct Parcel {
        #[column(primary_key)]
        pub id: i32,
        pub price: i32,
    }
}

async fn revise(place: &mut Workplace, metadata: &Metadata, message: &str) -> Result<Revised, ProjectError> {
    let request = Request { message, now: place.now, ask: &unanswered };
    let revised = place.project_with(metadata.clone()).autogenerate(&request).await?;
    remove_slots(place);
    place.upgrade().await.unwrap();
    for _ in 0..2 {
        // The second time, the result comes from the cache.
        let report = place.project_with(metadata.clone()).check().await.unwrap();
        assert!(report.is_clean(), "{:?} {:?}", report.edges, report.undescribed);
        assert_eq!(report.unmanaged, []);
    }
    Ok(revised)
}

/// No row needs anything.
fn remove_slots(place: &Workplace) {
    for slot in place.migrations().open_slots() {
        assert!(slot.title.ends_with("(0 rows)"), "{slot:?}");
        let path = place.folder.path().join(&slot.file);
        let text = fs::read_to_string(&path).unwrap().replace("= …", "= NULL");
        let is_slot = |line: &&str| line.starts_with("-- SLOT") || line.contains('…');
        fs::write(path, text.lines().filter(|line| !is_slot(line)).collect::<Vec<_>>().join("\n")).unwrap();
    }
}

fn up(revised: &Revised) -> String {
    let plan = &revised.revision.as_ref().unwrap().up;
    plan.statements.iter().flat_map(|statement| [&*statement.sql, ";\n"]).collect()
}

const ROW: &str = "INSERT INTO parcels VALUES
    (1, 'a@b', 300, ('High Street 1', 'X1', 'de', 50), ARRAY[('Low Street 2', NULL, 'fr', 20)::address])";

#[tokio::test(flavor = "multi_thread")]
async fn sqlx_binds_and_returns_the_values_of_domains_and_composite_types() {
    use first::{Address, Cents, Email, Land, Parcel};
    let mut place = Workplace::new().await;
    revise(&mut place, &Metadata::new().table::<Parcel>(), "first").await.unwrap();
    let address = Address { street: "Way 3".to_owned(), code: None, land: Land::Fr, fee: Some(Cents(7)) };
    let parcel = Parcel {
        id: 1,
        sender: Some(Email("a@b".to_owned())),
        price: Cents(300),
        address: address.clone(),
        stops: vec![address],
    };
    sqlx::query("INSERT INTO parcels VALUES ($1, $2, $3, $4, $5)")
        .bind(parcel.id)
        .bind(&parcel.sender)
        .bind(&parcel.price)
        .bind(&parcel.address)
        .bind(&parcel.stops)
        .execute(&mut place.database.connection)
        .await
        .unwrap();
    let read: Parcel =
        sqlx::query_as("SELECT * FROM parcels").fetch_one(&mut place.database.connection).await.unwrap();
    assert_eq!(read, parcel);
}

#[tokio::test(flavor = "multi_thread")]
async fn checks_defaults_and_attributes_are_altered_in_place() {
    let mut place = Workplace::new().await;
    revise(&mut place, &Metadata::new().table::<first::Parcel>(), "first").await.unwrap();
    place.database.execute(ROW).await;
    let start = place.database.public().await;
    let revised = revise(&mut place, &Metadata::new().table::<altered::Parcel>(), "altered").await.unwrap();
    let sql = up(&revised);
    for expected in [
        "ALTER DOMAIN email DROP CONSTRAINT email_has_at",
        "ALTER DOMAIN email ADD CONSTRAINT email_is_short CHECK ((length(VALUE) <= 320)) NOT VALID",
        "ALTER DOMAIN email VALIDATE CONSTRAINT email_is_short",
        "ALTER DOMAIN email SET DEFAULT 'nobody@example.org'::text",
        "COMMENT ON DOMAIN email IS NULL",
        "ALTER TYPE address DROP ATTRIBUTE code",
        "ALTER TYPE address ADD ATTRIBUTE floor integer",
        "COMMENT ON COLUMN address.street IS NULL",
        "COMMENT ON COLUMN address.land IS 'Of the country.'",
        "COMMENT ON TYPE address IS 'Where something goes.'",
    ] {
        assert!(sql.contains(expected), "{expected}\n{sql}");
    }
    assert!(
        !sql.contains("DROP TYPE") && !sql.contains("DROP DOMAIN") && !sql.contains("SET DATA TYPE"),
        "{sql}"
    );
    assert_eq!(
        place.text("SELECT (address, stops)::text FROM parcels").await,
        r#"("(""High Street 1"",de,50,)","{""(\\""Low Street 2\\"",fr,20,)""}")"#
    );
    while place.database.public().await != start {
        place.downgrade().await;
    }
    assert_eq!(place.text("SELECT (address).street FROM parcels").await, "High Street 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_under_columns_is_renamed_and_replaced_and_keeps_their_data() {
    let mut place = Workplace::new().await;
    revise(&mut place, &Metadata::new().table::<first::Parcel>(), "first").await.unwrap();
    place.database.execute(ROW).await;
    let start = place.database.public().await;
    let revised = revise(&mut place, &Metadata::new().table::<replaced::Parcel>(), "replaced").await.unwrap();
    let sql = up(&revised);
    for expected in [
        "ALTER DOMAIN email RENAME TO mail_address",
        "ALTER TYPE address RENAME TO destination",
        "ALTER DOMAIN mail_address RENAME TO mail_address_old",
        "CREATE DOMAIN cents AS bigint",
        "DROP DOMAIN cents_old",
    ] {
        assert!(sql.contains(expected), "{expected}\n{sql}");
    }
    let row = "SELECT (sender, price, address, stops)::text FROM parcels";
    let expected = r#"(a@b,300,"(""High Street 1"",X1,de,50)","{""(\\""Low Street 2\\"",,fr,20)""}")"#;
    assert_eq!(place.text(row).await, expected);
    while place.database.public().await != start {
        place.downgrade().await;
    }
    assert_eq!(place.text(row).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_without_a_model_is_asked_about_and_dropped_when_declared() {
    let mut place = Workplace::new().await;
    let first = Metadata::new().table::<first::Parcel>();
    revise(&mut place, &first, "first").await.unwrap();
    let start = place.database.public().await.schema.normalized();
    let without = Metadata::new().table::<without::Parcel>();
    let error = revise(&mut place, &without, "without").await.unwrap_err().to_string();
    for expected in ["domain email; to drop it: Metadata::dropped(\"email\")", "composite type address"] {
        assert!(error.contains(expected), "{error}");
    }
    // Types that no column uses can be listed.
    let listed = without.clone().data_type::<first::Address>().data_type::<first::Email>();
    revise(&mut place, &listed, "listed").await.unwrap();
    let dropped = ["email", "address", "cents", "land"].into_iter().fold(without, Metadata::dropped);
    let revised = revise(&mut place, &dropped, "dropped").await.unwrap();
    assert_eq!(
        changes(&revised),
        ["drop enum land", "drop domain cents", "drop domain email", "drop composite type address"]
    );
    while place.database.public().await.schema.normalized() != start {
        place.downgrade().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_difference_of_a_type_is_reported_with_its_struct() {
    let mut place = Workplace::new().await;
    revise(&mut place, &Metadata::new().table::<first::Parcel>(), "first").await.unwrap();
    let report = place.check::<altered::Parcel>().await;
    let differences: Vec<_> = report.edges.iter().flat_map(|edge| &edge.differences).collect();
    let origin = |object: &str| {
        let found = differences.iter().find(|it| it.change.object.to_string() == object).unwrap();
        found.origin.as_ref().unwrap().field.clone()
    };
    assert_eq!(origin("domain email"), "Email");
    assert_eq!(origin("composite type address"), "Address");
}
