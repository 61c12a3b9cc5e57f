use autogenerate::SqlType;

#[derive(SqlType)]
struct Opaque(i64);

#[derive(SqlType)]
#[sqlx(transparent)]
struct Two(i64, i64);

#[derive(SqlType)]
enum Enum {
    A,
}

#[derive(SqlType)]
#[repr(u8)]
enum Byte {
    A,
}

fn main() {}
