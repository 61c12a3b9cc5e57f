use autogenerate::Table;

#[derive(Table)]
#[table(name = "children")]
struct Child {
    #[column(primary_key)]
    id: i64,
    #[column(references = "parents", external)]
    parent_id: Option<i64>,
}

fn main() {}
