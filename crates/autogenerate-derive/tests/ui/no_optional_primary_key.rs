use autogenerate::{SqlType, Table};

#[derive(Table)]
struct Item {
    #[column(primary_key)]
    id: Option<i64>,
}

#[derive(Table)]
#[table(primary_key(columns = ["id", "part"]))]
struct Part {
    id: i64,
    part: Option<i64>,
}

#[derive(SqlType)]
#[sqlx(transparent)]
struct Hidden(Option<i64>);

#[derive(Table)]
struct Behind {
    #[column(primary_key)]
    id: Hidden,
}

fn main() {}
