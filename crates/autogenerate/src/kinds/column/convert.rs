//! Expressions that convert values between types.

use crate::{kinds::types::Using, schema::Column};

pub(super) fn is_array(column: &Column) -> bool {
    column.data_type.ends_with("[]")
}

/// The text type with the same number of dimensions.
pub(super) fn text_like(column: &Column) -> &'static str {
    if is_array(column) { "text[]" } else { "text" }
}

/// An expression that converts a value from one type to another.
pub(in crate::kinds) fn converted(using: Using, value: &str, was: &Column, is: &Column) -> String {
    let data_type = &is.data_type;
    match using {
        Using::Nothing | Using::Cast => format!("{value}::{data_type}"),
        Using::ViaText => format!("{value}::{}::{data_type}", text_like(is)),
        Using::Utc if was.data_type == "date" => format!("{value}::timestamp AT TIME ZONE 'UTC'"),
        Using::Utc if data_type == "date" => format!("({value} AT TIME ZONE 'UTC')::date"),
        Using::Utc => format!("{value} AT TIME ZONE 'UTC'"),
        // NULL stays NULL: no value is not a list of one unknown value.
        Using::Array if was.nullable => {
            format!("CASE WHEN {value} IS NOT NULL THEN ARRAY[{value}]::{data_type} END")
        }
        Using::Array => format!("ARRAY[{value}]::{data_type}"),
        Using::FirstElement => format!("({value})[1]::{data_type}"),
    }
}
