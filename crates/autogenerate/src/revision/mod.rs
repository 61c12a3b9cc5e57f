//! Reads and writes revisions in a folder of migrations. No other module touches migration files.
//!
//! The files have sqlx's format: `<version>_<slug>.up.sql` and `.down.sql`. sqlx sends a file as
//! one query. A change that needs several transactions, or builds an index concurrently, therefore
//! needs several files. A revision is a *group* of files with consecutive versions. The header of
//! each file names its group:
//!
//! ```sql
//! -- no-transaction
//! -- revision: 20261124120000 (2 of 3): add sku
//! ```
//!
//! A file without such a line is a revision by itself. `-- no-transaction` only works as the very
//! first line of a file, and applies to that file alone.
//!
//! sqlx reverts file by file, newest first. In a generated revision, the way down of each file
//! undoes exactly its way up ([`render_down`]), so that single files can be applied and reverted in
//! any order that sqlx allows.
//!
//! A [`Draft`] may also have more files in one direction than in the other. Then its files are only
//! applied and reverted together: the first version of the group holds the first step of the way up
//! and the last step of the way down, and the missing files have the newest versions and are empty.
//!
//! ```
//! use autogenerate::revision::{Draft, File, Migrations};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! let now = "2026-11-24T12:00:00Z".parse()?;
//! let draft = Draft {
//!     message: "Add SKU",
//!     origin: "written by hand",
//!     up: &[File::new("ALTER TABLE items ADD COLUMN sku text;\n")],
//!     down: &[File::new("ALTER TABLE items DROP COLUMN sku;\n")],
//! };
//! let written = draft.write(folder.path(), now)?;
//! assert_eq!(written.version, 20261124120000);
//! assert!(folder.path().join("20261124120000_add_sku.up.sql").exists());
//!
//! let migrations = Migrations::from_folder(folder.path())?;
//! assert_eq!(migrations.revisions()[0].message, "Add SKU");
//! # Ok(())
//! # }
//! ```

mod error;
mod folder;
pub(crate) mod marks;
mod rebase;
mod render;
mod replaced;
mod write;

pub use error::RevisionError;
pub(crate) use error::list;
pub use folder::{Migrations, Pair, Revision, Script, open_slots};
pub use marks::OpenSlot;
pub(crate) use rebase::restore;
pub use rebase::{renumber, set_aside};
pub(crate) use render::terminated;
pub use render::{File, render, render_down};
pub use replaced::Replaced;
pub(crate) use replaced::{ours_lines, replaced_sets, replaces_lines};
pub(crate) use write::next_version;
pub use write::{Draft, Written};
