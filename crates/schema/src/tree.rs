//! A compiled schema: nodes that refer to each other by number.

use std::collections::{HashMap, HashSet};

use crate::{
    number::{Decimal, Divisor},
    pattern::Pattern,
};

/// The index of a node.
pub(crate) type NodeId = usize;

/// The index of a pattern.
pub(crate) type PatternId = usize;

/// Names of members.
pub(crate) type Names = Box<[Box<str>]>;

/// The node that everything begins with.
pub(crate) const ROOT: NodeId = 0;

/// A schema that is true, an object or false.
#[derive(Debug)]
pub(crate) enum Node {
    /// Every keyword must hold. Those for what others left unevaluated are last.
    All(Box<[Keyword]>),
    Never,
}

#[derive(Debug)]
pub(crate) enum Keyword {
    Assertion(Assertion),
    Required(Names),
    /// Names, and those that each requires.
    DependentRequired(Box<[(Box<str>, Names)]>),
    Applicator(Applicator),
}

/// A rule for the instance as a whole.
#[derive(Debug)]
pub(crate) struct Assertion {
    pub code: &'static str,
    pub detail: Box<str>,
    pub check: Check,
}

#[derive(Debug)]
pub(crate) enum Check {
    Type(Types),
    /// Canonical texts, and the types of those values.
    In(HashSet<Box<str>>, Types),
    Multiple(Divisor),
    /// The bound, and how a number must compare with it.
    Bound(serde_json::Number, Relation),
    Size(Measure, Relation, usize),
    Pattern(PatternId),
    Unique,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Relation {
    Less,
    AtMost,
    AtLeast,
    Greater,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Measure {
    Characters,
    Elements,
    Members,
}

/// A keyword that applies other schemas.
#[derive(Debug)]
pub(crate) enum Applicator {
    Reference(NodeId),
    AllOf(Box<[NodeId]>),
    AnyOf(Box<[NodeId]>),
    OneOf(Box<[NodeId]>),
    Not(NodeId),
    If { condition: NodeId, then: Option<NodeId>, otherwise: Option<NodeId> },
    DependentSchemas(Box<[(Box<str>, NodeId)]>),
    PropertyNames(NodeId),
    Members(Members),
    Elements { prefix: Box<[NodeId]>, rest: Option<NodeId> },
    Contains { schema: NodeId, min: usize, max: Option<usize> },
    UnevaluatedMembers(NodeId),
    UnevaluatedElements(NodeId),
}

/// `properties`, `patternProperties` and `additionalProperties`.
#[derive(Debug)]
pub(crate) struct Members {
    pub named: HashMap<Box<str>, NodeId>,
    pub matching: Box<[(PatternId, NodeId)]>,
    pub others: Option<NodeId>,
}

/// A compiled schema.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The first is [`ROOT`].
    pub nodes: Box<[Node]>,
    pub patterns: Box<[Pattern]>,
}

/// A set of types.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Types(u8);

impl Types {
    /// In the order in which a message lists them.
    const NAMES: [(&'static str, &'static str); 7] = [
        ("string", "a string"),
        ("number", "a number"),
        ("integer", "an integer"),
        ("boolean", "a boolean"),
        ("object", "an object"),
        ("array", "an array"),
        ("null", "null"),
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().position(|(known, _)| *known == name).map(|bit| Self(1 << bit))
    }

    pub(crate) const ALL: Self = Self(0b111_1111);
    pub(crate) const NUMBER: Self = Self(0b10);
    pub(crate) const INTEGER: Self = Self(0b100);
    pub(crate) const OBJECT: Self = Self(1 << 4);

    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The types that a value has: an integer is a number too.
    pub(crate) fn of(value: &serde_json::Value) -> Self {
        use serde_json::Value;
        Self(match value {
            Value::String(_) => 1,
            Value::Number(number) => {
                return if Decimal::new(number).is_integer() {
                    Self::NUMBER.with_integers()
                } else {
                    Self::NUMBER
                };
            }
            Value::Bool(_) => 1 << 3,
            Value::Object(_) => 1 << 4,
            Value::Array(_) => 1 << 5,
            Value::Null => 1 << 6,
        })
    }

