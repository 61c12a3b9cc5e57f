//! Everything that a struct may have in addition to its columns.

use std::borrow::Cow;

use autogenerate::{Enum, SqlType, Table};

#[derive(Table)]
#[expect(dead_code, reason = "only its definition is looked at")]
struct Borrowed<'a> {
    #[column(primary_key, identity)]
    id: i64,
    name: &'a str,
    #[column(type = "varchar(20)")]
    nick: Option<Cow<'a, str>>,
    #[column(type = "numeric")]
    price: std::num::Wrapping<i64>,
    #[column(skip)]
    cache: std::cell::Cell<u8>,
    r#type: Kind,
}

#[derive(Enum)]
#[expect(dead_code, reason = "only its definition is looked at")]
enum Kind {
    One,
    Two,
}

#[derive(SqlType)]
#[sqlx(transparent)]
struct Wrapper<T>(T);

#[test]
fn a_struct_has_more_than_columns() {
    let table = <Borrowed as Table>::TABLE;
    assert_eq!(table.name, "borrowed");
    let nick = table.column("nick").map(|nick| (nick.data_type.name, nick.data_type.nullable));
    assert_eq!(nick, Some(("varchar(20)", true)));
    assert_eq!(table.column("type").map(|kind| kind.data_type.name), Some("kind"));
    assert_eq!(<Vec<Wrapper<i32>> as SqlType>::TYPE.dimensions, 1);
    let line = table.column("name").map(|name| name.location.line);
    assert_eq!(line, Some(12));
}
