//! Sequences that are objects of their own.

use super::{Planner, dropping, making};
use crate::{
    diff::{Object, Property},
    hazard::Hazard,
    order::{Priority, Role, Step},
    render,
    schema::{Name, Sequence, SequenceOptions, quote_identifier, quote_literal},
};

impl Planner<'_> {
    pub(super) fn sequences(&mut self) {
        let (from, to) = (self.from, self.to);
        for (name, it) in &to.sequences {
            match from.sequences.get(name) {
                None => self.create_sequence(name, it),
                Some(was) => self.alter_sequence(name, was, it),
            }
        }
        for (name, it) in from.sequences.iter().filter(|(name, _)| !to.sequences.contains_key(*name)) {
            // It goes with its column.
            if !self.goes_with_owner(it) {
                let step = dropping(
                    Priority::DropData,
                    Object::Sequence(name.clone()),
                    name,
                    format!("DROP SEQUENCE {name}"),
                );
                self.push(step.hazard(Hazard::DeletesData));
            }
        }
    }

    /// Whether the column that it goes with goes, for good.
    pub(super) fn goes_with_owner(&self, it: &Sequence) -> bool {
        it.owned_by
            .as_ref()
            .is_some_and(|(table, column)| self.delta.goes(&Object::Column(table.clone(), column.clone())))
    }

    fn create_sequence(&mut self, name: &Name, it: &Sequence) {
        let object = Object::Sequence(name.clone());
        let step = making(Priority::Sequence, object.clone(), name, render::create_sequence(name, it));
        self.push(Self::comment_of_new(step, &object, it.comment.as_deref()));
        if it.owned_by.is_some() {
            self.own_sequence(name, None, it);
        }
    }

    /// Says whose the sequence is.
    fn own_sequence(&mut self, name: &Name, was: Option<&Sequence>, it: &Sequence) {
        let owner = it.owned_by.as_ref();
        let column = |(table, column): &(Name, String)| Object::Column(table.clone(), column.clone());
        let sql = format!("ALTER SEQUENCE {name} {}", render::owned_by(owner));
        let left = was.and_then(|was| was.owned_by.as_ref()).map(column);
        let mut step = Step::new(Priority::Owner, sql).roles(Role::Leaves, left);
        let standing = owner.filter(|(table, column)| {
            let is_new = self.delta.comes(&Object::Column(table.clone(), column.clone()));
            self.standing(table).is_some() && !is_new && !self.from.sequences.contains_key(name)
        });
        if let Some((table, column)) = standing {
            let sequence = format!("{}::regclass", quote_literal(&name.to_string()));
            step = step.then(count_on(&sequence, table, column, it.options));
        }
        self.push(step.needs(Object::Sequence(name.clone())).roles(Role::Needs, owner.map(column)));
    }

    fn alter_sequence(&mut self, name: &Name, was: &Sequence, it: &Sequence) {
        let object = Object::Sequence(name.clone());
        let retyped = was.data_type != it.data_type;
        let mut said = Vec::new();
        if retyped {
            said.push(format!("AS {}", it.data_type));
        }
        let options = retyped_options(was.options, &was.data_type, &it.data_type);
        said.extend(render::changed_options(options, it.options));
        let restarts = is_beyond(was.options, it.options);
        if restarts {
            said.push("RESTART".to_owned());
        }
        if !said.is_empty() {
            let step = Step::new(Priority::Alter, format!("ALTER SEQUENCE {name} {}", said.join(" ")));
            let step = if restarts { step.note(RESTARTS).hazard(Hazard::DeletesData) } else { step };
            self.push(step.makes(object.clone()));
        }
        let lost_owner = was
            .owned_by
            .as_ref()
            .is_some_and(|(table, column)| self.delta.goes(&Object::Column(table.clone(), column.clone())));
        if self.delta.alters(&object, Property::Owner) {
            self.own_sequence(name, Some(was), it);
        } else if lost_owner {
            // The column comes back under its name: let go of it, so that the sequence does not go with it.
            let step = Step::new(Priority::Owner, format!("ALTER SEQUENCE {name} OWNED BY NONE"));
            let left =
                was.owned_by.as_ref().map(|(table, column)| Object::Column(table.clone(), column.clone()));
            self.push(step.roles(Role::Leaves, left));
            self.own_sequence(name, None, it);
        }
        self.alter_comment(&object, it.comment.as_deref());
    }
}

/// What a person should know of a sequence that begins anew.
pub(super) const RESTARTS: &str = "where it is lies outside its new limits: it begins at its new start";

/// Whether a sequence that was never used is outside its new limits, so that it has to begin anew.
pub(super) fn is_beyond(was: SequenceOptions, is: SequenceOptions) -> bool {
    !(is.min..=is.max).contains(&was.start)
}

/// Lets a new sequence go on behind what a column holds; where that has not come to its start yet, it begins there.
pub(super) fn count_on(sequence: &str, table: &Name, column: &str, options: SequenceOptions) -> String {
    let (last, is_beyond) = if options.increment > 0 { ("max", ">=") } else { ("min", "<=") };
    let last = format!("{last}({})", quote_identifier(column));
    format!("SELECT setval({sequence}, {last}) FROM {table} HAVING {last} {is_beyond} {}", options.start)
}

/// How a sequence counts after `AS` said another type: limits that were those of the type become those of the new one.
pub(super) fn retyped_options(options: SequenceOptions, from: &str, to: &str) -> SequenceOptions {
    let (was, is) =
        (render::usual_options(options.increment, from), render::usual_options(options.increment, to));
    SequenceOptions {
        max: if options.max == was.max { is.max } else { options.max },
        min: if options.min == was.min { is.min } else { options.min },
        ..options
    }
}
