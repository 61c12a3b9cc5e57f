//! The settings that decide how PostgreSQL prints.

use super::scope::Scope;
use crate::schema::quote_identifier;

/// All that the printing of types and expressions depends on. Nothing is compiled, as the queries are short, and tables are joined in the order
/// written here: without statistics, which a young database has not, the columns may be read twice as slowly otherwise.
const CANONICAL: &str = "SET LOCAL quote_all_identifiers = off; SET LOCAL datestyle = 'ISO, YMD'; \
    SET LOCAL intervalstyle = postgres; SET LOCAL timezone = 'UTC'; SET LOCAL extra_float_digits = 1; \
    SET LOCAL bytea_output = hex; SET LOCAL jit = off; SET LOCAL join_collapse_limit = 1; SET LOCAL search_path = ";

/// The statements that set it for a transaction; `current` is what is on the search path.
pub(super) fn canonical(scope: &Scope, current: &[String]) -> String {
    format!("{CANONICAL}{}", search_path(scope, current))
}

/// A schema that is read alone comes first, so that its names are not qualified. What else the connection finds without
/// a schema's name stays so: what was written for it (`citext`, an operator class) reads alike in an actual schema and
/// in a scratch one.
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
    fn the_schema_that_is_read_comes_first_and_public_is_never_missing() {
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
