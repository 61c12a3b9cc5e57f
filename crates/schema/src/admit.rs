//! Which types a schema admits at a path.

use crate::{
    steps::{Steps, Stop},
    tree::{Applicator, Check, Keyword, Members, Node, NodeId, ROOT, Tree, Types},
};

/// The most steps of one search: far more than a handwritten schema takes.
const MAX_STEPS: usize = 10_000;

/// The types that values at this path may have, read from the keywords that say so directly: all
/// types if the schema says nothing, or if it takes too long to find out.
pub(crate) fn types_at(tree: &Tree, path: &[String]) -> Types {
    let mut search = Search { tree, steps: Steps::new(MAX_STEPS) };
    search.node(ROOT, path).unwrap_or(Types::ALL)
}

struct Search<'t> {
    tree: &'t Tree,
    steps: Steps,
}

impl Search<'_> {
    fn node(&mut self, id: NodeId, path: &[String]) -> Result<Types, Stop> {
        let Node::All(keywords) = &self.tree.nodes[id] else { return Ok(Types::default()) };
        self.steps.enter()?;
        let mut types = Types::ALL;
        for keyword in keywords {
            self.steps.spend(1)?;
            types = types.and(self.keyword(keyword, path)?);
        }
        self.steps.leave();
        Ok(types)
    }

    fn keyword(&mut self, keyword: &Keyword, path: &[String]) -> Result<Types, Stop> {
        match (keyword, path) {
            (Keyword::Assertion(assertion), _) => Ok(match (&assertion.check, path) {
                (Check::Type(types) | Check::In(_, types), []) => types.with_integers(),
                (Check::Type(types) | Check::In(_, types), _) if !types.meets(Types::OBJECT) => {
                    Types::default()
                }
                _ => Types::ALL,
            }),
            (Keyword::Applicator(Applicator::Members(members)), [label, rest @ ..]) => {
                self.member(members, label, rest)
            }
            (Keyword::Applicator(Applicator::Reference(schema)), _) => self.node(*schema, path),
            (Keyword::Applicator(Applicator::AllOf(schemas)), _) => {
                schemas.iter().try_fold(Types::ALL, |types, schema| Ok(types.and(self.node(*schema, path)?)))
            }
            (Keyword::Applicator(Applicator::AnyOf(schemas) | Applicator::OneOf(schemas)), _) => schemas
                .iter()
                .try_fold(Types::default(), |types, schema| Ok(types.or(self.node(*schema, path)?))),
            _ => Ok(Types::ALL),
        }
    }

    fn member(&mut self, members: &Members, label: &str, rest: &[String]) -> Result<Types, Stop> {
        match (members.named.get(label), members.others) {
            (Some(schema), _) => self.node(*schema, rest),
            (None, Some(schema)) if members.matching.is_empty() => self.node(schema, rest),
            _ => Ok(Types::ALL),
        }
    }
}
