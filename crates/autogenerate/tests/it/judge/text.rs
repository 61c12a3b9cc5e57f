//! Plans and differences as text.

use std::fmt::Write;

use autogenerate::plan::{Batch, Plan};
use similar::TextDiff;

/// Formats a plan for golden files, with a mark at the start of each migration file. The rehearsal
/// of a slot is left out.
pub fn golden(plan: &Plan) -> String {
    let mut text = String::new();
    for (at, statement) in plan.statements.iter().enumerate() {
        let follows = at > 0;
        match statement.batch {
            Batch::Alone => text.push_str("--- alone in a file\n"),
            Batch::New => text.push_str("--- a new file\n"),
            Batch::Same if follows && plan.statements[at - 1].batch == Batch::Alone => {
                text.push_str("--- a new file\n");
            }
            Batch::Same => {}
        }
        if !statement.hazards.is_empty() {
            let hazards: Vec<String> = statement.hazards.iter().map(ToString::to_string).collect();
            writeln!(text, "-- hazards: {}", hazards.join(", ")).unwrap();
        }
        if let Some(slot) = &statement.slot {
            let how = if slot.portions.is_some() { " in portions" } else { "" };
            writeln!(text, "-- slot{how}: {}", slot.title).unwrap();
            let hazards: Vec<String> = slot.hazards().iter().map(ToString::to_string).collect();
            if !hazards.is_empty() {
                writeln!(text, "--   hazards: {}", hazards.join(", ")).unwrap();
            }
            for cascade in &slot.cascades {
                writeln!(text, "--   {cascade}: {}", cascade.count).unwrap();
            }
            for (what, sql) in [("count", &slot.count), ("template", &slot.template)] {
                for line in sql.trim_end().lines() {
                    writeln!(text, "--   {what}: {line}").unwrap();
                }
            }
        }
        writeln!(text, "{};", statement.sql).unwrap();
    }
    text
}

/// Whether a statement renames a `NOT NULL` constraint, which has a name since PostgreSQL 18.
pub fn renames_not_null(statement: &str) -> bool {
    statement.contains(" RENAME CONSTRAINT ") && statement.contains("_not_null TO ")
}

/// A unified diff of two texts.
pub fn differences(is: &str, should: &str) -> String {
    TextDiff::from_lines(is, should).unified_diff().context_radius(6).to_string()
}
