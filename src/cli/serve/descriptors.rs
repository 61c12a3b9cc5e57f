//! The limit of open files.

use anyhow::ensure;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::config::http::{ConnectionOptions, MAX_FILES};

/// All other open files: the log, the runtimes, the listeners, the connections of migrations and
/// probes, and the bodies of imports.
const OTHERS: usize = 32 + MAX_FILES;
/// The fewest connections above the limit.
const MIN_SURPLUS: usize = 16;

/// Raises the limit of open files to the hard limit, and fits the connections of clients into it,
/// next to those to the database and to the admin address, if there is one.
///
/// # Errors
///
/// None fits.
pub fn fit_connections(
    wanted: ConnectionOptions,
    to_database: usize,
    to_admin: Option<usize>,
) -> anyhow::Result<ConnectionOptions> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, ..limit };
    let current = if setrlimit(Resource::Nofile, raised).is_ok() { limit.maximum } else { limit.current };
    let files = current.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX));
    let others = to_database + to_admin.unwrap_or(0) + OTHERS;
    let fitting = fit(wanted, files.saturating_sub(others), 1 + usize::from(to_admin.is_some()));
    ensure!(
        fitting.max > 0,
        "the limit of {files} open files leaves none for clients: raise it (ulimit -n), or lower \
         CURIO_DATABASE_CONNECTIONS ({to_database})"
    );
    if fitting.max < wanted.max {
        tracing::warn!(files, connections = fitting.max, "serve.connections_limited");
    }
    Ok(fitting)
}

/// At most an eighth of the files is for the connections above the limit of each address.
fn fit(wanted: ConnectionOptions, files: usize, addresses: usize) -> ConnectionOptions {
    let surplus = (files / 8).max(MIN_SURPLUS).min(wanted.surplus);
    ConnectionOptions { max: files.saturating_sub(addresses * surplus).min(wanted.max), surplus, ..wanted }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_part_of_the_files_is_for_connections_above_the_limit() {
        let second = Duration::from_secs(1);
        let wanted = ConnectionOptions {
            check_every: second,
            idle_timeout: second,
            write_timeout: second,
            max: 10_000,
            surplus: 256,
            shutdown_timeout: second,
        };
        for (files, max, surplus) in [(10, 0, 16), (40, 24, 16), (1000, 875, 125), (100_000, 10_000, 256)] {
            let fitting = fit(wanted, files, 1);
            assert_eq!((fitting.max, fitting.surplus), (max, surplus), "{files}");
        }
        let with_admin = fit(wanted, 1000, 2);
        assert_eq!((with_admin.max, with_admin.surplus), (750, 125));
    }
}
