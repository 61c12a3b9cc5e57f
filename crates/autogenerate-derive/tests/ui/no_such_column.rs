use autogenerate::Table;

#[derive(Table)]
#[table(
    name = "items",
    index(columns = ["created_at DESC", "lower(name)", "nmae"]),
    index(columns = ["name"], include = ["size"]),
    unique(columns = ["name", "colour"]),
    primary_key(columns = ["key"]),
    foreign_key(columns = ["parent"], references = "items(id)"),
    exclude(elements = ["room WITH ="])
)]
struct Item {
    id: i64,
    name: String,
}

#[derive(Table)]
#[table(unique(columns = ["kind"]), index(columns = ["id", "id"]), unique(columns = ["id", "id"]))]
struct Renamed {
    id: i64,
    #[sqlx(rename = "type")]
    kind: String,
}

fn main() {}
