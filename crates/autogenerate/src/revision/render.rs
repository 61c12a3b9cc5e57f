//! Renders a plan as files: which statements share a file, and the notes above each.

use std::collections::BTreeSet;

use super::marks::{NOTHING_TO_REVERT, guard_lines, irreversible_line, slot_line};
use crate::{
    hazard::{self, Hazard},
    plan::{Batch, Plan, Slot, Statement, StatementNote},
};

/// The content of one file without its header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct File {
    /// Whether sqlx must run the file outside a transaction.
    pub no_transaction: bool,
    /// The statements and comments.
    pub sql: String,
}

impl File {
    /// Creates a file that runs in a transaction.
    pub fn new(sql: impl Into<String>) -> Self {
        Self { no_transaction: false, sql: sql.into() }
    }

    /// Creates a way down that always fails, even with a tool that ignores the mark.
    #[must_use]
    pub fn irreversible(reason: &str) -> Self {
        let raise = "DO $$ BEGIN RAISE EXCEPTION 'this revision is irreversible'; END $$;";
        Self::new(format!("{}\n{raise}\n", irreversible_line(reason)))
    }
}

/// Splits a plan into the files that sqlx must send separately.
///
/// `notes` are in the order of the statements. A statement without a note has no `locks` comment.
#[must_use]
pub fn render(plan: &Plan, notes: &[StatementNote]) -> Vec<File> {
    let mut drafts: Vec<Draft> = Vec::new();
    for (at, statement) in plan.statements.iter().enumerate() {
        let alone = statement.batch == Batch::Alone;
        if let Some(slot) = slot_before(statement) {
            // Filling the slot may take long, so it must not hold the locks of the previous file.
            let no_transaction = slot.in_portions().is_some();
            let mut draft = Draft { no_transaction, ..Draft::default() };
            draft.slot(slot);
            drafts.push(draft);
        }
        match drafts.last() {
            Some(last) if statement.batch == Batch::Same && !last.no_transaction => {}
            _ => drafts.push(Draft { no_transaction: alone, ..Draft::default() }),
        }
        if let Some(draft) = drafts.last_mut() {
            draft.statement(statement, notes.get(at));
        }
    }
    drafts.into_iter().map(Draft::file).collect()
}

/// Renders the ways down of the files of `up`, each as one file, in the order in which they run.
///
/// `down` is in the order of the files of `up`, `notes` are in the order in which the statements
/// run.
#[must_use]
pub fn render_down(up: &Plan, down: &[Plan], mut notes: &[StatementNote]) -> Vec<File> {
    let ups: Vec<_> = up.files().collect();
    let mut files = Vec::new();
    for (file, plan) in ups.into_iter().zip(down).rev() {
        let (own, rest) = notes.split_at(plan.statements.len().min(notes.len()));
        notes = rest;
        files.push(render(plan, own).into_iter().next().unwrap_or_else(|| File::new(NOTHING_TO_REVERT)));
        // The slot has a file of its own.
        files.extend(file.iter().filter_map(slot_before).map(|_| File::new(NOTHING_TO_REVERT)));
    }
    files
}

/// The slot of a statement, if it cannot be in the statement's file.
fn slot_before(statement: &Statement) -> Option<&Slot> {
    let is_alone = statement.batch == Batch::Alone;
    statement.slot.as_ref().filter(|slot| is_alone && !slot.is_guard || slot.in_portions().is_some())
}

#[derive(Debug, Default)]
struct Draft {
    no_transaction: bool,
    hazards: BTreeSet<Hazard>,
    blocks: Vec<String>,
}

impl Draft {
    fn slot(&mut self, slot: &Slot) {
        if slot.is_guard {
            let guard = slot.guard().map(|sql| terminated(&sql)).unwrap_or_default();
            self.blocks.push(guard_lines(slot, "write") + &guard);
            return;
        }
        let mut lines = slot_line(&slot.title) + "\n";
        if slot.rows == Some(0) {
            lines +=
                "-- No row needs it here. If none does in any other database, delete the statement, too.\n";
        }
        let hazards = slot.hazards();
        if !hazards.is_empty() {
            lines += &hazards_line(&hazards);
        }
        self.hazards.extend(hazards);
        lines.extend(slot.cascades.iter().map(|cascade| format!("-- {cascade}\n")));
        self.blocks.push(lines + &terminated(slot.in_portions().unwrap_or(&slot.template)));
    }

