//! Schemas and extensions.

use super::Planner;
use crate::{
    diff::{Object, Property},
    order::{Priority, Role, Step},
    schema::quote_identifier,
};

impl Planner<'_> {
    /// Schemas that are new, which come before everything else.
    pub(super) fn namespaces(&mut self) {
        for (name, namespace) in &self.to.namespaces {
            let object = Object::Namespace(name.clone());
            if self.delta.comes(&object) {
                let step =
                    Step::new(Priority::Namespace, format!("CREATE SCHEMA {}", quote_identifier(name)));
                self.push(Self::comment_of_new(step, &object, namespace.comment.as_deref()).makes(object));
            } else {
                self.alter_comment(&object, namespace.comment.as_deref());
            }
        }
    }

    /// Extensions, and schemas that are gone.
    pub(super) fn extensions(&mut self) {
        for (name, extension) in &self.to.extensions {
            let object = Object::Extension(name.clone());
            let quoted = quote_identifier(name);
            let schema = extension.schema.as_deref();
            let step = if self.delta.comes(&object) {
                let within = schema
                    .map(|schema| format!(" WITH SCHEMA {}", quote_identifier(schema)))
                    .unwrap_or_default();
                Step::new(Priority::Extension, format!("CREATE EXTENSION IF NOT EXISTS {quoted}{within}"))
            } else if self.delta.alters(&object, Property::Schema)
                && let Some(schema) = schema
            {
                let left = self.from.extensions.get(name).and_then(|was| was.schema.clone());
                let sql = format!("ALTER EXTENSION {quoted} SET SCHEMA {}", quote_identifier(schema));
                Step::new(Priority::Extension, sql).roles(Role::Leaves, left.map(Object::Namespace))
            } else {
                continue;
            };
            self.push(
                step.makes(object)
                    .roles(Role::Needs, schema.map(|schema| Object::Namespace(schema.to_owned()))),
            );
        }
        for (name, extension) in &self.from.extensions {
            let object = Object::Extension(name.clone());
            if self.delta.goes(&object) {
                let step =
                    Step::new(Priority::DropLast, format!("DROP EXTENSION {}", quote_identifier(name)));
                self.push(
                    step.drops(object).roles(Role::Leaves, extension.schema.clone().map(Object::Namespace)),
                );
            }
        }
        for name in self.from.namespaces.keys() {
            let object = Object::Namespace(name.clone());
            if self.delta.goes(&object) {
                let step = Step::new(Priority::DropLast, format!("DROP SCHEMA {}", quote_identifier(name)));
                self.push(step.drops(object));
            }
        }
    }
}
