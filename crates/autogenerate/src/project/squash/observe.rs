//! Reads what revisions do to an empty database.

use super::contents::{Contents, read_contents, written};
use crate::{
    introspect::Reading,
    project::{error::ProjectError, live::without_bookkeeping, replay::Replay},
    render::statements::statements,
    revision::Revision,
    schema::Schema,
    scratch::Scratch,
};

/// The statements that may write rows.
const WRITING: [&str; 12] = [
    "CALL", "COPY", "DELETE", "DO", "EXECUTE", "INSERT", "MERGE", "PREPARE", "SELECT", "TRUNCATE", "UPDATE",
    "WITH",
];

/// The rows that a migration writes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WrittenRows {
    /// The files of the revision, separated by commas.
    pub files: String,
    /// The tables and sequences.
    pub tables: Vec<String>,
    /// The statements of the files that may have written them.
    pub(super) statements: Vec<String>,
}

/// What the replaced revisions do to an empty database that has those before them.
#[derive(Debug)]
pub(super) struct Effect {
    pub(super) before: Reading,
    pub(super) after: Reading,
    pub(super) contents: Contents,
    pub(super) data: Vec<WrittenRows>,
    /// What generated revisions created.
    pub(super) ours: Vec<String>,
}

/// Runs the old revisions, and reads what they do.
pub(super) async fn observe(
    (earlier, old): (&[Revision], &[Revision]),
    live: &Schema,
    scratch: &mut Scratch,
) -> Result<Effect, ProjectError> {
    let mut replay = Replay::begin(scratch, live).await?;
    for revision in earlier {
        replay.run(revision).await?;
    }
    let before = without_bookkeeping(replay.scratch.read().await?);
    let existed = replay.generated();
    let mut contents = read_contents(replay.scratch.connection()).await?;
    let mut data = Vec::new();
    for revision in old {
        replay.run(revision).await?;
        let now = read_contents(replay.scratch.connection()).await?;
        data.extend(written_by(revision, &contents, &now));
        contents = now;
    }
    let after = without_bookkeeping(replay.scratch.read().await?);
    let ours = replay.generated().difference(&existed).cloned().collect();
    Ok(Effect { before, after, contents, data, ours })
}

fn written_by(revision: &Revision, before: &Contents, after: &Contents) -> Option<WrittenRows> {
    let pieces = revision.files.iter().flat_map(|pair| statements(pair.up.sql.as_str()));
    let writing: Vec<String> = pieces
        .filter(|piece| WRITING.contains(&piece.verb().as_str()))
        .map(|piece| piece.sql.to_owned())
        .collect();
    let tables = written(before, after, !writing.is_empty());
    let files: Vec<&str> = revision.files.iter().map(|pair| pair.up.name.as_str()).collect();
    (!tables.is_empty()).then(|| WrittenRows { files: files.join(", "), tables, statements: writing })
}
