//! Bounds the schemas that are applied to one value.

use super::survey::Survey;
use crate::{
    path::Step,
    tree::{Applicator, Keyword, Node, NodeId},
};

/// The longest chain of schemas that apply each other to the same value.
pub const MAX_CHAIN: usize = 64;

/// The most evaluations that one value can cause, if schemas apply each other to it.
pub const MAX_EVALUATIONS: usize = 10_000;

/// What evaluating a schema on one value takes, members and elements aside.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    evaluations: usize,
    chain: usize,
}

/// Reports schemas that apply themselves to the same value, and those that take too much work.
pub(crate) fn check(nodes: &[Node], survey: &mut Survey<'_>) {
    let applied: Vec<_> = nodes.iter().map(Node::in_place).collect();
    let mut appliers = vec![Vec::new(); nodes.len()];
    for (index, schemas) in applied.iter().enumerate() {
        for schema in schemas {
            appliers[*schema].push(index);
        }
    }
    let mut open: Vec<usize> = applied.iter().map(Vec::len).collect();
    let mut ready: Vec<usize> = (0..nodes.len()).filter(|index| open[*index] == 0).collect();
    let mut costs = vec![None; nodes.len()];
    while let Some(index) = ready.pop() {
        costs[index] = Some(cost(index, &applied[index], &costs, survey));
        for applier in &appliers[index] {
            open[*applier] -= 1;
            if open[*applier] == 0 {
                ready.push(*applier);
            }
        }
    }
    // What is left is on a circle, or leads to one.
    for (index, node) in nodes.iter().enumerate() {
        if costs[index].is_none() && node.reference().is_some_and(|schema| costs[schema].is_none()) {
            let detail = "leads to a circle of schemas that goes into no member and no element";
            survey.fault(index, &[Step::Member("$ref")], "circular_reference", detail);
        }
    }
}

/// The cost of a schema, from those of the schemas that it applies. One that is reported costs
/// nothing, so that those that apply it are not.
fn cost(node: NodeId, applied: &[NodeId], costs: &[Option<Cost>], survey: &mut Survey<'_>) -> Cost {
    let inner = applied.iter().filter_map(|schema| costs[*schema]);
    let sum = inner.fold(Cost::default(), |sum, cost| Cost {
        evaluations: sum.evaluations + cost.evaluations,
        chain: sum.chain.max(cost.chain),
    });
    let cost = Cost { evaluations: sum.evaluations + 1, chain: sum.chain + 1 };
    if cost.chain > MAX_CHAIN {
        survey.fault(
            node,
            &[],
            "too_deep",
            format!("must apply at most {MAX_CHAIN} schemas within each other to one value"),
        );
    } else if cost.evaluations > MAX_EVALUATIONS {
        survey.fault(
            node,
            &[],
            "too_complex",
            format!("must evaluate at most {MAX_EVALUATIONS} schemas for one value"),
        );
    } else {
        return cost;
    }
    Cost::default()
}

impl Node {
    /// The schemas that it applies to the same value that it is applied to, some more than once.
    fn in_place(&self) -> Vec<NodeId> {
        let Self::All(keywords) = self else { return Vec::new() };
        let applicators = keywords.iter().filter_map(|keyword| match keyword {
            Keyword::Applicator(applicator) => Some(applicator),
            _ => None,
        });
        applicators.flat_map(Applicator::in_place).collect()
    }

    fn reference(&self) -> Option<NodeId> {
        let Self::All(keywords) = self else { return None };
        keywords.iter().find_map(|keyword| match keyword {
            Keyword::Applicator(Applicator::Reference(schema)) => Some(*schema),
            _ => None,
        })
    }
}
