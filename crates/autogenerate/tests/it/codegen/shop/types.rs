#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, autogenerate::Enum)]
#[sqlx(type_name = "billing.rank")]
pub enum Rank {
    #[sqlx(rename = "1st")]
    N1st,
    #[sqlx(rename = "PG-13")]
    Pg13,
    #[sqlx(rename = "")]
    Unnamed,
}

/// How someone feels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, autogenerate::Enum)]
#[sqlx(type_name = "mood", rename_all = "snake_case")]
pub enum Mood {
    Happy,
    SoSo,
}

/// It's for mail.
#[derive(Debug, Clone, PartialEq, sqlx::Type, autogenerate::Domain)]
#[sqlx(transparent)]
#[domain(
    name = "email",
    collation = "C",
    default = "'a@b'::text",
    not_null,
    check(name = "email_has_at", r#"VALUE ~ '@\w'::text"#)
)]
pub struct Email(pub String);

#[derive(Debug, Clone, PartialEq, sqlx::Type, autogenerate::Composite)]
#[sqlx(type_name = "billing.address")]
pub struct Address {
    /// With the number.
    pub street: Option<String>,
    #[composite(name = "zip code", type = "character varying(10)")]
    pub zip_code: Option<String>,
    pub mood: Option<Mood>,
}
