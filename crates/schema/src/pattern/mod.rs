//! Regular expressions, matched in a number of steps that is known.

mod ecma;

use regex_automata::{
    nfa::thompson::{NFA, State, WhichCaptures},
    util::{primitives::StateID, syntax},
};

pub(crate) use self::ecma::Unsupported;
use crate::steps::{Steps, Stop};

/// The most bytes of a pattern.
pub const MAX_PATTERN: usize = 1024;

/// The most bytes of the automata of all patterns of a schema.
pub const MAX_AUTOMATA: usize = 2 << 20;

/// What a class such as `\p{L}` counts for even if the automaton is smaller: it takes as long.
const CLASS_BYTES: usize = 8 * 1024;

/// A regular expression of ECMA-262, as a nondeterministic automaton.
///
/// An engine that builds a deterministic one while it matches would be faster, and would not know
/// before how much work there is.
#[derive(Debug)]
pub(crate) struct Pattern {
    automaton: NFA,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rejection {
    Unsupported(Unsupported),
    Invalid,
    TooLarge,
    /// There was no room left to look at it.
    Unchecked,
}

/// The states that an automaton can be in, reused from match to match.
#[derive(Debug, Default)]
pub(crate) struct States {
    current: Vec<StateID>,
    next: Vec<StateID>,
    pending: Vec<StateID>,
    /// For each state, the last round in which it was visited.
    visited: Vec<usize>,
    round: usize,
}

impl Pattern {
    /// Takes the bytes of the automaton from `room`: all of them if there are too few, since the
    /// time to find that out is spent.
    pub(crate) fn new(pattern: &str, room: &mut usize) -> Result<Self, Rejection> {
        if *room == 0 {
            return Err(Rejection::Unchecked);
        }
        if pattern.len() > MAX_PATTERN {
            return Err(Rejection::TooLarge);
        }
        let translated = ecma::translate(pattern).map_err(Rejection::Unsupported)?;
        let classes = pattern.matches("\\p").count() + pattern.matches("\\P").count();
        *room = room.saturating_sub(classes * CLASS_BYTES);
        let config = NFA::config().nfa_size_limit(Some(*room)).which_captures(WhichCaptures::None);
        let automaton = NFA::compiler()
            .syntax(syntax::Config::new().utf8(false))
            .configure(config)
            .build(&translated)
            .map_err(|error| error.size_limit().map_or(Rejection::Invalid, |_| Rejection::TooLarge));
        // The limit of the builder does not include the head of the automaton.
        let pattern = automaton.and_then(|automaton| {
            let left = room.checked_sub(automaton.memory_usage()).filter(|left| *left > 0);
            *room = left.ok_or(Rejection::TooLarge)?;
            Ok(Self { automaton })
        });
        if matches!(pattern, Err(Rejection::TooLarge)) {
            *room = 0;
        }
        pattern
    }

    /// In bytes.
    pub(crate) fn weight(&self) -> usize {
        self.automaton.memory_usage()
    }

    /// Whether the pattern matches a part of the text. Every visit of a state is a step.
    pub(crate) fn matches(&self, text: &str, states: &mut States, steps: &mut Steps) -> Result<bool, Stop> {
        steps.spend(1)?;
        let bytes = text.as_bytes();
        if states.visited.len() < self.automaton.states().len() {
            states.visited.resize(self.automaton.states().len(), 0);
        }
        states.current.clear();
        for at in 0..=bytes.len() {
            states.round += 1;
            states.next.clear();
            // Threads of earlier rounds, and a new one wherever a match may begin.
            let may_start = at == 0 || !self.automaton.is_always_start_anchored();
            if !may_start && states.current.is_empty() {
                return Ok(false);
            }
            for index in 0..states.current.len() {
                let state = states.current[index];
                if let Some(state) = self.step(state, bytes[at - 1]) {
                    states.pending.push(state);
                    if self.close(bytes, at, states, steps)? {
                        return Ok(true);
                    }
                }
            }
            if may_start && text.is_char_boundary(at) {
                states.pending.push(self.automaton.start_anchored());
            }
            if self.close(bytes, at, states, steps)? {
                return Ok(true);
            }
            std::mem::swap(&mut states.current, &mut states.next);
        }
        Ok(false)
    }

    /// Where a byte leads to from a state.
    fn step(&self, state: StateID, byte: u8) -> Option<StateID> {
        match self.automaton.state(state) {
            State::ByteRange { trans } => trans.matches_byte(byte).then_some(trans.next),
            State::Sparse(transitions) => transitions.matches_byte(byte),
            State::Dense(transitions) => transitions.matches_byte(byte),
            _ => None,
        }
    }

    /// Adds the pending states, and what they lead to without a byte, to the next ones; `true` if
    /// there is a match among them.
    fn close(&self, text: &[u8], at: usize, states: &mut States, steps: &mut Steps) -> Result<bool, Stop> {
        while let Some(id) = states.pending.pop() {
            let visited = &mut states.visited[id.as_usize()];
            if std::mem::replace(visited, states.round) == states.round {
                continue;
            }
            steps.spend(1)?;
            match self.automaton.state(id) {
                State::Match { .. } => {
                    states.pending.clear();
                    return Ok(true);
                }
                State::Union { alternates } => {
                    steps.spend(alternates.len())?;
                    states.pending.extend(alternates);
                }
                State::BinaryUnion { alt1, alt2 } => states.pending.extend([alt1, alt2]),
                State::Capture { next, .. } => states.pending.push(*next),
                State::Look { look, next } => {
                    if self.automaton.look_matcher().matches(*look, text, at) {
                        states.pending.push(*next);
                    }
                }
                State::Sparse(transitions) => {
                    steps.spend(transitions.transitions.len() / 4)?;
                    states.next.push(id);
                }
                State::ByteRange { .. } | State::Dense(_) => states.next.push(id),
                State::Fail => {}
            }
        }
        Ok(false)
    }
}
