//! Replays the migrations on an empty database.

use std::collections::BTreeSet;

use super::{
    created::Created,
    error::ProjectError,
    lend,
    live::{PLAIN, current_schema, script, without_bookkeeping},
};
use crate::{
    introspect::{self, Scope},
    plan::Renames,
    planner,
    render::tokens::{Token, tokens},
    revision::{Migrations, Pair, Revision},
    schema::{Name, Object, Schema},
    scratch::Scratch,
};

/// What the migrations create in an empty database.
#[derive(Debug, Default)]
pub(super) struct Replayed {
    /// The resulting schema.
    pub(super) schema: Schema,
    /// The objects in it that generated revisions created.
    pub(super) generated: BTreeSet<Object>,
}

/// Replays the migrations. A table that a foreign key references and only the live database has is
/// created first.
pub(super) async fn replay(
    scratch: &mut Scratch,
    migrations: &Migrations,
    live: &Schema,
) -> Result<Replayed, ProjectError> {
    let mut replay = Replay::begin(scratch, live).await?;
    for revision in migrations.revisions() {
        replay.run(revision).await?;
    }
    replay.finish().await
}

/// A replay in progress.
#[derive(Debug)]
pub(super) struct Replay<'a> {
    pub(super) scratch: &'a mut Scratch,
    live: &'a Schema,
    created: Created,
}

impl<'a> Replay<'a> {
    /// Starts before the first revision.
    pub(super) async fn begin(scratch: &'a mut Scratch, live: &'a Schema) -> Result<Self, ProjectError> {
        let created = Created::begin(scratch.connection()).await?;
        Ok(Self { scratch, live, created })
    }

    /// Runs the way up of a revision.
    pub(super) async fn run(&mut self, revision: &Revision) -> Result<(), ProjectError> {
        for pair in &revision.files {
            self.run_file(revision, pair).await?;
        }
        Ok(self.created.record(self.scratch.connection(), Some(revision)).await?)
    }

    async fn run_file(&mut self, revision: &Revision, pair: &Pair) -> Result<(), ProjectError> {
        const UNDEFINED_TABLE: &str = "42P01";
        let sql = pair.up.sql.as_str();
        let Err(mut source) = self.scratch.execute(sql).await else { return Ok(()) };
        let code = source.as_database_error().and_then(sqlx::error::DatabaseError::code);
        if code.is_some_and(|code| code == UNDEFINED_TABLE) {
            self.created.record(self.scratch.connection(), Some(revision)).await?;
            if lend_referenced(self.scratch, sql, self.live).await? {
                self.created.record(self.scratch.connection(), None).await?;
                // A file that fails leaves nothing behind, so it can run again.
                match self.scratch.execute(sql).await {
                    Ok(()) => return Ok(()),
                    Err(error) => source = error,
                }
            }
        }
        Err(ProjectError::Replay { file: pair.up.name.clone(), source })
    }

    /// What generated revisions created so far, as the revision that takes their place lists it.
    pub(super) fn generated(&self) -> BTreeSet<String> {
        self.created.described()
    }

    /// The result so far.
    pub(super) async fn finish(self) -> Result<Replayed, ProjectError> {
        // A migration may have created the schema that comes first on the search path.
        let scope = match self.scratch.scope() {
            Scope::Database => Scope::Database,
            Scope::Schema(_) => current_schema(self.scratch.connection()).await?,
        };
        let (reading, oids) = introspect::read_identified(self.scratch.connection(), &scope).await?;
        let generated = self.created.generated(&scope, &oids);
        Ok(Replayed { schema: without_bookkeeping(reading).schema, generated })
    }
}

/// Creates the tables that a script references and only the live database has. Returns whether
/// there are any.
async fn lend_referenced(scratch: &mut Scratch, sql: &str, live: &Schema) -> Result<bool, ProjectError> {
    let is_qualified = *scratch.scope() == Scope::Database;
    let existing = scratch.read().await?.schema;
    let mut lent = Schema::default();
    for name in referenced_tables(sql, is_qualified) {
        if let Some(table) = live.tables.get(&name).filter(|_| !existing.tables.contains_key(&name)) {
            lent.tables.insert(name, lend::key_columns(table));
        }
    }
    if lent.tables.is_empty() {
        return Ok(false);
    }
    lend::lend(&mut [&mut lent], &[live]);
    lent.enums.retain(|name, _| !existing.enums.contains_key(name));
    lent.namespaces.retain(|name, _| !existing.namespaces.contains_key(name));
    let plan = planner::plan(&Schema::default(), &lent, &Renames::default(), PLAIN)?;
    scratch.execute(&script(&plan)).await?;
    Ok(true)
}

/// The names that follow `REFERENCES`.
fn referenced_tables(sql: &str, is_qualified: bool) -> BTreeSet<Name> {
    let tokens: Vec<_> = tokens(sql).into_iter().filter(|token| !matches!(token, Token::Space(_))).collect();
    let name_at = |at: usize| match *tokens.get(at)? {
        Token::Word(word) => Some(word.to_lowercase()),
        Token::Quoted(quoted) => Some(quoted.trim_matches('"').replace("\"\"", "\"")),
        _ => None,
    };
    let is_reference =
        |token: &Token<'_>| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case("references"));
    let positions = tokens.iter().enumerate().filter(|(_, token)| is_reference(token)).map(|(at, _)| at);
    let names = positions.filter_map(|at| {
        let first = name_at(at + 1)?;
        Some(match tokens.get(at + 2) {
            Some(Token::Other(".")) => Name::qualified(first, name_at(at + 3)?),
            _ if is_qualified => Name::qualified("public", first),
            _ => Name::local(first),
        })
    });
    names.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_referenced_tables_are_found_in_any_spelling() {
        let sql = "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES Parent (id);
                   CREATE TABLE c (d int references shop.\"Odd \"\"one\"(id))";
        let expected = [Name::qualified("shop", "Odd \"one"), Name::local("parent")];
        assert_eq!(referenced_tables(sql, false), expected.into());
        assert!(referenced_tables(sql, true).contains(&Name::qualified("public", "parent")));
    }
}
