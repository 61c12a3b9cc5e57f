//! Existing revisions, read from a folder or from the migrations that sqlx embedded in the program.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use sqlx::{
    AssertSqlSafe, SqlSafeStr, SqlStr,
    migrate::{Migration, MigrationType, Migrator},
};

use super::{
    error::RevisionError,
    marks::{self, Header, OpenSlot},
};

/// The highest version that is accepted, so that there is always a later one.
const LATEST: i64 = i64::MAX / 2;

/// Revisions, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Migrations {
    revisions: Vec<Revision>,
}

/// The open slots of all files in a folder, in the order of the files.
///
/// # Errors
///
/// See [`Migrations::from_folder`].
pub fn open_slots(folder: &Path) -> Result<Vec<OpenSlot>, RevisionError> {
    Ok(Migrations::from_folder(folder)?.open_slots())
}

/// One or more files that are applied and reverted together.
#[derive(Debug, Clone)]
pub struct Revision {
    /// The version of its first file.
    pub version: i64,
    /// What the revision is for.
    pub message: String,
    /// Its files, oldest first; at least one.
    pub files: Vec<Pair>,
}

/// The up and the down file of one version.
#[derive(Debug, Clone)]
pub struct Pair {
    /// The version by which sqlx orders and records migrations.
    pub version: i64,
    /// sqlx's description: the slug, with spaces.
    pub description: String,
    /// The way up.
    pub up: Script,
    /// The way down, if there is one.
    pub down: Option<Script>,
}

/// One migration file.
#[derive(Debug, Clone)]
pub struct Script {
    /// The file's name.
    pub name: String,
    /// The file's path; `None` if it is embedded in the program.
    pub path: Option<PathBuf>,
    /// The file's content.
    pub sql: SqlStr,
    /// Whether the file runs outside a transaction.
    pub no_transaction: bool,
    /// sqlx's checksum of the content.
    pub checksum: Cow<'static, [u8]>,
}

impl Migrations {
    /// Reads all `.sql` files of a folder.
    ///
    /// # Errors
    ///
    /// A file cannot be read, does not follow sqlx's naming scheme, has no counterpart, or does not
    /// fit the revision that its header names.
    pub fn from_folder(folder: &Path) -> Result<Self, RevisionError> {
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let mut paths: Vec<PathBuf> = entries
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => RevisionError::NoFolder(folder.to_owned()),
                _ => RevisionError::Io(folder.to_owned(), error),
            })?
            .into_iter()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "sql") && path.is_file())
            .collect();
        paths.sort();
        let files = paths.into_iter().map(read_file).collect::<Result<Vec<_>, _>>()?;
        Self::new(files, true)
    }

    /// Converts the migrations that `sqlx::migrate!()` embedded in the program.
    ///
    /// # Errors
    ///
    /// Two migrations have the same version, or one does not fit the revision that its header
    /// names.
    pub fn from_migrator(migrator: &Migrator) -> Result<Self, RevisionError> {
        let files = migrator.iter().map(|migration| (file_name(migration), None, migration.clone()));
        Self::new(files, false)
    }

    fn new(
        files: impl IntoIterator<Item = (String, Option<PathBuf>, Migration)>,
        strict: bool,
    ) -> Result<Self, RevisionError> {
        let mut ways: BTreeMap<i64, Ways> = BTreeMap::new();
        for (name, path, migration) in files {
            let script = Script {
                name,
                path,
                sql: migration.sql.clone(),
                no_transaction: migration.no_tx,
                checksum: migration.checksum.clone(),
            };
            let ways = ways.entry(migration.version).or_default();
            let way = if migration.migration_type.is_down_migration() {
                &mut ways.down
            } else {
                ways.description = migration.description.into_owned();
                ways.lacks_down = strict && migration.migration_type.is_reversible();
                &mut ways.up
            };
            if let Some(other) = way.replace(script.clone()) {
                return Err(RevisionError::SameVersion(other.name, script.name));
            }
        }
        let pairs = ways.into_iter().filter_map(|(version, ways)| ways.pair(version).transpose());
        let pairs = pairs.collect::<Result<_, _>>()?;
        Ok(Self { revisions: group(pairs)? })
    }

    /// The revisions, oldest first.
    #[must_use]
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    /// The files of all revisions, oldest first.
    #[must_use]
    pub fn pairs(&self) -> impl DoubleEndedIterator<Item = &Pair> {
        self.revisions.iter().flat_map(|revision| &revision.files)
    }

    /// The newest version of any file.
    #[must_use]
    pub fn newest(&self) -> Option<i64> {
        self.pairs().next_back().map(|pair| pair.version)
    }

    /// The index of a revision, given by the version of any of its files or by a unique prefix of
    /// one.
    ///
    /// # Errors
    ///
    /// No revision matches, or several do.
    pub fn position(&self, given: &str) -> Result<usize, RevisionError> {
        let exact = |revision: &Revision| revision.files.iter().any(|pair| pair.version.to_string() == given);
        if let Some(at) = self.revisions.iter().position(exact) {
            return Ok(at);
        }
        let begins = |revision: &Revision| {
            revision.files.iter().any(|pair| pair.version.to_string().starts_with(given))
        };
        let candidates: Vec<usize> = (0..self.revisions.len())
            .filter(|at| !given.is_empty() && begins(&self.revisions[*at]))
            .collect();
        match *candidates {
            [at] => Ok(at),
            [] => Err(RevisionError::NotFound(given.to_owned())),
            _ => Err(RevisionError::Ambiguous {
                given: given.to_owned(),
                candidates: candidates.into_iter().map(|at| self.revisions[at].version).collect(),
            }),
        }
    }

    /// All revisions except the one at an index.
    #[must_use]
    pub(crate) fn without(&self, at: usize) -> Self {
        let others = self.revisions.iter().enumerate().filter(|(other, _)| *other != at);
        Self { revisions: others.map(|(_, revision)| revision.clone()).collect() }
    }

    /// The files with these versions.
    #[must_use]
    pub(crate) fn only(&self, versions: &BTreeSet<i64>) -> Self {
        let mut these = self.clone();
        for revision in &mut these.revisions {
            revision.files.retain(|pair| versions.contains(&pair.version));
        }
        these.revisions.retain(|revision| !revision.files.is_empty());
        these
    }

    /// All revisions, with the one at an index moved to the end regardless of its version.
    #[must_use]
    pub(crate) fn with_last(&self, at: usize) -> Self {
        let mut these = self.without(at);
        these.revisions.extend(self.revisions.get(at).cloned());
        these
    }

    /// The open slots of both directions.
    #[must_use]
    pub fn open_slots(&self) -> Vec<OpenSlot> {
        let scripts = self.pairs().flat_map(|pair| [Some(&pair.up), pair.down.as_ref()]).flatten();
        scripts.flat_map(Script::open_slots).collect()
    }
}

