//! Values that do not fit a new type.

use super::convert::is_array;
use crate::{
    kinds::{
        planner::Planner,
        types::{self, element},
    },
    schema::{Column, SequenceOptions, quote_literal},
};

impl Planner<'_> {
    /// A condition for the values that do not fit the new type, if there is one.
    pub(super) fn misfits(&self, name: &str, was: &Column, is: &Column) -> Option<String> {
        if let Some(kept) = is.enum_type.as_ref().and_then(|it| self.to.enums.get(it)) {
            let kept: Vec<_> = kept.values.iter().map(|value| quote_literal(value)).collect();
            let kept = kept.join(", ");
            return Some(if is_array(is) {
                format!("NOT {name}::text[] <@ ARRAY[{kept}]::text[]")
            } else {
                format!("{name}::text NOT IN ({kept})")
            });
        }
        match (element(was), element(is)) {
            (None, None) => single_misfits(name, was, is),
            (Some(was), Some(is)) => {
                let wrong = self.misfits("element", &was, &is)?;
                Some(format!("EXISTS (SELECT FROM unnest({name}) AS element WHERE {wrong})"))
            }
            (None, Some(is)) => self.misfits(name, was, &is),
            (Some(was), None) => self.misfits(&format!("({name})[1]"), &was, is),
        }
    }
}

/// A condition for the values that do not fit a type that is neither an enum nor an array.
fn single_misfits(name: &str, was: &Column, is: &Column) -> Option<String> {
    let size = is.data_type.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(size, _)| size);
    let base = is.data_type.split('(').next().unwrap_or_default();
    Some(match (base, size) {
        ("character varying" | "character", Some(size)) => format!("char_length({name}::text) > {size}"),
        ("smallint" | "integer" | "bigint", _) => {
            let defaults = SequenceOptions::defaults(-1, base);
            let most = SequenceOptions::defaults(1, base).max;
            if types::is_text(was) {
                let fits = format!("{name}::numeric BETWEEN {} AND {most}", defaults.min);
                format!(
                    "CASE WHEN {name} ~ '^\\s*[-+]?\\d+\\s*$' THEN NOT {fits} ELSE {name} IS NOT NULL END"
                )
            } else if types::is_number(was) {
                format!("{name} NOT BETWEEN {} AND {most}", defaults.min)
            } else {
                return None;
            }
        }
        ("numeric", Some(size)) if types::is_number(was) || types::is_text(was) => {
            let mut digits = size.split(',').map(|digits| digits.trim().parse::<i64>().unwrap_or_default());
            let (precision, scale) = (digits.next().unwrap_or_default(), digits.next().unwrap_or_default());
            let whole = precision - scale;
            // Rounding may add a digit.
            let is_too_large = format!("abs(round({name}::numeric, {scale})) >= 10::numeric ^ {whole}");
            if matches!(was.data_type.as_str(), "smallint" | "integer" | "bigint") {
                format!("abs({name}) >= 10::numeric ^ {whole}")
            } else if types::is_number(was) {
                is_too_large
            } else {
                format!(
                    "CASE WHEN {name} ~ '^\\s*[-+]?\\d+(\\.\\d+)?\\s*$' THEN {is_too_large} \
                         ELSE {name} IS NOT NULL END"
                )
            }
        }
        ("uuid", _) => format!("{name}::text !~* '^[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$'"),
        _ => return None,
    })
}
