//! Owners of objects that a revision recreates.

use std::fs;

use autogenerate::{
    model::Metadata,
    project::{ProjectError, Request},
};

use super::{Workplace, first, hanging::with_text, unanswered};

/// A model with an enumerated type and a domain.
#[expect(dead_code, reason = "rows are read by SQL here")]
mod of_a_kind {
    #[derive(autogenerate::Enum)]
    #[sqlx(type_name = "kind")]
    pub enum Kind {
        Lamp,
    }

    #[derive(sqlx::Type, autogenerate::Domain)]
    #[sqlx(transparent)]
    #[domain(name = "old_state")]
    pub struct State(pub i32);

    #[derive(autogenerate::Table)]
    #[table(name = "items")]
    pub struct Item {
        #[column(primary_key)]
        pub kind: Kind,
        pub state: Option<State>,
    }
}

/// The same with another value, and a domain of another name and base.
#[expect(dead_code, reason = "rows are read by SQL here")]
mod of_another_kind {
    #[derive(autogenerate::Enum)]
    #[sqlx(type_name = "kind")]
    pub enum Kind {
        Lamp,
        Chair,
    }

    // The new value is part of the definition, which is therefore in the second file.
    #[derive(sqlx::Type, autogenerate::Domain)]
    #[sqlx(transparent)]
    #[domain(name = "state", renamed_from = "old_state", default = "length('Chair')")]
    pub struct State(pub i64);

    #[derive(autogenerate::Table)]
    #[table(name = "items")]
    pub struct Item {
        #[column(primary_key)]
        pub kind: Kind,
        pub state: Option<State>,
    }
}

/// The first models with another value only.
#[expect(dead_code, reason = "rows are read by SQL here")]
mod of_more_kinds {
    #[derive(autogenerate::Enum)]
    #[sqlx(type_name = "kind")]
    pub enum Kind {
        Lamp,
        Chair,
    }

    #[derive(autogenerate::Table)]
    #[table(name = "items")]
    pub struct Item {
        #[column(primary_key)]
        pub kind: Kind,
        pub state: Option<super::of_a_kind::State>,
    }
}

/// A role that owns some of what a revision recreates.
struct Owner {
    place: Workplace,
    role: String,
}

impl Owner {
    /// Gives objects, such as `VIEW names`, to a new role.
    async fn of(mut place: Workplace, objects: &[&str]) -> Self {
        let random = place.text("SELECT gen_random_uuid()::text").await;
        let role = format!("\"owner {random}\"");
        let create = format!("CREATE ROLE {role}; GRANT CREATE ON SCHEMA public TO {role};");
        place.database.execute(&create).await;
        for object in objects {
            place.database.execute(&format!("ALTER {object} OWNER TO {role}")).await;
        }
        Self { place, role }
    }

    /// The names of what the role owns.
    async fn owned(&self) -> Vec<String> {
        let role = self.role.replace('"', "");
        let owned = format!(
            "SELECT classid::regclass || ' ' || (pg_identify_object(classid, objid, 0)).identity
             FROM pg_shdepend WHERE deptype = 'o' AND refobjid = (SELECT oid FROM pg_roles WHERE rolname = '{role}')
             ORDER BY 1"
        );
        self.place.database.texts(&owned).await
    }

    /// Writes a revision and runs it in both directions. Returns the number of its files.
    async fn stays(mut self, metadata: Metadata) -> Result<usize, ProjectError> {
        let before = self.owned().await;
        let request = Request { message: "change", now: self.place.now, ask: &unanswered };
        let revised = self.place.project_with(metadata).autogenerate(&request).await?;
        let paths = revised.revision.unwrap().written.paths;
        for path in &paths {
            assert!(!fs::read_to_string(path).unwrap().contains(&self.role));
        }
        self.place.upgrade().await.unwrap();
        assert_eq!(self.owned().await.len(), before.len(), "up");
        self.place.downgrade().await;
        assert_eq!(self.owned().await, before, "down");
        self.place.database.execute(&format!("DROP OWNED BY {0} CASCADE; DROP ROLE {0}", self.role)).await;
        Ok(paths.len() / 2)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recreated_gets_its_owner_back_in_both_directions_without_naming_the_role() {
    const DESCRIBED: &str = "CREATE VIEW \"Described\" AS SELECT name FROM items";
    let mut place = Workplace::with::<first::Item>("INSERT INTO items (name) VALUES ('Lamp')").await;
    place.write(
        "20261124120030_others",
        &format!(
            "{DESCRIBED}; CREATE MATERIALIZED VIEW hanging AS SELECT name FROM items;
             CREATE FUNCTION label(hanging) RETURNS text LANGUAGE sql RETURN $1.name;
             CREATE STATISTICS both_of_them ON id, name FROM items;"
        ),
    );
    place.upgrade().await.unwrap();
    let objects =
        ["VIEW \"Described\"", "MATERIALIZED VIEW hanging", "FUNCTION label", "STATISTICS both_of_them"];
    let owner = Owner::of(place, &objects).await;
    let metadata = Metadata::new().table::<with_text::Item>().sql(DESCRIBED);
    assert_eq!(owner.stays(metadata).await.unwrap(), 1);
}

/// A view of items, to be described by a model.
const KINDS: &str = "CREATE VIEW kinds AS SELECT kind, 1 AS n FROM items";

/// A database with the first models, and a role that owns the view and the domain.
async fn kinds() -> Owner {
    let mut place = Workplace::new().await;
    let metadata = Metadata::new().table::<of_a_kind::Item>().sql(KINDS);
    let request = Request { message: "first", now: place.now, ask: &unanswered };
    place.project_with(metadata).autogenerate(&request).await.unwrap();
    place.upgrade().await.unwrap();
    Owner::of(place, &["VIEW kinds", "DOMAIN old_state"]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_of_another_name_is_recreated_by_the_way_down_of_a_later_file() {
    let metadata = Metadata::new().table::<of_another_kind::Item>().sql(KINDS);
    assert_eq!(kinds().await.stays(metadata).await.unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_one_file_drops_and_another_creates_gets_its_owner_back() {
    // It has the new value, which the file that adds it cannot use.
    const NEW: &str = "CREATE VIEW kinds AS SELECT kind FROM items WHERE kind = 'Chair'";
    let metadata = Metadata::new().table::<of_more_kinds::Item>().sql(NEW);
    assert_eq!(kinds().await.stays(metadata).await.unwrap(), 2);
}
