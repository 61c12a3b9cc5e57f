//! Runs a page of the guide from top to bottom.
//!
//! | block | action |
//! | --- | --- |
//! | `rust …` | check that the test's source, which is compiled, contains the lines |
//! | `sql rows` | run the statements |
//! | `sql file`, after a line with a file name | compare with the generated file |
//! | `sql edited`, after a line with a file name | overwrite the file |
//! | `sql query`, then `text` | run the query and compare its rows |
//! | `sh`, then `text` | run the command and compare its short output |
//! | `sh` without `text` | run the program, which must succeed |
//!
//! `BLESS=1` updates the page with the actual output; review it before committing.

use std::{env, error::Error, fs, path::PathBuf};

use autogenerate::{model::Metadata, project::Project};
use tempfile::TempDir;

use super::db;
use crate::{judge::text::renames_not_null, support::Database};

/// A page that is being run.
pub struct Walk {
    pub database: Database,
    page: PathBuf,
    source: &'static str,
    /// The project that the page works on.
    pub project: Project,
    pieces: Vec<Piece>,
    at: usize,
    /// The output of the last command or query that no `text` block has consumed.
    output: Option<String>,
    _folder: TempDir,
}

/// A part of a page.
enum Piece {
    Text(String),
    Block { info: String, body: String },
}

impl Walk {
    /// Starts with an empty database.
    pub async fn on_empty(page: &str, source: &'static str, metadata: Metadata) -> Self {
        let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("guide").join(page);
        let pieces = pieces(&fs::read_to_string(&page).unwrap());
        let database = Database::new().await;
        let folder = TempDir::new().unwrap();
        let (options, path) = (database.options.clone(), folder.path().to_owned());
        let project = Project { metadata, folder: path, database: options, scratch: None, memory: None };
        Self { database, page, source, project, pieces, at: 0, output: None, _folder: folder }
    }

    /// Creates the tables of `before` in a new database; `after` are the models of the page's
    /// revision.
    pub async fn begin(page: &str, source: &'static str, [before, after]: [Metadata; 2]) -> Self {
        let mut walk = Self::on_empty(page, source, before).await;
        for command in ["revision first", "upgrade"] {
            walk.db("2026-11-01T09:00:00Z", command).await.unwrap();
        }
        walk.project.metadata = after;
        walk
    }

    /// Runs the rest of the page.
    pub async fn finish(mut self) {
        self.go(None).await;
        self.expect_no_error("the end");
        if env::var_os("BLESS").is_some() {
            let text: String = self.pieces.iter().map(Piece::text).collect();
            fs::write(&self.page, text).unwrap();
        }
    }

    /// Runs up to the first block that contains this line, without running that block.
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
                let actual = self.block(&info, &body).await;
                self.compare(&info, &body, actual);
            }
            self.at += 1;
        }
    }

    /// Runs a block and returns its expected body; `None` if there is nothing to compare.
    async fn block(&mut self, info: &str, body: &str) -> Option<String> {
        if info != "text" {
            self.expect_no_error(body);
        }
        match info {
            "text" => return Some(self.output.take().expect("there is output to compare") + "\n"),
            "sql file" => {
                // The pages are those of every version.
                let file = fs::read_to_string(self.file()).unwrap();
                let shown = file.split("\n\n").filter(|statement| !renames_not_null(statement));
                return Some(shown.collect::<Vec<_>>().join("\n\n"));
            }
            "sql edited" => fs::write(self.file(), body).unwrap(),
            "sql rows" => self.database.execute(body).await,
            "sql query" => self.output = Some(self.rows(body).await),
            "sh" => {
                for command in body.lines() {
                    self.expect_no_error(command);
                    self.command(command).await;
                }
            }
            _ if info.starts_with("rust") => {
                assert!(
                    unindent(self.source).contains(&unindent(body)),
                    "not in the source of the test:\n{body}"
                );
            }
            _ => panic!("unknown kind of block: {info}"),
        }
        None
    }

    fn compare(&mut self, info: &str, body: &str, actual: Option<String>) {
        let Some(actual) = actual else { return };
        if env::var_os("BLESS").is_some() {
            self.pieces[self.at] = Piece::Block { info: info.to_owned(), body: actual };
        } else {
            assert_eq!(body, actual, "{} is out of date", self.page.display());
        }
    }

    /// Fails if the last command failed and the page does not show the error.
    fn expect_no_error(&mut self, before: &str) {
        if let Some(output) = self.output.take() {
            assert!(!output.starts_with("error: "), "before {before}: {output}");
        }
    }

    /// The file named in the line above the block.
    fn file(&self) -> PathBuf {
        let Piece::Text(above) = &self.pieces[self.at - 1] else { panic!("no text above a file") };
        let name = above.split('`').rev().nth(1).expect("a name above a file");
        self.project.folder.join(name)
    }

    async fn command(&mut self, command: &str) {
        let command = command.strip_prefix("db ").expect(command).replace('"', "");
        let command = command.replace(" --autogenerate -m", "").replace(" -1", "");
        let output = self.db("2026-11-24T12:00:00Z", &command).await;
        self.output = Some(output.unwrap_or_else(|error| format!("error: {error}")));
    }

    async fn db(&self, now: &str, command: &str) -> Result<String, Box<dyn Error>> {
        Box::pin(db::db(&self.project, now.parse()?, command)).await
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

/// Removes the indentation.
fn unindent(text: &str) -> String {
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
