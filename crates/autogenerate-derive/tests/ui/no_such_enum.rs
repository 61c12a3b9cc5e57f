use autogenerate::Enum;

#[derive(Enum)]
enum Empty {}

#[derive(Enum)]
enum Fields {
    A,
    B(i32),
    C { d: i32 },
}

#[derive(Enum)]
struct NoEnum;

#[derive(Enum)]
#[repr(i32)]
enum Number {
    One = 1,
}

#[derive(Enum)]
enum Twice {
    #[sqlx(rename = "b")]
    A,
    #[sqlx(rename = "b")]
    B,
}

#[derive(Enum)]
#[sqlx(type_name = "not a type")]
enum Name {
    A,
}

#[derive(Enum)]
#[enumeration(type = "text")]
enum Text {
    #[enumeration(renamed_from = "B")]
    A,
}

fn main() {}
