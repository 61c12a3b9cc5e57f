//! The operations behind a command line: compare models, migrations and a database.
//!
//! - [`Project::autogenerate`] writes the revision that turns the database into what the models
//!   describe.
//! - [`Project::check`] reports where models, migrations and database differ.
//! - [`Project::rebase`] moves or regenerates a revision that another branch overtook.
//! - [`Project::baseline`] takes over an existing database.
//! - [`Project::squash`] puts one revision in place of many.
//! - [`Project::diagnose`] and [`Project::repair`] correct the table of applied migrations.
//! - [`models()`] writes models for an existing database.
//! - [`difference`] compares two databases without any models.

mod baseline;
mod check;
mod compare;
mod created;
mod dependants;
mod edge;
mod error;
mod hanging;
mod hint;
mod lend;
mod live;
mod memory;
mod mentions;
mod models;
mod ownership;
mod question;
mod rebase;
mod rejected;
mod renames;
mod repair;
mod replay;
mod revision;
mod settings;
mod sides;
mod squash;
mod whole;

pub use self::{
    baseline::{BaselineRequest, Baselined},
    check::{Report, Verdict},
    compare::{Comparison, difference},
    dependants::Dependant,
    edge::{Difference, Edge, Side},
    error::ProjectError,
    models::{Described, models},
    question::{Answer, Ask, Question, Undescribed},
    rebase::Rebased,
    repair::Diagnosis,
    revision::{Proven, Request, Revised},
    settings::Project,
    squash::{SquashRequest, Squashed, WrittenRows},
};