    fn statement(&mut self, statement: &Statement, note: Option<&StatementNote>) {
        if let (false, None, Some(slot)) = (self.no_transaction, slot_before(statement), &statement.slot) {
            self.slot(slot);
        }
        let mut block = String::new();
        if let (true, Some(slot)) = (self.no_transaction, statement.slot.as_ref().filter(|it| it.is_guard)) {
            // The statement itself fails if there are such rows.
            block = guard_lines(slot, "run this before");
        }
        if !statement.hazards.is_empty() {
            block += &hazards_line(&statement.hazards);
        }
        if let Some(note) = note {
            block += &locks_comment(note);
        }
        self.hazards.extend(&statement.hazards);
        self.blocks.push(block + &terminated(&statement.sql));
    }

    fn file(self) -> File {
        // With a single statement, its own comment is enough.
        let summary = if self.hazards.is_empty() || self.blocks.len() == 1 {
            String::new()
        } else {
            format!("-- hazards in this file: {}\n\n", hazard::join(&self.hazards))
        };
        File { no_transaction: self.no_transaction, sql: summary + &self.blocks.join("\n") }
    }
}

/// Ends a statement with a semicolon and a newline.
pub(crate) fn terminated(sql: &str) -> String {
    let sql = sql.trim_end();
    // A comment at the end would swallow the semicolon.
    let comment = sql.lines().next_back().is_some_and(|line| line.contains("--"));
    match (comment, sql.ends_with(';')) {
        (true, _) => format!("{sql}\n;\n"),
        (false, true) => format!("{sql}\n"),
        (false, false) => format!("{sql};\n"),
    }
}

fn hazards_line(own: &BTreeSet<Hazard>) -> String {
    format!("-- hazards: {}\n", hazard::join(own))
}

/// The `locks` comment; empty if the statement cannot affect other sessions, as on a new table.
fn locks_comment(note: &StatementNote) -> String {
    if *note == StatementNote::default() {
        return String::new();
    }
    let locks: Vec<String> = note.locks.iter().map(|(mode, table)| format!("{mode} on {table}")).collect();
    format!(
        "-- locks: {}; rewrites: {}; scans: {}\n",
        names_or_no(&locks),
        names_or_no(&note.rewrites),
        names_or_no(&note.scans)
    )
}

