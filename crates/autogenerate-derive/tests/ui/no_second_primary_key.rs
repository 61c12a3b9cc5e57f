use autogenerate::Table;

#[derive(Table)]
struct Item {
    #[column(primary_key)]
    a: i64,
    #[column(primary_key)]
    b: i64,
}

#[derive(Table)]
#[table(primary_key(columns = ["a", "b"]))]
struct Other {
    #[column(primary_key)]
    a: i64,
    b: i64,
}

fn main() {}
