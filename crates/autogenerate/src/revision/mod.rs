//! Revisions in a folder of migrations: the only module that touches files.
//!
//! The files are sqlx's own: `<version>_<slug>.up.sql` and `.down.sql`. sqlx sends a file as one query, so a change that has to be
//! committed half way, or that builds an index beside writers, needs several. A revision therefore is a *group* of files, whose versions rise
//! by one. Every file says in its header which group it belongs to:
//!
//! ```sql
//! -- no-transaction
//! -- revision: 20261124120000 (2 of 3): add sku
//! ```
//!
//! A file without such a line is a revision of its own. `-- no-transaction`, where it is, has to be the very first line; sqlx asks nothing
//! else of a file, and asks it of each up and each down by itself.
//!
//! sqlx goes down file by file, newest first, and the way down may need more or fewer files than the way up. The first version of a group
//! holds what is done first on the way up and last on the way down; where one way has fewer files, the newest versions are empty on that
//! way.
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
mod write;

pub use error::RevisionError;
pub(crate) use error::list;
pub use folder::{Migrations, Pair, Revision, Script, open_slots};
pub use marks::OpenSlot;
pub use rebase::{redate, set_aside};
pub(crate) use render::terminated;
pub use render::{File, render};
pub use write::{Draft, Written};