impl Revision {
    /// Whether the revision was generated from models, even if it was edited since.
    pub(crate) fn is_generated(&self) -> bool {
        self.files.iter().any(|pair| marks::is_generated(pair.up.sql.as_str()))
    }

    /// Whether the down file of each version undoes its up file: no file is padding.
    pub(crate) fn is_mirrored(&self) -> bool {
        let is_padding = |script: &Script| marks::is_padding(script.sql.as_str());
        !self.files.iter().any(|pair| is_padding(&pair.up) || pair.down.as_ref().is_some_and(is_padding))
    }
}

impl Script {
    /// The open slots of this file.
    #[must_use]
    pub fn open_slots(&self) -> Vec<OpenSlot> {
        marks::slots(self.sql.as_str())
            .map(|(line, title)| OpenSlot { file: self.name.clone(), line, title: title.to_owned() })
            .collect()
    }
}

/// The files of one version while a folder is being read.
#[derive(Default)]
struct Ways {
    description: String,
    lacks_down: bool,
    up: Option<Script>,
    down: Option<Script>,
}

impl Ways {
    fn pair(self, version: i64) -> Result<Option<Pair>, RevisionError> {
        match (self.up, self.down) {
            (Some(up), None) if self.lacks_down => Err(RevisionError::NoDown(up.name)),
            (Some(up), down) => Ok(Some(Pair { version, description: self.description, up, down })),
            (None, Some(down)) => Err(RevisionError::NoUp(down.name)),
            (None, None) => Ok(None),
        }
    }
}

fn read_file(path: PathBuf) -> Result<(String, Option<PathBuf>, Migration), RevisionError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let Some((version, rest)) = name.split_once('_') else { return Err(RevisionError::Name(name)) };
    let Some(version) = version.parse::<i64>().ok().filter(|version| (1..=LATEST).contains(version)) else {
        return Err(RevisionError::Name(name));
    };
    let kind = MigrationType::from_filename(rest);
    let description = rest.trim_end_matches(kind.suffix()).replace('_', " ");
    let sql = fs::read_to_string(&path).map_err(|error| RevisionError::Io(path.clone(), error))?;
    if let Some(line) = marks::misplaced_no_transaction(&sql) {
        return Err(RevisionError::NoTransaction { file: name, line });
    }
    let no_transaction = sql.starts_with(marks::NO_TRANSACTION);
    let sql = AssertSqlSafe(sql).into_sql_str();
    Ok((name, Some(path), Migration::new(version, Cow::Owned(description), kind, sql, no_transaction)))
}

/// The name of the file that a migration was embedded from, which sqlx does not store.
fn file_name(migration: &Migration) -> String {
    let suffix = migration.migration_type.suffix();
    format!("{}_{}{suffix}", migration.version, migration.description.replace(' ', "_"))
}

fn group(pairs: Vec<Pair>) -> Result<Vec<Revision>, RevisionError> {
    let mut revisions: Vec<Revision> = Vec::new();
    let mut expected = 0; // files of the newest revision
    for pair in pairs {
        let header = Header::parse(pair.up.sql.as_str());
        if let Some(Header { revision, index, of, .. }) = header
            && of > 1
        {
            let fits = match revisions.last() {
                _ if index == 1 => revision == pair.version,
                Some(last) => last.version == revision && last.files.len() + 1 == index && of == expected,
                None => false,
            };
            if !fits {
                return Err(RevisionError::Misplaced { file: pair.up.name, revision, index });
            }
            if index > 1 {
                if let Some(last) = revisions.last_mut() {
                    last.files.push(pair);
                }
                continue;
            }
        }
        check_complete(revisions.last(), expected)?;
        expected = header.as_ref().map_or(1, |header| header.of.max(1));
        let message = header.map_or_else(|| pair.description.clone(), |header| header.message);
        revisions.push(Revision { version: pair.version, message, files: vec![pair] });
    }
    check_complete(revisions.last(), expected)?;
    Ok(revisions)
}

fn check_complete(revision: Option<&Revision>, of: usize) -> Result<(), RevisionError> {
    match revision {
        Some(revision) if revision.files.len() != of => {
            let (has, last) = (revision.files.len(), revision.files.last());
            let last = last.map(|pair| pair.up.name.clone()).unwrap_or_default();
            Err(RevisionError::Incomplete { revision: revision.version, has, of, last })
        }
        _ => Ok(()),
    }
}
