//! Sequences that do not belong to identity columns.

mod identity;

use std::collections::BTreeMap;

use super::{
    changes::{Changes, Compare},
    definition::{Parts, term},
    kind::Kind,
    planner::{Planner, create_step, drop_step},
};
use crate::{
    change::Property,
    hazard::Hazard,
    order::{Priority, Resource, Role, Step},
    render::rewrite,
    schema::{Name, Object, Schema, Sequence, SequenceOptions, Table, quote_identifier, quote_literal},
};

impl Compare for Sequence {
    fn compare(&self, to: &Self, object: &Object, changes: &mut Changes<'_>) {
        changes.compare_text(object, Property::Type, Some(&self.data_type), Some(&to.data_type));
        if self.options != to.options {
            let is = changed_options(self.options, to.options).join(" ");
            let was = changed_options(to.options, self.options).join(" ");
            changes.compare_text(object, Property::Options, Some(&was), Some(&is));
        }
        let owner = |it: &Sequence| it.owned_by.as_ref().map(|owner| owned_by(Some(owner)));
        changes.compare_text(object, Property::Owner, owner(self).as_deref(), owner(to).as_deref());
        changes.compare_comment(object, self.comment.as_ref(), to.comment.as_ref());
    }
}

impl Kind for Sequence {
    type Name = Name;

    fn all(schema: &Schema) -> &BTreeMap<Name, Self> {
        &schema.sequences
    }

    fn object(name: &Name) -> Object {
        Object::Sequence(name.clone())
    }

    fn plan(planner: &mut Planner<'_>) {
        let (from, to) = (planner.from, planner.to);
        for (name, it) in &to.sequences {
            match from.sequences.get(name) {
                None => planner.create_sequence(name, it),
                Some(was) => planner.alter_sequence(name, was, it),
            }
        }
        for (name, it) in from.sequences.iter().filter(|(name, _)| !to.sequences.contains_key(*name)) {
            // The sequence is dropped with its column, or once an identity continues it.
            if !planner.is_dropped_with_owner(it) && !planner.becomes_identity(it) {
                let step = drop_step(Priority::DropData, Object::Sequence(name.clone()), name);
                planner.push(step.hazard(Hazard::DeletesData));
            }
        }
    }
}

/// `CREATE SEQUENCE …`. The owner is set once the table exists.
fn create(name: &Name, sequence: &Sequence) -> String {
    let data_type = match sequence.data_type.as_str() {
        "bigint" => String::new(),
        other => format!(" AS {other}"),
    };
    let mut options = create_options(sequence.options, &sequence.data_type);
    options.insert(0, format!("CREATE SEQUENCE {name}{data_type}"));
    options.join(" ")
}

/// `OWNED BY …`.
fn owned_by(owner: Option<&(Name, String)>) -> String {
    owner.map_or_else(
        || "OWNED BY NONE".to_owned(),
        |(table, column)| format!("OWNED BY {table}.{}", quote_identifier(column)),
    )
}

pub(super) fn create_options(options: SequenceOptions, data_type: &str) -> Vec<String> {
    let mut defaults = SequenceOptions::defaults(options.increment, data_type);
    defaults.increment = 1;
    defaults.start = if options.increment < 0 { options.max } else { options.min };
    changed_options(defaults, options)
}

/// The options that have to be set to get from `from` to `to`.
pub(crate) fn changed_options(from: SequenceOptions, to: SequenceOptions) -> Vec<String> {
    let mut changed = Vec::new();
    let mut add = |name: &str, from: i64, to: i64| {
        if from != to {
            changed.push(format!("{name} {to}"));
        }
    };
    add("START WITH", from.start, to.start);
    add("INCREMENT BY", from.increment, to.increment);
    add("MINVALUE", from.min, to.min);
    add("MAXVALUE", from.max, to.max);
    add("CACHE", from.cache, to.cache);
    if from.cycle != to.cycle {
        changed.push(if to.cycle { "CYCLE" } else { "NO CYCLE" }.to_owned());
    }
    changed
}

pub(super) fn rename(schema: &mut Schema, old: &Name, new: &Name) {
    if let Some(it) = schema.sequences.remove(old) {
        schema.sequences.insert(new.clone(), it);
    }
    let columns = schema.tables.values_mut().flat_map(|table| &mut table.columns);
    let named = columns.filter_map(|column| column.identity_sequence.as_mut()).filter(|name| *name == old);
    named.for_each(|name| *name = new.clone());
    for (sql, uses) in schema.tables.values_mut().flat_map(Table::texts) {
        if uses.sequences.remove(old) {
            uses.sequences.insert(new.clone());
            *sql = rewrite::sequence(sql, old, new);
        }
    }
}

