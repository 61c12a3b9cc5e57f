use autogenerate::{Enum, Table};

#[derive(Table)]
#[table(name = "items", renamed_from = "items")]
struct Item {
    #[column(renamed_from = "b")]
    a: i64,
    b: i64,
    #[column(renamed_from = "old")]
    c: i64,
    #[column(renamed_from = "old")]
    d: i64,
}

#[derive(Enum)]
enum Colour {
    #[enumeration(renamed_from = "Blue")]
    Red,
    Blue,
}

fn main() {}
