use autogenerate::Table;

#[derive(Table)]
#[table(
    foreign_key(columns = ["a", "b"], references = "others(id)"),
    foreign_key(columns = ["a"]),
    foreign_key(references = "others")
)]
struct Item {
    #[column(on_delete = "cascade")]
    a: i64,
    #[column(references = "others(id)", on_delete = "explode")]
    b: i64,
    #[column(initially_deferred)]
    c: i64,
    #[column(references = "others(id")]
    d: i64,
}

fn main() {}