fn names_or_no(names: &[String]) -> String {
    if names.is_empty() { "no".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(sql: &str, batch: Batch) -> Statement {
        Statement {
            sql: sql.to_owned(),
            batch,
            tables: BTreeSet::new(),
            hazards: BTreeSet::new(),
            slot: None,
            is_rename: false,
        }
    }

    fn slot(title: &str) -> Slot {
        Slot {
            title: title.to_owned(),
            count: String::new(),
            template: "UPDATE items SET sku = …".to_owned(),
            portions: None,
            rehearsal: String::new(),
            remaining: String::new(),
            rows: None,
            deletes: false,
            is_guard: false,
            cascades: Vec::new(),
        }
    }

    #[test]
    fn statements_share_a_file_until_one_must_be_alone_or_in_a_new_transaction() {
        let plan = Plan {
            statements: vec![
                statement("A", Batch::Same),
                statement("B", Batch::Same),
                statement("C", Batch::New),
                statement("D", Batch::Alone),
                statement("E", Batch::Same),
                statement("F", Batch::Alone),
                statement("G", Batch::Alone),
            ],
        };
        let files: Vec<(bool, String)> =
            render(&plan, &[]).into_iter().map(|file| (file.no_transaction, file.sql)).collect();
        let expected = [
            (false, "A;\n\nB;\n"),
            (false, "C;\n"),
            (true, "D;\n"),
            (false, "E;\n"),
            (true, "F;\n"),
            (true, "G;\n"),
        ];
        assert_eq!(files, expected.map(|(alone, sql)| (alone, sql.to_owned())));
        assert!(render(&Plan::default(), &[]).is_empty());
    }

    #[test]
    fn each_statement_is_preceded_by_its_hazards_and_locks() {
        let mut second = statement("ALTER TABLE items DROP COLUMN a", Batch::Same);
        second.hazards = BTreeSet::from([Hazard::DeletesData]);
        let plan = Plan { statements: vec![statement("A -- it", Batch::Same), second] };
        let note = StatementNote {
            locks: vec![("AccessExclusive".to_owned(), "items".to_owned())],
            ..StatementNote::default()
        };
        let sql = &render(&plan, &[StatementNote::default(), note])[0].sql;
        assert_eq!(
            sql,
            "-- hazards in this file: deletes-data\n\n\
             A -- it\n;\n\n\
             -- hazards: deletes-data\n-- locks: AccessExclusive on items; rewrites: no; scans: no\n\
             ALTER TABLE items DROP COLUMN a;\n"
        );
    }

    #[test]
    fn the_hazards_of_a_slot_are_not_those_of_its_statement() {
        let mut narrow = statement("SET DATA TYPE", Batch::Same);
        narrow.hazards = BTreeSet::from([Hazard::DeletesData, Hazard::RewritesTable]);
        narrow.slot = Some(Slot { deletes: true, ..slot("resolve duplicates") });
        let sql = &render(&Plan { statements: vec![narrow.clone()] }, &[])[0].sql;
        assert_eq!(
            sql,
            "-- hazards in this file: deletes-data, rewrites-table\n\n\
             -- SLOT (delete this line when the statement below is right): resolve duplicates\n\
             -- hazards: deletes-data\nUPDATE items SET sku = …;\n\n\
             -- hazards: deletes-data, rewrites-table\nSET DATA TYPE;\n"
        );
        narrow.hazards.clear();
        let sql = &render(&Plan { statements: vec![narrow] }, &[])[0].sql;
        assert!(sql.ends_with("\n\nSET DATA TYPE;\n"), "{sql}");
    }

    #[test]
    fn a_guard_stops_a_file_and_leaves_no_open_slot() {
        let mut narrow = statement("SET DATA TYPE", Batch::Same);
        let remaining = "SELECT count(*) FROM items WHERE sku = '5%'".to_owned();
        narrow.slot = Some(Slot { remaining, ..slot("fit 5% of 'it'") });
        let sql = &render(&Plan { statements: vec![narrow] }.guarded(), &[])[0].sql;
        assert_eq!(
            sql,
            "-- GUARD (this file stops if there are such rows): fit 5% of 'it'. To migrate such rows instead, write:\n\
             --   UPDATE items SET sku = …\n\
             DO $guard$\nDECLARE\n    found bigint := (SELECT count(*) FROM items WHERE sku = '5%');\nBEGIN\n    \
             IF found > 0 THEN\n        RAISE EXCEPTION 'fit 5%% of ''it'' (% rows)', found;\n    END IF;\n\
             END $guard$;\n\nSET DATA TYPE;\n"
        );
        assert_eq!(crate::revision::marks::slots(sql).count(), 0);
    }

    #[test]
    fn a_slot_precedes_its_statement_but_never_shares_a_file_without_transaction() {
        let mut not_null = statement("SET NOT NULL", Batch::Same);
        not_null.slot = Some(slot("populate").counted(1_234_567));
        let mut unique = statement("CREATE UNIQUE INDEX CONCURRENTLY", Batch::Alone);
        unique.slot = Some(slot("clean").counted(1));
        let plan = Plan { statements: vec![statement("ADD COLUMN", Batch::Same), not_null, unique] };
        let files = render(&plan, &[]);
        let mark = "-- SLOT (delete this line when the statement below is right): ";
        let update = "UPDATE items SET sku = …;\n";
        assert_eq!(
            files[0].sql,
            format!("ADD COLUMN;\n\n{mark}populate (1,234,567 rows)\n{update}\nSET NOT NULL;\n")
        );
        assert_eq!(files[1], File::new(format!("{mark}clean (1 row)\n{update}")));
        assert_eq!(files[2].sql, "CREATE UNIQUE INDEX CONCURRENTLY;\n");
        assert!(files[2].no_transaction && files.len() == 3);
        let mut none = statement("SET NOT NULL", Batch::Same);
        none.slot = Some(slot("populate").counted(0));
        let sql = &render(&Plan { statements: vec![none] }, &[])[0].sql;
        let note = "-- No row needs it here. If none does in any other database, delete the statement, too.";
        assert_eq!(*sql, format!("{mark}populate (0 rows)\n{note}\n{update}\nSET NOT NULL;\n"));
    }
}
