//! JSON that is stored and passed on without being parsed.

use autogenerate::{SqlType, model::TypeModel};
use sqlx::{
    Decode, Postgres, Type,
    error::BoxDynError,
    postgres::{PgTypeInfo, PgValueFormat, PgValueRef},
    types::Json,
};

/// The text of a `jsonb` value as PostgreSQL prints it, which is valid JSON.
///
/// `Json<Box<RawValue>>` holds the same, but parses the text: a tenth of the cost of reading a row.
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
        /// The version byte that precedes the text in the binary format.
        const VERSION: &[u8] = &[1];
        let bytes = value.as_bytes()?;
        let text = match value.format() {
            PgValueFormat::Binary => bytes.strip_prefix(VERSION).ok_or("jsonb of an unknown version")?,
            PgValueFormat::Text => bytes,
        };
        Ok(Self(str::from_utf8(text)?.into()))
    }
}
