//! The models before and after each page of the guide.

use autogenerate::model::Metadata;

use super::walk::Walk;

const SOURCE: &str = include_str!("pages.rs");

/// Tests a page with one model before and one after.
macro_rules! page {
    ($test:ident, $page:literal, $before:ty, $after:ty) => {
        #[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            let models = [Metadata::new().table::<$before>(), Metadata::new().table::<$after>()];
            Walk::begin($page, SOURCE, models).await.finish().await;
        }
    };
}

mod with_nickname {
    #[derive(autogenerate::Table)]
    #[table(name = "people")]
    pub struct Person {
        #[column(primary_key, identity)]
        pub id: i64,
        pub name: String,
        pub nickname: Option<String>,
    }
}

mod without_nickname {
    #[derive(autogenerate::Table)]
    #[table(name = "people")]
    pub struct Person {
        #[column(primary_key, identity)]
        pub id: i64,
        pub name: String,
    }
}

page!(
    a_copy_is_kept_before_a_column_is_dropped,
    "01_copy_before_drop.md",
    with_nickname::Person,
    without_nickname::Person
);

mod with_optional_country {
    #[derive(autogenerate::Table)]
    #[table(name = "orders")]
    pub struct Order {
        #[column(primary_key, identity)]
        pub id: i64,
        pub country: Option<String>,
    }
}

mod with_country {
    #[derive(autogenerate::Table)]
    #[table(name = "orders")]
    pub struct Order {
        #[column(primary_key, identity)]
        pub id: i64,
        pub country: String,
    }
}

page!(
    a_column_is_populated_before_it_is_not_null,
    "02_not_null.md",
    with_optional_country::Order,
    with_country::Order
);

mod with_any_email {
    #[derive(autogenerate::Table)]
    #[table(name = "accounts")]
    pub struct Account {
        #[column(primary_key, identity)]
        pub id: i64,
        pub email: String,
    }
}

mod with_unique_email {
    #[derive(autogenerate::Table)]
    #[table(name = "accounts")]
    pub struct Account {
        #[column(primary_key, identity)]
        pub id: i64,
        #[column(unique)]
        pub email: String,
    }
}

page!(
    duplicates_are_removed_before_a_column_is_unique,
    "03_unique.md",
    with_any_email::Account,
    with_unique_email::Account
);

mod with_items {
    #[derive(autogenerate::Table)]
    #[table(name = "items")]
    pub struct Item {
        #[column(primary_key, identity)]
        pub id: i64,
        #[column(check = "name <> ''", index)]
        pub name: String,
    }

    #[derive(autogenerate::Table)]
    #[table(name = "sales")]
    pub struct Sale {
        #[column(primary_key, identity)]
        pub id: i64,
        #[column(references = "items(id)", index)]
        pub item_id: i64,
    }
}

mod with_products {
    #[derive(autogenerate::Table)]
    #[table(name = "products", renamed_from = "items")]
    pub struct Product {
        #[column(primary_key, identity)]
        pub id: i64,
        #[column(renamed_from = "name", check = "title <> ''", index)]
        pub title: String,
    }

    #[derive(autogenerate::Table)]
    #[table(name = "sales")]
    pub struct Sale {
        #[column(primary_key, identity)]
        pub id: i64,
        #[column(renamed_from = "item_id", references = "products(id)", index)]
        pub product_id: i64,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rename_includes_dependent_names() {
    let models = [
        Metadata::new().table::<with_items::Item>().table::<with_items::Sale>(),
        Metadata::new().table::<with_products::Product>().table::<with_products::Sale>(),
    ];
    Walk::begin("04_rename.md", SOURCE, models).await.finish().await;
}

mod with_small_types {
    #[derive(autogenerate::Table)]
    #[table(name = "readings")]
    pub struct Reading {
        #[column(primary_key, identity)]
        pub id: i64,
        #[column(type = "varchar(20)")]
        pub place: String,
        pub value: i32,
        pub unit: String,
    }
}

mod with_other_types {
    #[derive(autogenerate::Table)]
    #[table(name = "readings")]
    pub struct Reading {
        #[column(primary_key, identity)]
        pub id: i64,
        #[column(type = "varchar(200)")]
        pub place: String,
        pub value: i64,
        #[column(type = "varchar(10)")]
        pub unit: String,
    }
}

page!(types_are_widened_and_narrowed, "05_types.md", with_small_types::Reading, with_other_types::Reading);

mod with_full_name {
    #[derive(autogenerate::Table)]
    #[table(name = "people")]
    pub struct Person {
        #[column(primary_key, identity)]
        pub id: i64,
        pub full_name: String,
    }
}

mod with_two_names {
    #[derive(autogenerate::Table)]
    #[table(name = "people")]
    pub struct Person {
        #[column(primary_key, identity)]
        pub id: i64,
        pub first_name: String,
        pub last_name: String,
    }
}

page!(a_column_is_split_with_its_data, "06_split.md", with_full_name::Person, with_two_names::Person);

mod with_indexed_address {
    #[derive(autogenerate::Table)]
    #[table(name = "people")]
    pub struct Person {
        #[column(primary_key, identity)]
        pub id: i64,
        pub name: String,
        #[column(index)]
        pub email: Option<String>,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_existing_database_is_taken_over() {
    let models = Metadata::new().table::<with_indexed_address::Person>();
    Walk::on_empty("08_existing_project.md", SOURCE, models).await.finish().await;
}
