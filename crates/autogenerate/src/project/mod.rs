//! Models, a folder of migrations and a database, held against each other: what a command line does.
//!
//! [`Project::autogenerate`] writes the revision that leads the database to the models, [`Project::check`] says where the three differ,
//! [`Project::rebase`] makes a revision again that another branch overtook, and [`difference`] is about two databases without any models.

mod check;
mod compare;
mod dependants;
mod error;
mod memory;
mod rebase;
mod revision;
mod settings;
mod sides;

pub use self::{
    check::{Difference, Edge, Report, Side},
    compare::{Comparison, difference},
    dependants::Dependant,
    error::ProjectError,
    rebase::Rebased,
    revision::{Answer, Ask, Proven, Request, Revised},
    settings::Project,
};
