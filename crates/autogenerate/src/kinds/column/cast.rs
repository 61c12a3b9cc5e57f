//! Changes the type of columns.

use super::{
    alter::Alterations,
    convert::{converted, is_array, text_like},
    sql::collate,
};
use crate::{
    hazard::Hazard,
    kinds::{
        definition::Unique,
        planner::Planner,
        slot::enum_values,
        types::{self, Using},
        user_type::change::{CONVERT, UserTypeChange},
    },
    plan::Slot,
    schema::{Column, Name, Object, quote_identifier},
};

impl Planner<'_> {
    /// Changes the type, with the hazards, and with a slot if some values cannot be cast.
    pub(super) fn set_type(&self, group: &mut Alterations<'_>, was: &Column, is: &Column) {
        if let Some(change) = self.user_type_change(was, is) {
            return self.set_user_type(group, &change, (was, is));
        }
        let mut cast = types::cast(was, is);
        if !self.holds_rows(group.table) {
            (cast.rewrites, cast.may_fail, cast.loses) = (false, false, false);
        }
        let swapped = is.enum_type.is_some() && was.enum_type.is_some() && is_array(was) == is_array(is);
        let via_text = self.converts_via_text(was, is);
        push_type(group, (was, is), cast.using, [via_text, swapped]);
        let rewrites = swapped || cast.rewrites && was.data_type != is.data_type;
        let may_fail = cast.may_fail || swapped && self.removes_values(was, is);
        let is_guarded = self.guards && cast.loses;
        // The removed values are replaced before the type.
        let is_mapped = swapped && !via_text && was.enum_type == is.enum_type;
        if rewrites {
            group.hazard(Hazard::RewritesTable);
            group.hazard(Hazard::BlocksReads);
        }
        let is_reordered =
            was.collation != is.collation || types::ignores_case(was) != types::ignores_case(is);
        if !rewrites && is_reordered && self.is_indexed(group.table, &is.name) {
            // Its indexes are then sorted differently, and rebuilt while reads are blocked.
            group.hazard(Hazard::BuildsIndex);
            group.hazard(Hazard::BlocksReads);
        }
        if cast.loses {
            group.hazard(Hazard::DeletesData);
        }
        let misfit = (may_fail || is_guarded).then(|| {
            let changed = if is_guarded { self.changed(was, is, may_fail) } else { None };
            if is_mapped { None } else { self.cast_slot(group.table, (was, is), changed) }
        });
        let merges = cast.loses || types::ignores_case(is) && !types::ignores_case(was);
        let value = || converted(cast.using, &quote_identifier(&is.name), was, is);
        let merged = if merges { self.merged_keys(group.table, is, &value()) } else { Vec::new() };
        if misfit.is_some() || !merged.is_empty() {
            group.hazard(Hazard::MayFailOnData);
        }
        let merged = merged.iter().filter_map(|key| self.duplicates_slot(group.table, key));
        let slot = misfit.flatten().into_iter().chain(merged).reduce(Slot::and);
        group.step = group.step.take().map(|step| step.slot(slot));
    }

    /// Changes the type if a domain or a replaced type is involved.
    fn set_user_type(
        &self,
        group: &mut Alterations<'_>,
        change: &UserTypeChange,
        (was, is): (&Column, &Column),
    ) {
        let (name, data_type) = (quote_identifier(&is.name), &is.data_type);
        let (using, may_fail, loses) = match change {
            UserTypeChange::Composite { using, may_fail, loses, .. } => (using.clone(), *may_fail, *loses),
            UserTypeChange::Text => (format!("{name}::{}::{data_type}", text_like(is)), true, false),
            UserTypeChange::Domain { via_text: true, .. } => {
                (format!("{name}::{}::{data_type}", text_like(is)), true, false)
            }
            UserTypeChange::Domain { was: old, is: new, .. } => {
                let cast = types::cast(old, new);
                // Its value in the base type: that of the new domain follows by assignment, which,
                // unlike a cast, cuts nothing off.
                let value = if old.data_type == was.data_type {
                    name.clone()
                } else {
                    format!("{name}::{}", old.data_type)
                };
                let is_assigned = cast.using == Using::Nothing || old.data_type == new.data_type;
                let using = if is_assigned { value } else { converted(cast.using, &value, old, new) };
                let may_fail = cast.may_fail || self.narrows_domain(&was.data_type, data_type);
                (using, may_fail, cast.loses)
            }
        };
        let function = match change {
            UserTypeChange::Composite { function, .. } => function.as_ref(),
            _ => None,
        };
        if let Some(function) = function {
            group.statement(function);
        }
        group.push(&format!("SET DATA TYPE {data_type}{}\n    USING {using}", collate(is)));
        group.hazard(Hazard::RewritesTable);
        group.hazard(Hazard::BlocksReads);
        if loses {
            group.hazard(Hazard::DeletesData);
        }
        if may_fail {
            group.hazard(Hazard::MayFailOnData);
        }
        if may_fail {
            let slot = self.user_type_slot(group.table, change, (was, is));
            group.step = group.step.take().map(|step| step.slot(slot));
        }
        if function.is_some() {
            group.statement(&format!("DROP FUNCTION {CONVERT}"));
        }
    }

    /// A slot for values that the new type rejects, if there is a condition for them: without one,
    /// all values would be replaced.
    fn user_type_slot(
        &self,
        table: &Name,
        change: &UserTypeChange,
        (was, is): (&Column, &Column),
    ) -> Option<Slot> {
        let cast = match change {
            UserTypeChange::Domain { was, is, via_text } if *via_text || types::cast(was, is).may_fail => {
                self.cast_slot(table, (was, is), None)
            }
            _ => None,
        };
        let cast = cast.filter(|slot| !slot.remaining.is_empty());
        cast.into_iter().chain(self.narrowed_slot(table, was, is)).reduce(Slot::and)
    }

    /// The unique keys and indexes that stay and contain the column, whose values become `value`,
    /// so that some may be equal. PostgreSQL rebuilds them.
    pub(super) fn merged_keys(&self, table: &Name, column: &Column, value: &str) -> Vec<Unique> {
        let Some(is) = self.to.tables.get(table) else { return Vec::new() };
        let quoted = quote_identifier(&column.name);
        let stays = |object: Object| !self.delta.creates(&object);
        let keys = is.constraints.iter().filter_map(|(name, it)| {
            let key = it.kind.key().filter(|key| key.columns.contains(&column.name) && !it.is_temporal())?;
            stays(Object::constraint(table, name)).then(|| Unique::from_key(key))
        });
        let indexes = is.indexes.iter().filter(|(name, it)| {
            it.unique && it.uses.columns.contains(&column.name) && stays(Object::index(table, *name))
        });
        let converted = |mut key: Unique| {
            key.terms.iter_mut().filter(|term| **term == quoted).for_each(|term| value.clone_into(term));
            key
        };
        keys.chain(indexes.map(|(_, it)| Unique::from_index(&it.definition))).map(converted).collect()
    }

    /// Whether an index that stays contains the column, the indexes of keys included.
    fn is_indexed(&self, table: &Name, column: &str) -> bool {
        let Some(is) = self.to.tables.get(table) else { return false };
        let indexes = is.indexes.iter().map(|(name, it)| (Object::index(table, name), &it.uses));
        let keys = is.constraints.iter().filter(|(_, it)| it.kind.has_index());
        let keys = keys.map(|(name, it)| (Object::constraint(table, name), &it.uses));
        let mut uses = indexes.chain(keys).filter(|(object, _)| !self.delta.creates(object));
        uses.any(|(_, uses)| uses.columns.contains(column))
    }

    /// Whether the new enum type lacks values of the old one.
    fn removes_values(&self, was: &Column, is: &Column) -> bool {
        let values = (enum_values(self.from, was), enum_values(self.to, is));
        let (Some(old), Some(new)) = values else { return true };
        !old.iter().all(|value| new.contains(value))
    }

    /// Whether the column is converted to text first, because no value of the old type can be cast
    /// to the new type.
    pub(super) fn converts_via_text(&self, was: &Column, is: &Column) -> bool {
        let differs = match (enum_values(self.from, was), enum_values(self.to, is)) {
            (Some(old), Some(new)) => {
                is_array(was) == is_array(is) && !new.iter().any(|value| old.contains(value))
            }
            _ => types::cast(was, is).using == types::Using::ViaText,
        };
        self.style.slots && differs && !matches!(was.data_type.as_str(), "json" | "jsonb")
    }
}

