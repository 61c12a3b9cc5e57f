//! The limit of open files.

use anyhow::ensure;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::http::listener::SURPLUS;

/// All other open files: the log, the runtime, the listeners, and the connections of migrations and
/// probes.
const OTHERS: usize = 24;

/// Raises the limit of open files to the hard limit, and returns how many client connections fit
/// into it: at most `wanted`, next to those to the database and from the admin address.
///
/// # Errors
///
/// None fits.
pub fn connections(wanted: usize, to_database: usize, from_admin: usize) -> anyhow::Result<usize> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, ..limit };
    let current = if setrlimit(Resource::Nofile, raised).is_ok() { limit.maximum } else { limit.current };
    let files = current.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX));
    let fitting = files.saturating_sub(to_database + from_admin + SURPLUS + OTHERS);
    ensure!(
        fitting > 0,
        "the limit of {files} open files leaves none for clients: raise it (ulimit -n), or lower \
         CURIO_DATABASE_CONNECTIONS ({to_database})"
    );
    if fitting < wanted {
        tracing::warn!(files, connections = fitting, "serve.connections_limited");
    }
    Ok(fitting.min(wanted))
}