    /// Integers too if there are numbers.
    pub(crate) fn with_integers(self) -> Self {
        if self.meets(Self::NUMBER) { self.or(Self::INTEGER) } else { self }
    }

    pub(crate) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) fn described(self) -> String {
        let names = Self::NAMES.iter().enumerate().filter(|(bit, _)| self.0 >> bit & 1 == 1);
        names.map(|(_, (_, described))| *described).collect::<Vec<_>>().join(" or ")
    }
}

impl Relation {
    pub(crate) fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::AtLeast => order.is_ge(),
            Self::Greater => order.is_gt(),
        }
    }

    pub(crate) fn described(self) -> &'static str {
        match self {
            Self::Less => "less than",
            Self::AtMost => "at most",
            Self::AtLeast => "at least",
            Self::Greater => "greater than",
        }
    }
}

impl Measure {
    pub(crate) fn described(self) -> &'static str {
        match self {
            Self::Characters => "character",
            Self::Elements => "element",
            Self::Members => "member",
        }
    }
}

impl Applicator {
    /// The schemas that it applies to the same value that it is applied to.
    pub(crate) fn in_place(&self) -> Vec<NodeId> {
        match self {
            Self::Reference(schema) | Self::Not(schema) => vec![*schema],
            Self::AllOf(schemas) | Self::AnyOf(schemas) | Self::OneOf(schemas) => schemas.to_vec(),
            Self::If { condition, then, otherwise } => {
                [Some(*condition), *then, *otherwise].into_iter().flatten().collect()
            }
            Self::DependentSchemas(schemas) => schemas.iter().map(|(_, schema)| *schema).collect(),
            _ => Vec::new(),
        }
    }
}

/// What an entry of a map or a list takes besides its text: pointers, hashes, free space, and what
/// the allocator adds.
const ENTRY: usize = 96;

impl Tree {
    /// In bytes, rather too much than too little.
    pub(crate) fn weight(&self) -> usize {
        let keywords = self.nodes.iter().filter_map(|node| match node {
            Node::All(keywords) => Some(&keywords[..]),
            Node::Never => None,
        });
        let keywords: usize =
            keywords.flatten().map(|keyword| size_of::<Keyword>() + ENTRY + keyword.weight()).sum();
        let patterns: usize = self.patterns.iter().map(Pattern::weight).sum();
        size_of::<Self>() + self.nodes.len() * (size_of::<Node>() + ENTRY) + keywords + patterns
    }
}

impl Keyword {
    /// Whether it applies to what other keywords left unevaluated.
    pub(crate) fn reads_marks(&self) -> bool {
        matches!(
            self,
            Self::Applicator(Applicator::UnevaluatedMembers(_) | Applicator::UnevaluatedElements(_))
        )
    }

    fn weight(&self) -> usize {
        fn texts<'a>(texts: impl IntoIterator<Item = &'a Box<str>>) -> usize {
            texts.into_iter().map(|text| ENTRY + text.len()).sum()
        }
        match self {
            Self::Assertion(assertion) => {
                assertion.detail.len()
                    + match &assertion.check {
                        Check::In(values, _) => texts(values),
                        Check::Bound(number, _) => number.as_str().len(),
                        _ => 0,
                    }
            }
            Self::Required(names) => texts(names),
            Self::DependentRequired(rules) => {
                rules.iter().map(|(name, names)| texts([name]) + texts(names)).sum()
            }
            Self::Applicator(Applicator::DependentSchemas(schemas)) => {
                texts(schemas.iter().map(|(name, _)| name))
            }
            Self::Applicator(Applicator::Members(members)) => texts(members.named.keys()),
            Self::Applicator(_) => 0,
        }
    }
}
