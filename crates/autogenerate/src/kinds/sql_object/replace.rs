//! The replacement of an object in place.

use super::priority::created;
use crate::{
    hazard::Hazard,
    kinds::{
        planner::Planner,
        user_type::definition::{NOT_VALID, checks_values},
    },
    order::{Priority, Role, Step},
    render::tokens::tokens,
    schema::{Name, Object, SqlName, SqlObject, quote_identifier},
};

impl Planner<'_> {
    pub(super) fn replace_sql_object(&mut self, name: &SqlName, was: &SqlObject, it: &SqlObject) {
        let replacing = |sql: &String| match sql.strip_prefix("CREATE VIEW ") {
            Some(rest) => format!("CREATE OR REPLACE VIEW {rest}"),
            None => sql.clone(),
        };
        // A constraint that is there and only has to be validated.
        let only_validated = |sql: &String| was.create.contains(&format!("{sql}{NOT_VALID}"));
        let stays = |sql: &&String| {
            it.create.contains(sql)
                || sql.strip_suffix(NOT_VALID).is_some_and(|sql| it.create.iter().any(|other| other == sql))
        };
        // What comes later may depend on what comes first.
        let undone = was.create.iter().skip(1).rev().filter(|sql| !stays(sql)).filter_map(|sql| undo(sql));
        let is_changed = |sql: &&String| {
            (!was.create.contains(sql) && !only_validated(sql)) || comments_new_index(sql, was, it)
        };
        let added = |sql: &String| match validation(sql).filter(|_| self.style.online) {
            Some(_) => format!("{}{NOT_VALID}", sql.strip_suffix(NOT_VALID).unwrap_or(sql)),
            None => replacing(sql),
        };
        let changed = it.create.iter().filter(is_changed).map(added);
        let statements: Vec<_> = undone.chain(changed).collect();
        let validated = it.create.iter().filter(|sql| !was.create.contains(sql) && !sql.ends_with(NOT_VALID));
        let validated: Vec<_> = validated
            .filter(|sql| self.style.online || only_validated(sql))
            .filter_map(|sql| Some((validation(sql)?, self.domain_slot(name, sql))))
            .collect();
        for (sql, slot) in validated {
            let step = Step::new(Priority::Validate, sql).hazard(Hazard::MayFailOnData).slot(slot);
            self.push(step.needs_committed(Object::Sql(name.clone())));
        }
        let mut statements = statements.into_iter();
        let Some(first) = statements.next() else { return };
        let checked = |sql: &str, step: Step| {
            if checks_values(sql) {
                step.hazard(Hazard::MayFailOnData).slot(self.domain_slot(name, sql))
            } else {
                step
            }
        };
        let step = checked(&first, Step::new(created(name.kind), first.as_str()));
        let step = statements.fold(step, |step, sql| checked(&sql, step.then(sql.as_str())));
        let released = was.uses.difference(&it.uses).cloned();
        let step = step.roles(Role::Needs, it.uses.iter().cloned()).roles(Role::Releases, released);
        self.push_on(step.makes(Object::Sql(name.clone())), name.table.as_ref());
    }
}

/// Whether a statement sets the comment of an index that is created again.
fn comments_new_index(sql: &str, was: &SqlObject, is: &SqlObject) -> bool {
    let Some((name, _)) = sql.strip_prefix("COMMENT ON INDEX ").and_then(|rest| rest.split_once(" IS "))
    else {
        return false;
    };
    let start = format!("INDEX {} ON ", quote_identifier(&Name::parse(name).name));
    is.create.iter().any(|sql| sql.contains(&start) && !was.create.contains(sql))
}

/// The statement that validates the constraint of a domain, if another one adds it.
fn validation(sql: &str) -> Option<String> {
    let (domain, constraint) = sql.strip_prefix("ALTER DOMAIN ")?.split_once(" ADD CONSTRAINT ")?;
    let name = tokens(constraint).first()?.text().to_owned();
    Some(format!("ALTER DOMAIN {domain} VALIDATE CONSTRAINT {name}"))
}

/// The statement that reverts one of those after the definition; `None` for a definition.
fn undo(sql: &str) -> Option<String> {
    if sql.starts_with("COMMENT ON ") {
        return sql.split_once(" IS ").map(|(start, _)| format!("{start} IS NULL"));
    }
    if let Some((_, rest)) =
        sql.split_once("INDEX ").filter(|(start, _)| ["CREATE ", "CREATE UNIQUE "].contains(start))
    {
        let (name, table) = rest.split_once(" ON ")?;
        let table = Name::parse(table.split_once(" USING ")?.0);
        let prefix = table.schema.map(|schema| format!("{}.", quote_identifier(&schema))).unwrap_or_default();
        return Some(format!("DROP INDEX {prefix}{name}"));
    }
    if let Some(rest) = sql.strip_prefix("ALTER DOMAIN ") {
        if let Some((domain, _)) = rest.split_once(" ADD CONSTRAINT ") {
            let name = tokens(&rest[domain.len() + " ADD CONSTRAINT ".len()..]).first()?.text().to_owned();
            return Some(format!("ALTER DOMAIN {domain} DROP CONSTRAINT {name}"));
        }
        if let Some(start) = rest.strip_suffix(" SET NOT NULL") {
            return Some(format!("ALTER DOMAIN {start} DROP NOT NULL"));
        }
    }
    let (start, _) = sql.split_once(" SET DEFAULT ")?;
    Some(format!("{start} DROP DEFAULT"))
}
