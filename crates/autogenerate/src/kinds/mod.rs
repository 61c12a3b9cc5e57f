//! The kinds of objects: for each, its SQL, its comparison, the effects of a rename, and the
//! statements that migrate it.
//!
//! A new kind gets a file here, in [`schema`](crate::schema), `introspect` and
//! [`model`](crate::model), and a line in [`KINDS`]. The compiler finds everything else: a `match`
//! on [`Object`](crate::schema::Object) without it does not compile.

mod apply;
mod cascade;
mod changes;
mod column;
mod constraint;
mod default_privileges;
mod definition;
mod delta;
mod enumeration;
mod extension;
mod index;
mod kind;
mod looser;
mod namespace;
mod owner;
mod planner;
mod removed_values;
mod rename;
mod sequence;
mod slot;
mod sql_object;
mod table;
mod types;
mod user_type;

pub(crate) use self::{
    changes::Changes,
    definition::{Parts, definition_columns},
    kind::KINDS,
    planner::Planner,
    rename::Rename,
    sequence::changed_options,
    user_type::definition::{
        attributes, base, based_on, composite_attributes, composite_columns, domain_checks,
    },
};
