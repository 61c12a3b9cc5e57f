use autogenerate::Table;

#[derive(Table)]
#[table(
    check(name = "rule", "a > 0"),
    unique(name = "rule", columns = ["a"]),
    index(name = "by_a", columns = ["a"]),
    index(name = "by_a", columns = ["a DESC"]),
    index(name = "a_name_of_an_index_that_is_longer_than_the_sixty_three_bytes_that_postgresql_keeps", columns = ["a"])
)]
struct Item {
    a: i64,
    #[sqlx(rename = "a")]
    b: i64,
}

fn main() {}
