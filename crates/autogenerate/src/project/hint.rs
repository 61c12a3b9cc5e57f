//! What to do about errors of PostgreSQL.

use crate::schema::quote_identifier;

const UNDEFINED_OBJECT: &str = "42704";
const UNDEFINED_FUNCTION: &str = "42883";

/// What to do about an error of PostgreSQL, on a line of its own; empty if unknown.
pub(super) fn hint(error: &sqlx::Error) -> String {
    let role = role_hint(error);
    if role.is_empty() { extension_hint(error) } else { role }
}

/// Names the extension that a missing type or operator class belongs to, if it is a common one.
fn extension_hint(error: &sqlx::Error) -> String {
    const MEMBERS: [(&str, &str); 12] = [
        ("citext", "citext"),
        ("hstore", "hstore"),
        ("ltree", "ltree"),
        ("lquery", "ltree"),
        ("cube", "cube"),
        ("vector", "vector"),
        ("geometry", "postgis"),
        ("geography", "postgis"),
        ("gin_trgm_ops", "pg_trgm"),
        ("gist_trgm_ops", "pg_trgm"),
        ("uuid_generate_v4", "uuid-ossp"),
        ("unaccent", "unaccent"),
    ];
    let Some(error) = error.as_database_error() else { return String::new() };
    if !error.code().is_some_and(|code| [UNDEFINED_OBJECT, UNDEFINED_FUNCTION].contains(&&*code)) {
        return String::new();
    }
    let mut words = error.message().split(|c: char| !c.is_alphanumeric() && c != '_');
    let found = words.find_map(|word| MEMBERS.iter().find(|(member, _)| *member == word));
    found.map_or_else(String::new, |(member, extension)| {
        format!("\n{member} belongs to an extension: add Metadata::extension({extension:?})")
    })
}

/// Says what to do about a role that the server lacks. Roles belong to the server, so trying
/// migrations creates none.
fn role_hint(error: &sqlx::Error) -> String {
    let error =
        error.as_database_error().filter(|error| error.code().is_some_and(|code| code == UNDEFINED_OBJECT));
    let role = error.and_then(|error| error.message().strip_prefix("role \"")?.split_once('"'));
    role.map_or_else(String::new, |(role, _)| {
        format!(
            "\nmigrations are tried on this server, so it needs their roles: CREATE ROLE {}",
            quote_identifier(role)
        )
    })
}
