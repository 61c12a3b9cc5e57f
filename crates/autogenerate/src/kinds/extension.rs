//! Extensions.

use std::collections::BTreeMap;

use super::{
    changes::{Changes, Compare},
    kind::Kind,
    planner::Planner,
};
use crate::{
    change::Property,
    order::{Priority, Role, Step},
    schema::{Extension, Object, Schema, quote_identifier},
};

impl Compare for Extension {
    fn compare(&self, to: &Self, object: &Object, changes: &mut Changes<'_>) {
        changes.compare_text(object, Property::Schema, self.schema.as_deref(), to.schema.as_deref());
    }
}

impl Kind for Extension {
    type Name = String;

    fn all(schema: &Schema) -> &BTreeMap<String, Self> {
        &schema.extensions
    }

    fn object(name: &String) -> Object {
        Object::Extension(name.clone())
    }

    fn plan(planner: &mut Planner<'_>) {
        for (name, extension) in &planner.to.extensions {
            let object = Object::Extension(name.clone());
            let quoted = quote_identifier(name);
            let schema = extension.schema.as_deref();
            let step = if planner.delta.creates(&object) {
                let within = schema
                    .map(|schema| format!(" WITH SCHEMA {}", quote_identifier(schema)))
                    .unwrap_or_default();
                Step::new(Priority::Extension, format!("CREATE EXTENSION IF NOT EXISTS {quoted}{within}"))
            } else if planner.delta.alters(&object, Property::Schema)
                && let Some(schema) = schema
            {
                let released = planner.from.extensions.get(name).and_then(|was| was.schema.clone());
                let sql = format!("ALTER EXTENSION {quoted} SET SCHEMA {}", quote_identifier(schema));
                Step::new(Priority::Extension, sql).roles(Role::Releases, released.map(Object::Namespace))
            } else {
                continue;
            };
            planner.push(
                step.makes(object)
                    .roles(Role::Needs, extension.requires.iter().cloned().map(Object::Extension))
                    .roles(Role::Needs, schema.map(|schema| Object::Namespace(schema.to_owned()))),
            );
        }
        for (name, extension) in &planner.from.extensions {
            let object = Object::Extension(name.clone());
            if planner.delta.removes(&object) {
                let step =
                    Step::new(Priority::DropLast, format!("DROP EXTENSION {}", quote_identifier(name)));
                planner.push(
                    step.drops(object)
                        .roles(Role::Releases, extension.requires.iter().cloned().map(Object::Extension))
                        .roles(Role::Releases, extension.schema.clone().map(Object::Namespace)),
                );
            }
        }
    }
}
