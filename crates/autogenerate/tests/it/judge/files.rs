//! The files of a revision, run one by one.

use std::panic::{AssertUnwindSafe, catch_unwind};

use autogenerate::{
    introspect::Scope,
    plan::{Plan, Renames},
    planner,
    schema::Schema,
};

use super::{Place, Sent, text};

/// The plans of each file in both directions, and the schemas between the files.
pub struct Files {
    up: Vec<Plan>,
    pub down: Vec<Plan>,
    pub states: Vec<Schema>,
}

impl Files {
    /// Plans the ways down of the files of `up`. `before` creates the schema that `up` starts from.
    pub async fn plan(
        place: &mut Place,
        before: &str,
        (up, renames): (&Plan, &Renames),
        scope: &Scope,
    ) -> Result<Self, String> {
        place.begin_with(before).await?;
        let mut states = vec![place.schema(scope).await];
        let files: Vec<_> = up.files().map(|file| Plan { statements: file.to_vec() }).collect();
        for file in &files {
            place.apply(file, Sent::InFiles).await?;
            states.push(place.schema(scope).await);
        }
        if states.len() == 1 {
            states.push(states[0].clone());
        }
        let down = catch_unwind(AssertUnwindSafe(|| planner::plan_down(up, &states, renames)))
            .map_err(|_| "the planner panicked".to_owned())?
            .map_err(|error| error.to_string())?;
        let several = down.iter().find(|plan| plan.files().count() > 1);
        match several {
            None => Ok(Self { up: files, down, states }),
            Some(plan) => Err(format!("a way down has several files:\n{}", text::golden(plan))),
        }
    }

    /// The ways down in the order in which they run, as one plan.
    pub fn whole_way_down(&self) -> Plan {
        Plan::joined(self.down.iter().rev())
    }

    /// Formats the ways down for golden files, in the order in which they run.
    pub fn golden(&self) -> String {
        let of = self.down.len();
        let plans = self.down.iter().enumerate().rev();
        let texts = plans.map(|(at, plan)| match of {
            1 => text::golden(plan),
            _ => format!("--- reverts file {} of {of}\n{}", at + 1, text::golden(plan)),
        });
        texts.collect()
    }

    /// Applies and reverts files in a random order, starting before the first one.
    pub async fn wander(&self, place: &mut Place, scope: &Scope, seed: u64) -> Result<(), String> {
        let (mut at, mut random) = (0, seed);
        for _ in 0..4 * self.up.len() {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let is_up = at == 0 || at < self.up.len() && random >> 62 != 0;
            self.step(place, scope, (if is_up { at } else { at - 1 }, is_up)).await?;
            at = if is_up { at + 1 } else { at - 1 };
        }
        Ok(())
    }

    /// Applies or reverts a file, and compares the schema with what it was on the way up.
    async fn step(&self, place: &mut Place, scope: &Scope, (at, is_up): (usize, bool)) -> Result<(), String> {
        let (plan, state) =
            if is_up { (&self.up[at], &self.states[at + 1]) } else { (&self.down[at], &self.states[at]) };
        let what = format!("file {} of {} {}", at + 1, self.up.len(), if is_up { "up" } else { "down" });
        place.apply(plan, Sent::InFiles).await.map_err(|error| format!("{what}: {error}"))?;
        let (is, should) = (place.schema(scope).await.normalized(), state.clone().normalized());
        if is == should {
            return Ok(());
        }
        let (is, should) = (format!("{is:#?}"), format!("{should:#?}"));
        Err(format!(
            "{what} leads elsewhere (- is, + should be):\n{}\n{}",
            text::differences(&is, &should),
            text::golden(plan)
        ))
    }
}
