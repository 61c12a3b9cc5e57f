//! JSON that is kept and passed on, but not read.

use autogenerate::{SqlType, model::TypeModel};
use sqlx::{
    Decode, Postgres, Type,
    error::BoxDynError,
    postgres::{PgTypeInfo, PgValueFormat, PgValueRef},
    types::Json,
};

/// The text of a `jsonb` value as PostgreSQL prints it, and so JSON.
///
/// `Json<Box<RawValue>>` is the same, but can only be had by parsing the text: a tenth of what a read of one row costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonText(Box<str>);

impl JsonText {
    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Type<Postgres> for JsonText {
    fn type_info() -> PgTypeInfo {
        <Json<()> as Type<Postgres>>::type_info()
    }
}

impl SqlType for JsonText {
    const TYPE: TypeModel = <Json<()> as SqlType>::TYPE;
}

impl<'r> Decode<'r, Postgres> for JsonText {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        /// What stands before the text in the binary format.
        const VERSION: &[u8] = &[1];
        let octets = value.as_bytes()?;
        let text = match value.format() {
            PgValueFormat::Binary => octets.strip_prefix(VERSION).ok_or("jsonb of an unknown version")?,
            PgValueFormat::Text => octets,
        };
        Ok(Self(str::from_utf8(text)?.into()))
    }
}
