//! The names of types.

use syn::Ident;

use super::sqlx::Sqlx;
use crate::{
    ast::{Text, TypeName},
    errors::Errors,
    text::qualified,
};

/// The name under which sqlx looks a type up: its `type_name`, or the Rust name.
pub fn type_name(ident: &Ident, sqlx: &Sqlx, errors: &mut Errors) -> TypeName {
    let Some(name) = &sqlx.type_name else {
        // sqlx looks it up without quotes, and PostgreSQL folds it to lower case.
        let value = ident.to_string().to_lowercase();
        return TypeName { schema: None, name: Text { value, span: ident.span() } };
    };
    let mut path = qualified(&name.value()).unwrap_or_else(|| {
        errors.at(name.span(), "`type_name` must be a type name, optionally with a schema");
        vec![]
    });
    let value = path.pop().unwrap_or_default();
    TypeName { schema: path.pop(), name: Text { value, span: name.span() } }
}
