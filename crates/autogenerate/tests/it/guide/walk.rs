//! Goes through a page of the guide from its top to its end, and does what it says.
//!
//! | block | what is done |
//! | --- | --- |
//! | `rust …` | its lines are found in the source of the test, which compiles them |
//! | `sql rows` | is run |
//! | `sql file`, after a line with the file's name | is what was written |
//! | `sql edited`, after a line with the file's name | is written into the file |
//! | `sql query`, and `text` after it | gives these rows |
//! | `sh`, and `text` after it | the program of `examples/db.rs` says that; without `text`, it has to succeed |
//!
//! `BLESS=1` writes what came of it into the page, to be read before it is committed.

use std::{env, error::Error, fs, path::PathBuf};

use autogenerate::{model::Metadata, project::Project};
use tempfile::TempDir;

use super::db;
use crate::support::Database;

/// A page that is being walked through.
pub struct Walk {
    pub database: Database,
    page: PathBuf,
    source: &'static str,
    /// What the page is about.
    pub project: Project,
    pieces: Vec<Piece>,
    at: usize,
    /// What the last command or query said.
    said: Option<String>,
    _folder: TempDir,
}

/// Of a page.
enum Piece {
    Text(String),
    Block { info: String, body: String },
}

impl Walk {
    /// With the tables of `before` in the database; `after` is what the page's revision is made for.
    pub async fn begin(page: &str, source: &'static str, [before, after]: [Metadata; 2]) -> Self {
        let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("guide").join(page);
        let pieces = pieces(&fs::read_to_string(&page).unwrap());
        let database = Database::new().await;
        let folder = TempDir::new().unwrap();
        let (options, path) = (database.options.clone(), folder.path().to_owned());
        let project =
            Project { metadata: before, folder: path, database: options, scratch: None, memory: None };
        let mut walk = Self { database, page, source, project, pieces, at: 0, said: None, _folder: folder };
        for command in ["revision first", "upgrade"] {
            walk.db("2026-11-01T09:00:00Z", command).await.unwrap();
        }
        walk.project.metadata = after;
        walk
    }

    /// To the page's end.
    pub async fn finish(mut self) {
        self.go(None).await;
        self.silent("the end");
        if env::var_os("BLESS").is_some() {
            let text: String = self.pieces.iter().map(Piece::text).collect();
            fs::write(&self.page, text).unwrap();
        }
    }

    /// To the first block that holds this line, which is not looked at yet.
    pub async fn until(&mut self, line: &str) {
        self.go(Some(line)).await;
    }

    async fn go(&mut self, end: Option<&str>) {
        while let Some(piece) = self.pieces.get(self.at) {
            if let Piece::Block { info, body } = piece {
                let (info, body) = (info.clone(), body.clone());
                if end.is_some_and(|end| body.lines().any(|line| line == end)) {
                    return;
                }
                let really = self.block(&info, &body).await;
                self.hold(&info, &body, really);
            }
            self.at += 1;
        }
    }

    /// What has to be in a block, where that is not what it holds in any case.
    async fn block(&mut self, info: &str, body: &str) -> Option<String> {
        if info != "text" {
            self.silent(body);
        }
        match info {
            "text" => return Some(self.said.take().expect("something was said") + "\n"),
            "sql file" => return Some(fs::read_to_string(self.file()).unwrap()),
            "sql edited" => fs::write(self.file(), body).unwrap(),
            "sql rows" => self.database.execute(body).await,
            "sql query" => self.said = Some(self.rows(body).await),
            "sh" => {
                for command in body.lines() {
                    self.silent(command);
                    self.command(command).await;
                }
            }
            _ if info.starts_with("rust") => {
                assert!(flat(self.source).contains(&flat(body)), "not what the test compiles:\n{body}");
            }
            _ => panic!("a block of no known kind: {info}"),
        }
        None
    }

    fn hold(&mut self, info: &str, body: &str, really: Option<String>) {
        let Some(really) = really else { return };
        if env::var_os("BLESS").is_some() {
            self.pieces[self.at] = Piece::Block { info: info.to_owned(), body: really };
        } else {
            assert_eq!(body, really, "{} holds something else", self.page.display());
        }
    }

    /// A refusal that the page does not tell.
    fn silent(&mut self, before: &str) {
        if let Some(said) = self.said.take() {
            assert!(!said.starts_with("error: "), "before {before}: {said}");
        }
    }

    /// The file that the line above the block names.
    fn file(&self) -> PathBuf {
        let Piece::Text(above) = &self.pieces[self.at - 1] else { panic!("no text above a file") };
        let name = above.split('`').rev().nth(1).expect("a name above a file");
        self.project.folder.join(name)
    }

    async fn command(&mut self, command: &str) {
        let command = command.strip_prefix("db ").expect(command).replace('"', "");
        let said = self.db("2026-11-24T12:00:00Z", &command).await;
        self.said = Some(said.unwrap_or_else(|error| format!("error: {error}")));
    }

    async fn db(&self, now: &str, command: &str) -> Result<String, Box<dyn Error>> {
        db::db(&self.project, now.parse()?, command).await
    }

    async fn rows(&self, query: &str) -> String {
        let query = query.trim().trim_end_matches(';');
        let values =
            "array_to_string(ARRAY(SELECT value FROM json_each_text(row_to_json(found))), ' | ', 'NULL')";
        self.database
            .texts(&format!("SELECT {values} FROM ({query}) AS found"))
            .await
            .iter()
            .map(|row| row.trim_end())
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// Whatever the depth at which it stands.
fn flat(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join("\n")
}

impl Piece {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Block { info, body } => format!("```{info}\n{body}```\n"),
        }
    }
}

fn pieces(page: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (at, part) in page.split("```").enumerate() {
        if at % 2 == 0 {
            pieces.push(Piece::Text(part.strip_prefix('\n').unwrap_or(part).to_owned()));
        } else {
            let (info, body) = part.split_once('\n').unwrap();
            pieces.push(Piece::Block { info: info.to_owned(), body: body.to_owned() });
        }
    }
    pieces
}
