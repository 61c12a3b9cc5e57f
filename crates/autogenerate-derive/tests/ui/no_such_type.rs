use autogenerate::Table;

struct Unknown;

#[derive(Table)]
struct Item {
    id: Unknown,
    octet: u8,
    many: Vec<Unknown>,
    square: Vec<Vec<i32>>,
}

fn main() {}
