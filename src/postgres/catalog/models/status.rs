//! The stages of an item's life.

use autogenerate::Enum;

/// The stage of an item's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, Enum)]
#[sqlx(type_name = "varchar", rename_all = "snake_case")]
#[enumeration(type = "varchar(50)")]
pub enum Status {
    /// Being prepared.
    Draft,
    /// In use.
    Active,
    /// Stored for the record.
    Archived,
}

impl Status {
    /// Its name in the database, on the wire and in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Archived => "archived",
        }
    }
}
