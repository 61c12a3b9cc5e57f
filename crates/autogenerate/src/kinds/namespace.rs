//! PostgreSQL schemas.

use std::collections::BTreeMap;

use super::{
    changes::{Changes, Compare},
    kind::Kind,
    planner::Planner,
};
use crate::{
    order::{Priority, Step},
    schema::{Namespace, Object, Schema, quote_identifier},
};

impl Compare for Namespace {
    fn compare(&self, to: &Self, object: &Object, changes: &mut Changes<'_>) {
        changes.compare_comment(object, self.comment.as_ref(), to.comment.as_ref());
    }
}

impl Kind for Namespace {
    type Name = String;

    fn all(schema: &Schema) -> &BTreeMap<String, Self> {
        &schema.namespaces
    }

    fn object(name: &String) -> Object {
        Object::Namespace(name.clone())
    }

    fn prepare(planner: &mut Planner<'_>) {
        for (name, namespace) in &planner.to.namespaces {
            let object = Object::Namespace(name.clone());
            if planner.delta.creates(&object) {
                let step =
                    Step::new(Priority::Namespace, format!("CREATE SCHEMA {}", quote_identifier(name)));
                planner
                    .push(Planner::with_comment(step, &object, namespace.comment.as_deref()).makes(object));
            } else {
                planner.alter_comment(&object, namespace.comment.as_deref());
            }
        }
    }

    fn plan(planner: &mut Planner<'_>) {
        for name in planner.from.namespaces.keys() {
            let object = Object::Namespace(name.clone());
            if planner.delta.removes(&object) {
                let step = Step::new(Priority::DropLast, format!("DROP SCHEMA {}", quote_identifier(name)));
                planner.push(step.drops(object));
            }
        }
    }
}
