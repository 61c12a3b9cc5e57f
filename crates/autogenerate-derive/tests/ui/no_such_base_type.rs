use autogenerate::{Composite, Domain};

struct Unknown;

#[derive(Domain)]
#[sqlx(transparent)]
struct Wrapper(Unknown);

#[derive(Composite)]
struct Pair {
    one: i32,
    other: Unknown,
}

fn main() {}
