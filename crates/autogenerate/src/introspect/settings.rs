//! The settings that determine how PostgreSQL prints.

use super::scope::Scope;
use crate::schema::quote_identifier;

/// Everything that the printing of types and expressions depends on.
///
/// JIT is off because the queries are short. Tables are joined in the order written: a new
/// database has no statistics, and the planner's choice could make reading columns twice as slow.
const CANONICAL: &str = "SET LOCAL quote_all_identifiers = off; \
    SET LOCAL standard_conforming_strings = on; SET LOCAL datestyle = 'ISO, YMD'; \
    SET LOCAL intervalstyle = postgres; SET LOCAL timezone = 'UTC'; SET LOCAL extra_float_digits = 1; \
    SET LOCAL bytea_output = hex; SET LOCAL jit = off; SET LOCAL join_collapse_limit = 1; SET LOCAL search_path = ";

/// The statements that apply these settings to a transaction; `current` is the search path.
pub(super) fn canonical(scope: &Scope, current: &[String]) -> String {
    format!("{CANONICAL}{}", search_path(scope, current))
}

/// Puts the single schema first, so that its names are unqualified, and leaves the rest of the
/// search path as it is.
///
/// What is written without a schema (`citext`, an operator class) then reads the same in the actual
/// schema and in a scratch one.
fn search_path(scope: &Scope, current: &[String]) -> String {
    let Scope::Schema(own) = scope else { return "''".to_owned() };
    let mut path = vec![own.as_str()];
    for schema in current.iter().map(String::as_str).chain(["public"]) {
        if !path.contains(&schema) && !schema.starts_with("pg_") {
            path.push(schema);
        }
    }
    path.into_iter().map(quote_identifier).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_introspected_schema_comes_first_and_public_is_always_present() {
        let path = |own: &str, current: &[&str]| {
            let current: Vec<String> = current.iter().map(ToString::to_string).collect();
            search_path(&Scope::Schema(own.to_owned()), &current)
        };
        assert_eq!(path("public", &["public"]), "public");
        assert_eq!(path("a B", &["public", "extensions", "pg_temp_3"]), "\"a B\", public, extensions");
        assert_eq!(path("app", &[]), "app, public");
        assert_eq!(search_path(&Scope::Database, &["public".to_owned()]), "''");
    }
}
