use autogenerate::Table;

#[derive(Table)]
struct Item {
    #[column(default = "1", generated = "2")]
    a: i32,
    #[column(default = "1", identity)]
    b: i32,
    #[column(identity, generated = "2")]
    c: i32,
    #[column(virtual)]
    d: i32,
    #[column(identity = "sometimes")]
    e: i32,
}

fn main() {}
