//! Locations within a document.

use jsonptr::Token;

/// The most bytes of a JSON Pointer to a fault.
pub const MAX_POINTER: usize = 1024;

/// A location: the steps from the root, linked backwards.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Path<'a> {
    pub parent: Option<&'a Self>,
    pub step: Step<'a>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Step<'a> {
    Root,
    Member(&'a str),
    Element(usize),
}

impl<'a> Path<'a> {
    pub(crate) const ROOT: Self = Self { parent: None, step: Step::Root };

    pub(crate) fn member(&'a self, name: &'a str) -> Self {
        Self { parent: Some(self), step: Step::Member(name) }
    }

    pub(crate) fn element(&'a self, index: usize) -> Self {
        Self { parent: Some(self), step: Step::Element(index) }
    }

    /// The JSON Pointer, or that of the deepest container whose pointer is not too long.
    pub(crate) fn pointer(&self) -> String {
        pointer(std::iter::successors(Some(self), |path| path.parent).map(|path| path.step))
    }
}

/// A JSON Pointer from the steps that lead from a location to the root.
pub(crate) fn pointer<'a>(steps: impl Iterator<Item = Step<'a>>) -> String {
    let mut steps: Vec<_> = steps.collect();
    let mut pointer = String::new();
    while let Some(step) = steps.pop() {
        let token = match step {
            Step::Root => continue,
            Step::Member(name) => Token::new(name),
            Step::Element(index) => Token::from(index),
        };
        if pointer.len() + 1 + token.encoded().len() > MAX_POINTER {
            break;
        }
        pointer.push('/');
        pointer.push_str(token.encoded());
    }
    pointer
}
