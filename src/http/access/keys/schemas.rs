//! The JSON of requests about keys.

use chrono::{DateTime, Datelike, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{
    IntoParams, Number, PartialSchema, ToSchema,
    openapi::{
        KnownFormat, RefOr, Schema, SchemaFormat, Type,
        schema::{ArrayBuilder, ObjectBuilder},
    },
};
use validator::{Validate, ValidationError, ValidationErrors};

use crate::{
    access::{Grant, Grants, MAX_GRACE},
    http::{
        limits::{MAX_COLLECTION_KEY, MAX_GRANTS},
        request::{
            content::Input,
            json::{self, integer::IntegerText},
            query::{Expected, FromQuery, Parameters, parse_boolean, parse_date_time},
            text,
        },
    },
    postgres::access::models::ApiKeyContent,
};

/// The most characters of a name.
const MAX_NAME: usize = 200;
/// A grant as a pattern.
const GRANT: &str = r"^(read|write|delete|purge|manage):(\*|[a-z][a-z0-9-]{0,62}(\.[a-z][a-z0-9-]{0,62}){0,3}|[a-z][a-z0-9-]{0,62}(\.[a-z][a-z0-9-]{0,62}){0,2}\.\*)$";

/// What people call the key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyName(String);

impl PartialSchema for KeyName {
    fn schema() -> RefOr<Schema> {
        text::line_schema("What people call the key", MAX_NAME)
    }
}

impl ToSchema for KeyName {}

/// What the key allows.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyGrants(Vec<String>);

impl PartialSchema for KeyGrants {
    fn schema() -> RefOr<Schema> {
        let grant = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(GRANT))
            .max_length(Some("manage:".len() + MAX_COLLECTION_KEY));
        ArrayBuilder::new()
            .items(grant)
            .min_items(Some(1))
            .max_items(Some(MAX_GRANTS))
            .description(Some(
                "What the key allows: an action (`read`, `write`, `delete`, `purge`, `manage`), a colon, and the key \
                 of a collection, the beginning of some (`acme.*`), or `*`. Every action includes `read`. Grants that \
                 others include are left out.",
            ))
            .into()
    }
}

impl ToSchema for KeyGrants {}

impl Validate for KeyGrants {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut errors = ValidationErrors::new();
        let mut add = |pointer: &str, code, detail: String| {
            let mut error = ValidationError::new(code).with_message(detail.into());
            error.add_param(json::INSIDE.into(), &pointer);
            errors.add(json::WHOLE, error);
        };
        if !(1..=MAX_GRANTS).contains(&self.0.len()) {
            add("", "length", format!("must have 1 to {MAX_GRANTS} elements"));
        }
        for (index, grant) in self.0.iter().take(MAX_GRANTS).enumerate() {
            if let Err(detail) = grant.parse::<Grant>() {
                add(&format!("/{index}"), "grant", detail);
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

/// A new key, or the content of one. Members that only the server writes are ignored.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "name": "The importer of lamps", "grants": ["write:acme.lamps"] })))]
pub struct KeyCreate {
    #[validate(custom(function = validate_name))]
    #[schema(inline)]
    name: KeyName,
    #[validate(nested)]
    #[schema(inline)]
    grants: KeyGrants,
    /// When the key expires (RFC 3339); null for never.
    #[serde(default)]
    #[validate(custom(function = validate_expiry))]
    #[schema(value_type = Option<DateTime<Utc>>)]
    expires_at: Option<String>,
}

impl Input for KeyCreate {
    const OUTPUT_ONLY: &[&str] = &["id", "last_used_at", "revoked_at", "version", "created_at", "updated_at"];
}

impl KeyCreate {
    /// The content, and the grants that it has.
    pub fn into_content(self) -> (ApiKeyContent, Grants) {
        let grants = Grants::new(self.grants.0.iter().filter_map(|grant| grant.parse().ok()).collect());
        let content = ApiKeyContent {
            name: text::trim(&self.name.0).to_owned(),
            grants: grants.iter().map(Grant::to_string).collect(),
            expires_at: self.expires_at.and_then(|time| parse_expiry(&time).ok()),
        };
        (content, grants)
    }
}

/// Changes to a key (RFC 7396): members that are left out stay, null resets to the default.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "expires_at": "2027-01-01T00:00:00Z" })))]
#[expect(
    dead_code,
    reason = "documents the patch, which is applied as JSON and whose result is then validated"
)]
pub struct KeyPatch {
    #[schema(inline, nullable = false)]
    name: Option<KeyName>,
    #[schema(inline, nullable = false)]
    grants: Option<KeyGrants>,
    /// When the key expires (RFC 3339); null for never.
    expires_at: Option<DateTime<Utc>>,
}

/// How to rotate a key.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "grace_seconds": 3600 })))]
pub struct KeyRotation {
    #[validate(custom(function = validate_grace))]
    #[schema(inline)]
    grace_seconds: GraceSeconds,
}

impl KeyRotation {
    /// For how many seconds the secret before stays valid.
    pub fn grace_seconds(&self) -> u32 {
        self.grace_seconds.get().unwrap_or_default()
    }
}

/// For how many seconds the secret before stays valid.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GraceSeconds(IntegerText);

impl GraceSeconds {
    fn get(&self) -> Result<u32, ValidationError> {
        self.0.within(&(0..=MAX_GRACE))
    }
}

impl PartialSchema for GraceSeconds {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
            .description(Some(
                "For how many seconds the secret before stays valid: 0 if it was leaked, at most a week.",
            ))
            .minimum(Some(Number::UInt(0)))
            .maximum(Some(Number::UInt(MAX_GRACE as usize)))
            .into()
    }
}

impl ToSchema for GraceSeconds {}

impl Input for KeyRotation {
    const OUTPUT_ONLY: &[&str] = &[];
}

/// Which keys the list contains.
#[derive(Debug, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct KeyFilterQuery {
    /// Include keys that were revoked.
    #[param(required = false, default = false)]
    pub include_revoked: bool,
}

impl FromQuery for KeyFilterQuery {
    fn from_query(parameters: &mut Parameters) -> Self {
        Self { include_revoked: parameters.one("include_revoked", parse_boolean).unwrap_or(false) }
    }
}

fn validate_grace(seconds: &GraceSeconds) -> Result<(), ValidationError> {
    seconds.get().map(|_| ())
}

fn validate_expiry(text: &str) -> Result<(), ValidationError> {
    let fault = |Expected(code, detail)| ValidationError::new(code).with_message(detail);
    parse_expiry(text).map(|_| ()).map_err(fault)
}

/// A time that RFC 3339 can write in UTC: its years have four digits.
fn parse_expiry(text: &str) -> Result<DateTime<Utc>, Expected> {
    let expiry = parse_date_time(text)?;
    if (0..=9999).contains(&expiry.year()) {
        return Ok(expiry);
    }
    Err(Expected("date_time", "must be of the years 0000 to 9999 in UTC".into()))
}

fn validate_name(KeyName(name): &KeyName) -> Result<(), ValidationError> {
    text::validate_line(name, MAX_NAME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_grants_are_checked_than_a_key_may_have() {
        let errors = KeyGrants(vec!["x".into(); 3 * MAX_GRANTS]).validate().unwrap_err();
        assert_eq!(errors.field_errors()[json::WHOLE].len(), 1 + MAX_GRANTS);
    }
}
