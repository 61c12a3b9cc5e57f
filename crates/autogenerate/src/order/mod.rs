//! Orders statements by a topological sort of what they make, drop and need.

mod held;
mod step;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use held::add_held_locks;
pub(crate) use step::{Priority, Resource, Role, Step};

use crate::plan::{Batch, Statement};

/// How many files the statements may be split into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Files {
    /// As many as they need to block others as little as possible.
    Many,
    /// One if possible. Only the use of a new enum value starts another.
    One,
}

/// Sorts the steps, and splits them into batches. `holds_locks` says whether earlier statements of
/// the first file do.
///
/// # Errors
///
/// Returns the statements that depend on each other in a cycle.
pub(crate) fn sort(
    mut steps: Vec<Step>,
    files: Files,
    holds_locks: bool,
) -> Result<Vec<Statement>, Vec<String>> {
    steps.sort_by(|a, b| a.key().cmp(&b.key()));
    let mut followers = edges(&steps);
    let mut waits = vec![0_usize; steps.len()];
    followers.iter().flatten().for_each(|&step| waits[step] += 1);
    // Steps are sorted by key, so the smallest index is the preferred next step.
    let mut ready: BTreeSet<usize> = (0..steps.len()).filter(|&step| waits[step] == 0).collect();
    let mut order = Vec::with_capacity(steps.len());
    while let Some(step) = ready.pop_first() {
        order.push(step);
        for follower in std::mem::take(&mut followers[step]) {
            waits[follower] -= 1;
            if waits[follower] == 0 {
                ready.insert(follower);
            }
        }
    }
    if order.len() < steps.len() {
        let stuck = steps.iter().zip(&waits).filter(|(_, waits)| **waits > 0);
        return Err(stuck.map(|(step, _)| step.key.clone()).collect());
    }
    Ok(into_batches(order, steps, files, holds_locks))
}

/// For each step, the steps that have to come after it.
fn edges(steps: &[Step]) -> Vec<BTreeSet<usize>> {
    let mut resources: BTreeMap<&Resource, [Vec<usize>; 4]> = BTreeMap::new();
    for (index, step) in steps.iter().enumerate() {
        for (resource, role) in &step.roles {
            resources.entry(resource).or_default()[*role as usize].push(index);
        }
    }
    let mut followers = vec![BTreeSet::new(); steps.len()];
    for roles in resources.values() {
        for earlier in 0..roles.len() {
            // If no step drops or makes the resource, it does not change, so steps that need it do
            // not wait for those that release it.
            let Some(later) = (earlier + 1..roles.len()).find(|&later| !roles[later].is_empty()) else {
                continue;
            };
            if earlier == Role::Releases as usize && later == Role::Needs as usize {
                continue;
            }
            for (&before, &after) in
                roles[earlier].iter().flat_map(|a| roles[later].iter().map(move |b| (a, b)))
            {
                if before != after {
                    followers[before].insert(after);
                }
            }
        }
    }
    followers
}

/// The statements in order, each with its batch.
fn into_batches(order: Vec<usize>, steps: Vec<Step>, files: Files, mut holds_locks: bool) -> Vec<Statement> {
    let mut steps: Vec<_> = steps.into_iter().map(Some).collect();
    let mut uncommitted = BTreeSet::new();
    let mut values = BTreeSet::new();
    let mut statements = Vec::new();
    for step in order.into_iter().filter_map(|step| steps[step].take()) {
        let alone = step.statements.iter().any(|statement| statement.batch != Batch::Same);
        // No table stays locked while it or another one is scanned.
        let scans_under_lock = step.scans() && holds_locks;
        let waits = step.committed.iter().any(|resource| uncommitted.contains(resource))
            || step.moves_data() && (holds_locks || !uncommitted.is_empty())
            || step.statements.iter().filter_map(|it| it.slot.as_ref()).any(|it| it.in_portions().is_some())
            || scans_under_lock;
        let fresh = !alone && (step.uses_any(&values) || waits && files == Files::Many);
        if alone || fresh {
            uncommitted.clear();
            values.clear();
            holds_locks = false;
        }
        holds_locks |= !alone && !step.is_harmless();
        values.extend(step.values);
        if !alone {
            uncommitted.extend(
                step.roles.into_iter().filter(|(_, role)| *role == Role::Makes).map(|(resource, _)| resource),
            );
        }
        let first = statements.len();
        statements.extend(step.statements);
        if fresh && let Some(statement) = statements.get_mut(first) {
            statement.batch = Batch::New;
        }
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Name, Object};

    fn table(name: &str) -> Object {
        Object::Table(Name::local(name))
    }

    fn order(steps: Vec<Step>) -> Vec<(String, Batch)> {
        sort(steps, Files::Many, false)
            .unwrap()
            .into_iter()
            .map(|statement| (statement.sql, statement.batch))
            .collect()
    }

    #[test]
    fn dependencies_run_first_and_ties_are_broken_by_priority_and_name() {
        let steps = vec![
            Step::new(Priority::Drop, "drop a").drops(table("a")),
            Step::new(Priority::Table, "make b").makes(table("b")).needs(table("c")),
            Step::new(Priority::Alter, "make c").makes(table("c")),
            Step::new(Priority::Drop, "leave a").releases(table("a")),
            Step::new(Priority::Table, "make a again").makes(table("a")),
            Step::new(Priority::Table, "make d").makes(table("d")),
        ];
        let sqls: Vec<_> = order(steps).into_iter().map(|(sql, _)| sql).collect();
        assert_eq!(sqls, ["make d", "make c", "make b", "leave a", "drop a", "make a again"]);
    }

    #[test]
    fn a_dependency_that_must_be_committed_starts_one_new_file() {
        let steps = vec![
            Step::new(Priority::Constraint, "add a").makes(table("a")),
            Step::new(Priority::Constraint, "add b").makes(table("b")),
            Step::new(Priority::Validate, "validate a").needs_committed(table("a")),
            Step::new(Priority::Validate, "validate b").needs_committed(table("b")),
            Step::new(Priority::Concurrent, "index").alone(),
        ];
        let batches: Vec<_> = order(steps).into_iter().map(|(_, batch)| batch).collect();
        assert_eq!(batches, [Batch::Same, Batch::Same, Batch::Alone, Batch::Same, Batch::Same]);
        let steps = vec![
            Step::new(Priority::Constraint, "add a").makes(table("a")),
            Step::new(Priority::Validate, "validate a").needs_committed(table("a")),
            Step::new(Priority::Validate, "validate b").needs_committed(table("b")),
        ];
        let batches: Vec<_> = order(steps).into_iter().map(|(_, batch)| batch).collect();
        assert_eq!(batches, [Batch::Same, Batch::New, Batch::Same]);
    }

    #[test]
    fn a_cycle_is_an_error_that_names_its_statements() {
        let steps = vec![
            Step::new(Priority::Table, "make a").makes(table("a")).needs(table("b")),
            Step::new(Priority::Table, "make b").makes(table("b")).needs(table("a")),
        ];
        assert_eq!(sort(steps, Files::Many, false), Err(vec!["make a".to_owned(), "make b".to_owned()]));
    }
}
