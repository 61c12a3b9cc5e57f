use autogenerate::Table;

struct Unknown;

#[derive(Table)]
struct Item {
    id: Unknown,
    byte: u8,
    many: Vec<Unknown>,
    square: Vec<Vec<i32>>,
}

fn main() {}
