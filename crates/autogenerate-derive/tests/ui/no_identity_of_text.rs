use autogenerate::Table;

#[derive(Table)]
struct Item {
    #[column(primary_key, identity)]
    id: String,
}

#[derive(Table)]
struct Named {
    #[column(primary_key, identity, type = "numeric")]
    id: i64,
}

#[derive(Table)]
struct Optional {
    #[column(identity)]
    id: Option<i64>,
}

fn main() {}
