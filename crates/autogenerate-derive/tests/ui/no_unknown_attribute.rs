use autogenerate::{Enum, SqlType, Table};

#[derive(Table)]
#[table(nmae = "items", index(column = ["id"], columns = ["id"]), unlogged = true)]
#[table(name = "items", name = "things")]
struct Item {
    #[column(primarykey, default = 1)]
    id: i64,
    #[column(check = "", check("a", "b"), type)]
    a: i64,
    #[column("text")]
    b: i64,
    #[column(unique, skip)]
    c: i64,
}

#[derive(Enum)]
#[enumeration(name = "colour")]
enum Colour {
    #[enumeration(rename = "red")]
    Red,
}

#[derive(SqlType)]
#[sqlx(transparent)]
#[sql_type(name = "text")]
struct Name(String);

fn main() {
    // The models can still be used, so that only their own errors are reported.
    let _ = autogenerate::model::Metadata::new().table::<Item>().data_type::<Colour>().data_type::<Name>();
}