/// Appends the statements that change a type, by way of text or from one enum to another.
fn push_type(
    group: &mut Alterations<'_>,
    (was, is): (&Column, &Column),
    using: Using,
    [via_text, swapped]: [bool; 2],
) {
    let (name, data_type) = (quote_identifier(&is.name), &is.data_type);
    if via_text {
        // As text, the column accepts any value that a person writes.
        let text = text_like(is);
        group.push(&format!("SET DATA TYPE {text} USING {name}::{text}"));
        group.hazard(Hazard::RewritesTable);
        group.hazard(Hazard::BlocksReads);
    }
    let clause = match using {
        _ if via_text => format!(" USING {name}::{data_type}"),
        _ if swapped => format!(" USING {name}::{}::{data_type}", text_like(is)),
        using => conversion(using, was, is),
    };
    let collation = changed_collation(was, is);
    let space = if collation.len() + clause.len() > 40 { "\n    " } else { " " };
    group.push(&format!("SET DATA TYPE {data_type}{collation}{}", clause.replacen(' ', space, 1)));
    if using == Using::Utc {
        group.step = group.step.take().map(|step| step.note("times without a time zone are taken as UTC"));
    }
}

/// The collation of a changed type; that of the type itself is the default.
fn changed_collation(was: &Column, is: &Column) -> String {
    if was.collation.is_some() && is.collation.is_none() && was.data_type == is.data_type {
        " COLLATE pg_catalog.\"default\"".to_owned()
    } else {
        collate(is)
    }
}

/// The `USING` clause of a type change, or an empty string.
fn conversion(using: Using, was: &Column, is: &Column) -> String {
    if was.data_type == is.data_type || using == Using::Nothing {
        return String::new();
    }
    format!(" USING {}", converted(using, &quote_identifier(&is.name), was, is))
}