impl Planner<'_> {
    /// Whether the plan removes the column that owns the sequence.
    fn is_dropped_with_owner(&self, it: &Sequence) -> bool {
        it.owned_by.as_ref().is_some_and(|(table, column)| self.delta.removes(&Object::column(table, column)))
    }

    fn create_sequence(&mut self, name: &Name, it: &Sequence) {
        let object = Object::Sequence(name.clone());
        if !self.continues_identity(name, it) {
            let step = create_step(Priority::Sequence, object.clone(), name, create(name, it));
            self.push(Self::with_comment(step, &object, it.comment.as_deref()));
        }
        if it.owned_by.is_some() {
            self.set_sequence_owner(name, None, it);
        }
    }

    /// Sets the owner of the sequence.
    fn set_sequence_owner(&mut self, name: &Name, was: Option<&Sequence>, it: &Sequence) {
        let owner = it.owned_by.as_ref();
        let column = |(table, column): &(Name, String)| Object::column(table, column);
        let sql = format!("ALTER SEQUENCE {name} {}", owned_by(owner));
        let released = was.and_then(|was| was.owned_by.as_ref()).map(column);
        let mut step = Step::new(Priority::Owner, sql).roles(Role::Releases, released);
        let existing = owner.filter(|(table, column)| {
            let is_new = self.delta.creates(&Object::column(table, column));
            let is_counted = self.from.sequences.contains_key(name) || self.continues_identity(name, it);
            self.existing_table(table).is_some() && !is_new && !is_counted
        });
        if let Some((table, column)) = existing {
            let sequence = format!("{}::regclass", quote_literal(&name.to_string()));
            let advance = advance_sequence(&sequence, table, column, it.options);
            if self.style.slots {
                // No row is added between the default, whose lock lasts, and the value.
                let default = Resource::Default(table.clone(), column.clone());
                let step = Step::new(Priority::Alter, advance).needs(Object::Sequence(name.clone()));
                self.push_on(self.scans_under_lock(step, table, column).needs(default), [table]);
            } else {
                step = step.then(advance);
            }
        }
        self.push(step.needs(Object::Sequence(name.clone())).roles(Role::Needs, owner.map(column)));
    }

    /// Adds the hazards of a last statement that reads the largest value of a column while its file
    /// has locked the table. An index finds it at once.
    pub(super) fn scans_under_lock(&self, step: Step, table: &Name, column: &str) -> Step {
        let quoted = quote_identifier(column);
        let leads = |definition: &str| {
            let first = Parts::parse(definition).elements.into_iter().next();
            definition.starts_with("btree ") && first.is_some_and(|element| term(&element) == quoted)
        };
        let stays = |object: Object| !self.delta.removes(&object);
        let is_indexed = self.existing_table(table).is_some_and(|it| {
            it.indexes.iter().any(|(name, it)| {
                let is_whole = Parts::parse(&it.definition).condition.is_none();
                is_whole && leads(&it.definition) && stays(Object::index(table, name))
            }) || it.constraints.iter().any(|(name, it)| {
                let is_first = it.kind.key().is_some_and(|key| leads(&key.index));
                is_first && stays(Object::constraint(table, name))
            })
        });
        let is_quick = is_indexed || !self.style.slots || !self.holds_rows(table);
        if is_quick { step } else { step.hazard(Hazard::BlocksReads) }
    }

    fn alter_sequence(&mut self, name: &Name, was: &Sequence, it: &Sequence) {
        let object = Object::Sequence(name.clone());
        let retyped = was.data_type != it.data_type;
        let mut actions = Vec::new();
        if retyped {
            actions.push(format!("AS {}", it.data_type));
        }
        let options = retyped_options(was.options, &was.data_type, &it.data_type);
        actions.extend(changed_options(options, it.options));
        let restarts = starts_outside(was.options, it.options);
        if restarts {
            actions.push("RESTART".to_owned());
        }
        if !actions.is_empty() {
            let step = Step::new(Priority::Alter, format!("ALTER SEQUENCE {name} {}", actions.join(" ")));
            let step = if restarts { step.note(RESTARTS).hazard(Hazard::DeletesData) } else { step };
            let step =
                if narrows(was.options, it.options) { step.hazard(Hazard::MayFailOnData) } else { step };
            self.push(step.makes(object.clone()));
        }
        if self.delta.alters(&object, Property::Owner) {
            self.set_sequence_owner(name, Some(was), it);
        } else if self.is_dropped_with_owner(was) {
            // The column is rebuilt under the same name: detach the sequence first, so that it is
            // not dropped with the column.
            let step = Step::new(Priority::Owner, format!("ALTER SEQUENCE {name} OWNED BY NONE"));
            let released = was.owned_by.as_ref().map(|(table, column)| Object::column(table, column));
            self.push(step.roles(Role::Releases, released));
            self.set_sequence_owner(name, None, it);
        }
        self.alter_comment(&object, it.comment.as_deref());
    }
}

/// The note on a statement that restarts a sequence.
pub(super) const RESTARTS: &str =
    "the old start is outside the new limits, so the sequence restarts at its new start";

/// Whether the old start of a sequence is outside the new limits, so that it has to restart.
pub(super) fn starts_outside(was: SequenceOptions, is: SequenceOptions) -> bool {
    !(is.min..=is.max).contains(&was.start)
}

/// Whether the value of a sequence may be outside its new limits, which PostgreSQL rejects unless
/// the sequence restarts.
pub(super) fn narrows(was: SequenceOptions, is: SequenceOptions) -> bool {
    !starts_outside(was, is) && (is.min > was.min || is.max < was.max)
}

/// An expression for the sequence of a column, whatever its name.
pub(super) fn column_sequence(table: &Name, column: &str) -> String {
    format!("pg_get_serial_sequence({}, {})", quote_literal(&table.to_string()), quote_literal(column))
}

/// Advances a new sequence past the values of a column, unless they have not reached its start.
pub(super) fn advance_sequence(
    sequence: &str,
    table: &Name,
    column: &str,
    options: SequenceOptions,
) -> String {
    let (last, operator) = if options.increment > 0 { ("max", ">=") } else { ("min", "<=") };
    let last = format!("{last}({})", quote_identifier(column));
    format!("SELECT setval({sequence}, {last}) FROM {table} HAVING {last} {operator} {}", options.start)
}

/// The options after `AS` has changed the type: limits that were the defaults of the old type
/// become those of the new one.
pub(super) fn retyped_options(options: SequenceOptions, from: &str, to: &str) -> SequenceOptions {
    let (was, is) = (
        SequenceOptions::defaults(options.increment, from),
        SequenceOptions::defaults(options.increment, to),
    );
    SequenceOptions {
        max: if options.max == was.max { is.max } else { options.max },
        min: if options.min == was.min { is.min } else { options.min },
        ..options
    }
}
