//! What a client searches for.

use serde::{Serialize, Serializer};
use unicode_general_category::{GeneralCategory, get_general_category};

/// These separate words, as white space does: PostgreSQL's parser would take them for a part of a
/// number, a path, a host, an address, a tag or an entity. [`Item`](super::Item) has them too.
pub const SEPARATORS: [char; 8] = ['-', '/', '.', '+', '<', '&', '@', '~'];

/// The words that items contain, in names or in the texts of attributes: all of these terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Search {
    /// In the order of their [meaning](Term::meaning), each once. At least one is not excluded.
    pub terms: Vec<Term>,
    /// What the words were replaced by, if they were: see [`respelled`](Self::respelled).
    #[serde(skip)]
    pub spelling: Option<String>,
}

/// A word or a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// One of these, of which each has letters or digits and no [separators](SEPARATORS): the first
    /// as the client wrote it.
    pub texts: Vec<String>,
    /// Whether it is words that follow each other; otherwise it is the beginning of a word.
    pub is_phrase: bool,
    /// Whether items must not contain it.
    pub is_excluded: bool,
}

impl Search {
    /// The words that may be misspelled, in lower case.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let texts = self.terms.iter().filter(|term| term.is_plain()).filter_map(|term| term.texts.first());
        texts.flat_map(|text| words(text)).collect()
    }

    /// The same search with other words instead of the misspelled ones: terms are separated by
    /// spaces, and the spellings of one by `|`.
    #[must_use]
    pub fn respelled(&self, spelling: &str) -> Self {
        let words = spelling.split(' ').map(|texts| Term {
            texts: texts.split('|').map(str::to_owned).collect(),
            is_phrase: false,
            is_excluded: false,
        });
        let others = self.terms.iter().filter(|term| !term.is_plain()).cloned();
        Self { terms: words.chain(others).collect(), spelling: Some(spelling.to_owned()) }
    }
}

impl Term {
    fn is_plain(&self) -> bool {
        !self.is_phrase && !self.is_excluded
    }

    /// What equal terms share: neither case nor what separates words matters.
    #[must_use]
    pub fn meaning(&self) -> (bool, bool, Vec<String>) {
        let texts = self.texts.iter().map(|text| words(text).collect::<Vec<_>>().join(" "));
        (self.is_excluded, self.is_phrase, texts.collect())
    }
}

/// What a cursor belongs to.
impl Serialize for Term {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.meaning().serialize(serializer)
    }
}

/// Whether a character is part of words: PostgreSQL's parser takes letters and decimal digits,
/// but not `½` or `²`.
#[must_use]
pub fn is_in_word(c: char) -> bool {
    c.is_alphabetic() || get_general_category(c) == GeneralCategory::DecimalNumber
}

/// Whether a character only formats its neighbours, such as a soft hyphen or a mark of direction.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    get_general_category(c) == GeneralCategory::Format
}

/// The words of a text, in lower case.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !is_in_word(c)).filter(|word| !word.is_empty()).map(str::to_lowercase)
}
