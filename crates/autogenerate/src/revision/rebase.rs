//! Moves a revision whose version is older than that of a merged one.

use std::{fs, path::PathBuf};

use chrono::{DateTime, Utc};

use super::{
    error::RevisionError,
    folder::{Migrations, Revision, Script},
    marks::Header,
    write::{Written, create, next_version},
};

/// Gives the files of a revision new versions, so that it becomes the newest in its folder. Their
/// order, slugs and statements do not change.
///
/// A database that has the revision applied would report it as pending again: revert it there
/// first.
///
/// # Errors
///
/// There is no such revision, it is embedded in the program, or the folder cannot be written.
pub fn renumber(
    migrations: &Migrations,
    revision: &str,
    now: DateTime<Utc>,
) -> Result<Written, RevisionError> {
    let at = migrations.position(revision)?;
    let revision = &migrations.revisions()[at];
    let version = next_version(migrations.newest(), now);
    let mut files = Vec::new();
    for (pair, own) in revision.files.iter().zip(version..) {
        for script in [Some(&pair.up), pair.down.as_ref()].into_iter().flatten() {
            let path = path(script, pair.version)?;
            let rest = script.name.split_once('_').map_or("", |(_, rest)| rest);
            let sql = script.sql.as_str();
            let text = match Header::parse(sql) {
                Some(header) => Header { revision: version, ..header }.replace_in(sql),
                None => sql.to_owned(),
            };
            files.push((path.with_file_name(format!("{own}_{rest}")), text));
        }
    }
    let paths = create(files)?;
    remove(revision)?;
    Ok(Written { version, paths })
}

/// Appends `.old` to the names of a revision's files, so that no tool reads them as migrations.
/// Returns the new paths.
///
/// # Errors
///
/// There is no such revision, it is embedded in the program, or a file cannot be renamed.
pub fn set_aside(migrations: &Migrations, revision: &str) -> Result<Vec<PathBuf>, RevisionError> {
    let at = migrations.position(revision)?;
    let mut renamed = Vec::new();
    for pair in migrations.revisions()[at].files.iter().rev() {
        for script in [pair.down.as_ref(), Some(&pair.up)].into_iter().flatten() {
            let path = path(script, pair.version)?;
            let mut old = path.clone().into_os_string();
            old.push(".old");
            fs::rename(&path, &old).map_err(|error| RevisionError::Io(path, error))?;
            renamed.push(old.into());
        }
    }
    Ok(renamed)
}

/// Undoes [`set_aside`].
pub(crate) fn restore(renamed: &[PathBuf]) -> Result<(), RevisionError> {
    renamed.iter().rev().try_for_each(|path| {
        fs::rename(path, path.with_extension("")).map_err(|error| RevisionError::Io(path.clone(), error))
    })
}

/// Deletes newest first, so that an interrupted deletion is detected: the headers of the remaining
/// files count the missing ones.
fn remove(revision: &Revision) -> Result<Vec<PathBuf>, RevisionError> {
    let mut removed = Vec::new();
    for pair in revision.files.iter().rev() {
        for script in [pair.down.as_ref(), Some(&pair.up)].into_iter().flatten() {
            let path = path(script, pair.version)?;
            fs::remove_file(&path).map_err(|error| RevisionError::Io(path.clone(), error))?;
            removed.push(path);
        }
    }
    removed.reverse();
    Ok(removed)
}

fn path(script: &Script, version: i64) -> Result<PathBuf, RevisionError> {
    script.path.clone().ok_or(RevisionError::Embedded(version))
}
