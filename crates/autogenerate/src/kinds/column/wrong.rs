//! Slots for values that do not fit a new type.

use super::{convert::is_array, loss::Changed};
use crate::{
    kinds::{
        planner::Planner,
        slot::{enum_values, numbered_update},
        types,
    },
    plan::Slot,
    schema::{Column, Name, quote_identifier, quote_literal},
};

/// Values that do not fit a new type.
struct Wrong {
    condition: String,
    /// An expression for the value that remains, if there is one.
    nearest: Option<String>,
    /// Whether the condition holds for these values only. Otherwise, only the cast tells.
    is_known: bool,
}

impl Planner<'_> {
    /// The values that cannot be cast to the new type, or, if given, those that the cast changes.
    fn wrong(&self, (was, is): (&Column, &Column), changed: Option<Changed>) -> Wrong {
        let name = quote_identifier(&is.name);
        match changed {
            Some(Changed { condition, nearest }) => Wrong { condition, nearest, is_known: true },
            None => match self.misfits(&name, was, is) {
                Some(condition) => Wrong { condition, nearest: None, is_known: true },
                None => Wrong { condition: format!("{name} IS NOT NULL"), nearest: None, is_known: false },
            },
        }
    }

    /// A slot for the values of `column` that do not fit its new type where the rows of `table` are
    /// moved to another one. They are in `copy`.
    pub(in crate::kinds) fn moved_slot(
        &self,
        (table, copy): (&Name, &Name),
        (was, is): (&Column, &Column),
    ) -> Option<Slot> {
        let cast = types::cast(was, is);
        let is_guarded = self.guards && cast.loses;
        if was.data_type == is.data_type || !cast.may_fail && !is_guarded {
            return None;
        }
        let changed = if is_guarded { self.changed(was, is, cast.may_fail) } else { None };
        let Wrong { condition, is_known, .. } = self.wrong((was, is), changed);
        let name = quote_identifier(&is.name);
        let title = format!("make the values of {table}.{name} fit {}", is.data_type);
        let template = format!("UPDATE {copy} SET {name} = … WHERE {condition};");
        let rehearsal = format!("DELETE FROM {copy} WHERE {condition}");
        let slot = self.slot(table, title, &format!("{table} WHERE {condition}"), [template, rehearsal])?;
        let remaining =
            if is_known { format!("SELECT count(*) FROM {copy} WHERE {condition}") } else { String::new() };
        Some(Slot { remaining, ..slot })
    }

    /// A slot for values that cannot be cast to the new type, or, if given, for those that the cast
    /// changes.
    pub(super) fn cast_slot(
        &self,
        table: &Name,
        (was, is): (&Column, &Column),
        changed: Option<Changed>,
    ) -> Option<Slot> {
        let name = quote_identifier(&is.name);
        let Wrong { condition: wrong, nearest, is_known } = self.wrong((was, is), changed);
        let (old, new) = (enum_values(self.from, was), enum_values(self.to, is));
        // An enum type is renamed by now, so no value is cast to it.
        let kept =
            new.and_then(|values| values.iter().find(|value| old.is_none_or(|old| old.contains(value))));
        let sample = match kept {
            _ if nearest.is_some() => nearest.unwrap_or_default(),
            _ if new.is_some() && is_array(is) => "'{}'".to_owned(),
            _ if self.converts_via_text(was, is) => format!("({})::text", types::sample(is, new)),
            Some(value) => quote_literal(value),
            None => format!("({})::text::{}", types::sample(is, new), was.data_type),
        };
        let is_written = was.identity.is_none() && (was.generated.is_none() || is.generated.is_none());
        let rehearsal = if is_written {
            numbered_update(table, &format!("{name} = {sample}"), &wrong)
        } else {
            format!("DELETE FROM {table} WHERE {wrong}")
        };
        let template = format!("UPDATE {table} SET {name} = … WHERE {wrong};");
        let title = format!("make the values of {table}.{name} fit {}", is.data_type);
        let slot = self.slot(table, title, &format!("{table} WHERE {wrong}"), [template, rehearsal])?;
        Some(Slot { remaining: if is_known { slot.remaining } else { String::new() }, ..slot })
    }
}
