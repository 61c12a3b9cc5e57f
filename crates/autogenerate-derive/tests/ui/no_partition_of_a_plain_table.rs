use autogenerate::Table;

#[derive(Table)]
#[table(partition(name = "items_2026", values = "FROM (1) TO (2)"))]
struct Item {
    id: i64,
}

#[derive(Table)]
#[table(partition_by = "RANGE (id)", partition(name = "a"), partition(values = "FROM (1) TO (2)"), partition(name = "b", values = "IN (1)", default))]
struct Event {
    id: i64,
}

fn main() {}
