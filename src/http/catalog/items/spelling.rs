//! Words with a typing error: a character too many, too few, another, or two swapped.

use std::collections::{BTreeMap, BTreeSet};

use strsim::osa_distance;

use crate::postgres::catalog::models::words;

/// Shorter words are near too many others; longer ones have too many spellings.
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=16;
/// The most spellings of a word.
const MAX_SPELLINGS: usize = 3;
/// What is tried for a character, in addition to those of the word.
const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz0123456789\u{e4}\u{f6}\u{fc}\u{df}\u{e9}\u{e8}\u{ea}\u{e0}\
                        \u{e1}\u{e2}\u{e7}\u{f1}\u{ed}\u{f3}\u{fa}\u{f8}\u{e5}\u{e6}";

/// The words of names, and how often they occur.
#[derive(Debug, Default)]
pub struct Vocabulary(BTreeMap<String, usize>);

impl Vocabulary {
    /// The words of these names.
    pub fn of(names: &[String]) -> Self {
        let mut counts = BTreeMap::new();
        for word in names.iter().flat_map(|name| words(name)) {
            *counts.entry(word).or_default() += 1;
        }
        Self(counts)
    }

    /// What may have been meant by a word: the word itself if it is known, else the words that are
    /// one typing error away, the most frequent ones. `None` if there are none.
    pub fn spellings(&self, word: &str) -> Option<Vec<String>> {
        if self.0.range(word.to_owned()..).next().is_some_and(|(known, _)| known.starts_with(word)) {
            return Some(vec![word.to_owned()]);
        }
        if !may_be_misspelled(word) {
            return None;
        }
        let mut near: Vec<_> = self.0.iter().filter(|(known, _)| osa_distance(known, word) == 1).collect();
        near.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        near.truncate(MAX_SPELLINGS);
        (!near.is_empty()).then(|| near.into_iter().map(|(known, _)| known.clone()).collect())
    }
}

/// Whether another word may have been meant. A number is meant as it is.
pub fn may_be_misspelled(word: &str) -> bool {
    LENGTHS.contains(&word.chars().count()) && word.contains(char::is_alphabetic)
}

/// All words that are one typing error away, as far as the alphabet goes.
pub fn variants(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let alphabet: BTreeSet<char> = ALPHABET.chars().chain(letters.iter().copied()).collect();
    let mut variants = BTreeSet::new();
    for at in 0..=letters.len() {
        let (before, behind) = letters.split_at(at);
        let mut add = |middle: &[char], behind: &[char]| {
            variants.insert([before, middle, behind].concat().into_iter().collect::<String>());
        };
        for c in &alphabet {
            add(&[*c], behind);
            if !behind.is_empty() {
                add(&[*c], &behind[1..]);
            }
        }
        if let [first, rest @ ..] = behind {
            add(&[], rest);
            if let [second, rest @ ..] = rest {
                add(&[*second, *first], rest);
            }
        }
    }
    variants.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_typing_error_is_among_the_variants() {
        let variants = variants("lamp");
        for word in ["lmap", "lmp", "amp", "lampp", "llamp", "lomp", "lam\u{e9}", "lamp7"] {
            assert!(variants.iter().any(|variant| variant == word), "{word}");
            assert_eq!(osa_distance(word, "lamp"), 1);
        }
        assert!(variants.iter().all(|variant| osa_distance(variant, "lamp") <= 1));
    }

    #[test]
    fn a_word_that_is_known_is_not_misspelled() {
        let names = ["Desk lamp", "Desk lamps", "Lump of coal", "Desk 2024"].map(str::to_owned);
        let vocabulary = Vocabulary::of(&names);
        let spellings = |word| vocabulary.spellings(word).unwrap_or_default();
        assert_eq!(spellings("lamp"), ["lamp"]);
        assert_eq!(spellings("la"), ["la"]);
        assert_eq!(spellings("limp"), ["lamp", "lump"]);
        assert_eq!(spellings("dsek"), ["desk"]);
        for none in ["2025", "dek", "limpp", "sofa"] {
            assert_eq!(spellings(none), [""; 0], "{none}");
        }
    }
}
