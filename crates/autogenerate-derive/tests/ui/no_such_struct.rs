use autogenerate::Table;

#[derive(Table)]
struct Tuple(i64);

#[derive(Table)]
struct Unit;

#[derive(Table)]
enum Enum {
    A,
}

#[derive(Table)]
struct Generic<T> {
    id: T,
}

#[derive(Table)]
struct Flat {
    #[sqlx(flatten)]
    inner: Inner,
}

struct Inner {
    #[expect(dead_code, reason = "nothing reads it here")]
    id: i64,
}

fn main() {}
