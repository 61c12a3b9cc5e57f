//! Writes new revisions.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};

use super::{
    error::RevisionError,
    folder::Migrations,
    marks::{self, Header, NO_TRANSACTION, one_line},
    render::File,
};

const LONGEST_SLUG: usize = 50;
const NO_UP: &str = "the way up has fewer files than the way down.";
const NO_DOWN: &str = "the way down has fewer files than the way up.";
const EMPTY: &str = "-- Nothing is done here yet.\n";

/// A revision that has not been written yet.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// What the revision is for, in a few words.
    pub message: &'a str,
    /// Where the revision comes from; a line of the header, left out if empty.
    pub origin: &'a str,
    /// The files of the way up, in the order in which they run.
    pub up: &'a [File],
    /// The files of the way down, in the order in which they run.
    pub down: &'a [File],
}

/// A revision that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The version of the first file, which is the version of the revision.
    pub version: i64,
    /// The files; for each version, up before down.
    pub paths: Vec<PathBuf>,
}

impl Draft<'_> {
    /// Writes the files into a folder, which is created if it is missing. The version is derived
    /// from `now`, or is one more than the newest version in the folder if that is later.
    ///
    /// # Errors
    ///
    /// The folder is malformed (see [`Migrations::from_folder`]) or cannot be written. In either
    /// case no file is left behind.
    pub fn write(&self, folder: &Path, now: DateTime<Utc>) -> Result<Written, RevisionError> {
        fs::create_dir_all(folder).map_err(|error| RevisionError::Io(folder.to_owned(), error))?;
        self.write_at(folder, next_version(Migrations::from_folder(folder)?.newest(), now))
    }

    /// As [`write`](Self::write), with this version, which the folder does not have.
    pub(crate) fn write_at(&self, folder: &Path, version: i64) -> Result<Written, RevisionError> {
        fs::create_dir_all(folder).map_err(|error| RevisionError::Io(folder.to_owned(), error))?;
        let paths = create(self.files(folder, version))?;
        Ok(Written { version, paths })
    }

    fn files(&self, folder: &Path, version: i64) -> Vec<(PathBuf, String)> {
        let of = self.up.len().max(self.down.len()).max(1);
        let slug = slug(self.message);
        // If the way down is irreversible, every down file must fail, because any may be reverted
        // first.
        let irreversible = self.down.iter().find(|file| marks::irreversible(&file.sql).is_some());
        let mut files = Vec::new();
        for (index, own) in (1..=of).zip(version..) {
            let header = Header { revision: version, index, of, message: one_line(self.message) };
            let suffix = if index == 1 { String::new() } else { format!("_{index}") };
            // The last file of the way down belongs to the first version.
            let down = self.down.len().checked_sub(index).and_then(|at| self.down.get(at));
            let down = irreversible.or(down);
            for (way, file, why, is_empty) in [
                ("up", self.up.get(index - 1), NO_UP, self.up.is_empty()),
                ("down", down, NO_DOWN, self.down.is_empty()),
            ] {
                let path = folder.join(format!("{own}_{slug}{suffix}.{way}.sql"));
                let blank =
                    File::new(if is_empty { EMPTY.to_owned() } else { format!("{}{why}\n", marks::PADDING) });
                files.push((path, self.text(&header, file.unwrap_or(&blank))));
            }
        }
        files
    }

    fn text(&self, header: &Header, file: &File) -> String {
        let no_transaction = if file.no_transaction { format!("{NO_TRANSACTION}\n") } else { String::new() };
        let origin = one_line(self.origin);
        let origin = if origin.is_empty() { origin } else { format!("-- {origin}\n") };
        let group = match header.of {
            1 => "",
            _ if self.up.len() == self.down.len() => {
                "-- One of the files of a revision. Each down file undoes exactly its up file.\n"
            }
            _ => "-- The files of a revision are applied and reverted together.\n",
        };
        format!("{no_transaction}{}\n{origin}{group}\n{}", header.line(), file.sql)
    }
}

/// The time as `<YYYYMMDDHHMMSS>`, or the version after `newest` if that is later.
pub(crate) fn next_version(newest: Option<i64>, now: DateTime<Utc>) -> i64 {
    let time = now.format("%Y%m%d%H%M%S").to_string().parse().unwrap_or(1);
    newest.map_or(time, |newest| time.max(newest + 1))
}

/// Creates all files, or none.
pub(super) fn create(files: Vec<(PathBuf, String)>) -> Result<Vec<PathBuf>, RevisionError> {
    let mut written = Vec::new();
    for (path, text) in files {
        let file = fs::File::create_new(&path);
        let created = file.is_ok();
        if created {
            written.push(path.clone());
        }
        if let Err(error) = file.and_then(|mut file| file.write_all(text.as_bytes())) {
            for path in &written {
                // A file that cannot be removed is reported by the next command that reads the
                // folder.
                let _ = fs::remove_file(path);
            }
            return Err(RevisionError::Io(path, error));
        }
    }
    Ok(written)
}

/// Converts the message to a part of the file name.
fn slug(message: &str) -> String {
    let words: Vec<String> = message
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let mut slug = String::new();
    for word in words {
        let gap = usize::from(!slug.is_empty());
        if slug.len() + gap + word.len() > LONGEST_SLUG && !slug.is_empty() {
            break;
        }
        if gap == 1 {
            slug.push('_');
        }
        slug.push_str(&word[..word.len().min(LONGEST_SLUG)]);
    }
    if slug.is_empty() { "revision".to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_short_and_plain() {
        assert_eq!(slug("Add SKU, and its index!"), "add_sku_and_its_index");
        assert_eq!(slug("größe → Länge"), "gr_e_l_nge");
        assert_eq!(slug("../☃"), "revision");
        let long = slug(&"populate everything ".repeat(20));
        assert_eq!(long, "populate_everything_populate_everything_populate");
        assert_eq!(slug(&"x".repeat(300)).len(), LONGEST_SLUG);
    }

    #[test]
    fn a_version_is_the_time_but_always_newer_than_existing_ones() {
        let now = "2026-11-24T12:00:00.9Z".parse().unwrap();
        assert_eq!(next_version(None, now), 20_261_124_120_000);
        assert_eq!(next_version(Some(3), now), 20_261_124_120_000);
        assert_eq!(next_version(Some(20_261_124_120_002), now), 20_261_124_120_003);
    }
}
