use autogenerate::Table;

#[derive(Table)]
#[table(exclude(using = "gist", elements = ["room"]))]
struct Item {
    room: i64,
}

fn main() {}
