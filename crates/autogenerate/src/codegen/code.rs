//! The text of a file in progress.

use std::collections::BTreeSet;

/// The width of a line.
pub(super) const WIDTH: usize = 100;

/// The width of the arguments of an attribute that rustfmt leaves in one line.
const ARGUMENTS: usize = 70;

/// A line break in an argument, which is indented like the argument. It is not part of any literal.
pub(super) const BREAK: char = '\u{1}';

/// The text of a file in progress.
#[derive(Default)]
pub(super) struct Code {
    pub(super) text: String,
    /// The features of sqlx that the types need.
    pub(super) features: BTreeSet<&'static str>,
    pub(super) notes: Vec<String>,
}

impl Code {
    pub(super) fn line(&mut self, text: impl AsRef<str>) {
        self.text.push_str(text.as_ref());
        self.text.push('\n');
    }

    /// Separates an item from the one before it.
    pub(super) fn blank(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// A doc comment, wrapped.
    pub(super) fn doc(&mut self, indent: &str, comment: &str) {
        let mut line = format!("{indent}///");
        for word in comment.split(' ') {
            if line.chars().count() + 1 + word.chars().count() > WIDTH && !line.ends_with("///") {
                self.line(&line);
                line = format!("{indent}///");
            }
            line.push(' ');
            line.push_str(word);
        }
        self.line(line);
    }

    /// An attribute with arguments, each on a line of its own if they do not fit into one.
    pub(super) fn attribute(&mut self, indent: &str, name: &str, arguments: &[String]) {
        if arguments.is_empty() {
            return;
        }
        let line = arguments.join(", ");
        if line.chars().count() <= ARGUMENTS && !line.contains(['\n', BREAK]) {
            return self.line(format!("{indent}#[{name}({line})]"));
        }
        self.line(format!("{indent}#[{name}("));
        for (at, argument) in arguments.iter().enumerate() {
            let comma = if at + 1 < arguments.len() { "," } else { "" };
            let argument = argument.replace(BREAK, &format!("\n{indent}    "));
            self.line(format!("{indent}    {argument}{comma}"));
        }
        self.line(format!("{indent})]"));
    }

    /// A public field, whose type is broken where rustfmt breaks it.
    pub(super) fn field(&mut self, indent: &str, name: &str, rust: &str) {
        let line = format!("{indent}pub {name}: {rust},");
        if line.chars().count() <= WIDTH {
            return self.line(line);
        }
        if let Some(inner) = rust.strip_prefix("Option<").and_then(|inner| inner.strip_suffix('>')) {
            self.line(format!("{indent}pub {name}: Option<"));
            self.line(format!("{indent}    {inner},"));
            self.line(format!("{indent}>,"));
        } else {
            self.line(format!("{indent}pub {name}:"));
            self.line(format!("{indent}    {rust},"));
        }
    }

    /// Notes what cannot be expressed or decoded.
    pub(super) fn note(&mut self, indent: &str, text: &str) {
        self.notes.push(text.to_owned());
        let mut line = format!("{indent}// Note:");
        for word in text.split(' ') {
            if line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.line(&line);
                line = format!("{indent}//");
            }
            line.push(' ');
            line.push_str(word);
        }
        self.line(line);
    }
}

/// A string literal of Rust.
pub(super) fn literal(text: &str) -> String {
    let is_escaped = text.chars().any(|c| c.is_control() && c != '\n');
    if is_escaped || !text.contains(['"', '\\', '\n']) {
        return format!("{text:?}");
    }
    let mut hashes = "#".to_owned();
    while text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    format!("r{hashes}\"{text}\"{hashes}")
}

/// A list of string literals of Rust.
pub(super) fn literals<S: AsRef<str>>(texts: &[S]) -> String {
    let texts: Vec<_> = texts.iter().map(|text| literal(text.as_ref())).collect();
    format!("[{}]", texts.join(", "))
}

/// Whether a doc comment with this text becomes this comment again.
pub(super) fn is_documentation(comment: &str) -> bool {
    let begins = !comment.starts_with("# ") && !comment.starts_with("```");
    begins
        && !comment.is_empty()
        && !comment.contains(['\n', '\r', '\t'])
        && comment.split(' ').all(|word| !word.is_empty() && word != "#")
}
