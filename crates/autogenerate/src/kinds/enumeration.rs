//! Enumerated types.

use super::{Planner, dropping, is_relation, making};
use crate::{
    diff::{Object, free_name},
    order::{Priority, Step, Thing},
    render,
    schema::{Enum, Name, Schema, quote_identifier, quote_literal},
};

impl Planner<'_> {
    pub(super) fn enums(&mut self) {
        let (from, to) = (self.from, self.to);
        for (name, it) in &to.enums {
            match from.enums.get(name) {
                None => self.create_enum(name, it),
                Some(_) if self.delta.swapped.contains(name) => self.swap_enum(name, it),
                Some(was) => {
                    self.add_values(name, was, it);
                    self.alter_comment(&Object::Enum(name.clone()), it.comment.as_deref());
                }
            }
        }
        for name in from.enums.keys().filter(|name| !to.enums.contains_key(*name)) {
            self.push(dropping(
                Priority::DropType,
                Object::Enum(name.clone()),
                name,
                format!("DROP TYPE {name}"),
            ));
        }
    }

    fn create_enum(&mut self, name: &Name, it: &Enum) {
        let object = Object::Enum(name.clone());
        let step = making(Priority::Enum, object.clone(), name, render::create_enum(name, it));
        self.push(Self::comment_of_new(step, &object, it.comment.as_deref()));
    }

    /// The name that a type has while a new one takes its place.
    pub(super) fn old_enum(&self, name: &Name) -> Name {
        let is_taken = |schema: &Schema, name: &Name| {
            // A table is a type too.
            schema.enums.contains_key(name) || is_relation(schema, name)
        };
        free_name(name, "_old", |name| is_taken(self.from, name) || is_taken(self.to, name))
    }

    /// Puts a new type in the place of one that has values too many, or in another order. Its columns get the new one in between.
    fn swap_enum(&mut self, name: &Name, it: &Enum) {
        let (object, old) = (Object::Enum(name.clone()), self.old_enum(name));
        let step =
            Step::new(Priority::Enum, format!("ALTER TYPE {name} RENAME TO {}", quote_identifier(&old.name)));
        let step = step.then(render::create_enum(name, it)).makes(object.clone());
        self.push(Self::comment_of_new(step, &object, it.comment.as_deref()));
        self.push(Step::new(Priority::DropType, format!("DROP TYPE {old}")).drops(Object::Enum(old)));
    }

    fn add_values(&mut self, name: &Name, was: &Enum, it: &Enum) {
        let mut step: Option<Step> = None;
        for (at, value) in it.values.iter().enumerate().filter(|(_, value)| !was.values.contains(value)) {
            let is_last = !it.values[at..].iter().any(|later| was.values.contains(later));
            let place = match at.checked_sub(1).and_then(|before| it.values.get(before)) {
                _ if is_last => String::new(),
                Some(before) => format!(" AFTER {}", quote_literal(before)),
                None => was
                    .values
                    .first()
                    .map(|first| format!(" BEFORE {}", quote_literal(first)))
                    .unwrap_or_default(),
            };
            let literal = quote_literal(value);
            let sql = format!("ALTER TYPE {name} ADD VALUE {literal}{place}");
            let next = match step.take() {
                Some(step) => step.then(sql),
                None => Step::new(Priority::AddValue, sql).makes(Thing::Values(name.clone())),
            };
            step = Some(next.adds_value(literal));
        }
        self.steps.extend(step);
    }
}
