use autogenerate::{Composite, Domain};

#[derive(Domain)]
struct Opaque(String);

#[derive(Domain)]
#[sqlx(transparent)]
struct Two(String, String);

#[derive(Domain)]
#[sqlx(transparent)]
#[domain(check("length(name) > 1"), check(name = "a", "VALUE > ''", comment = "no"), check(name = "a", "VALUE < 'z'"), unique)]
struct Checked(String);

#[derive(Domain)]
#[sqlx(type_name = "email")]
#[domain(name = "mail")]
struct NamedTwice(String);

#[derive(Domain)]
#[sqlx(transparent)]
struct Generic<T>(T);

#[derive(Domain)]
#[sqlx(transparent)]
#[domain(renamed_from = "renamed")]
struct Renamed(String);

#[derive(Domain)]
enum Enum {
    A,
}

#[derive(Composite)]
struct Tuple(String);

#[derive(Composite)]
#[sqlx(type_name = "a.b.c")]
#[composite(name = "x")]
struct Named {
    #[composite(default = "1")]
    a: String,
    #[composite(name = "a")]
    b: String,
}

#[derive(Composite)]
struct Empty {}

fn main() {}
