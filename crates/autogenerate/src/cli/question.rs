//! Questions on the terminal.

use std::{
    io::{self, IsTerminal as _, Write as _},
    pin::Pin,
    thread,
};

use tokio::sync::oneshot;

use super::output::CARE;
use crate::{
    diff::Object,
    project::{Answer, Question, Undescribed},
};

/// Asks on the terminal; [`Answer::Unknown`] without a terminal.
pub(super) fn ask(question: &Question) -> Pin<Box<dyn Future<Output = Answer> + Send>> {
    let question = question.clone();
    let answer = in_thread(move || ask_terminal(&question));
    Box::pin(async { answer.await.unwrap_or(Answer::Unknown) })
}

/// Asks for a yes or no; `false` without a terminal.
pub(super) async fn confirm(question: &str) -> bool {
    let words = format!("{CARE}?{CARE:#} {question} [y/n] ");
    let answers = [("y", true), ("yes", true), ("n", false), ("no", false)];
    let answers = answers.map(|(key, answer)| (key.to_owned(), answer)).into();
    in_thread(move || choose(&words, answers)).await.flatten().unwrap_or(false)
}

/// Runs a question in a thread, because a blocking read cannot be cancelled and Ctrl-C must not
/// wait for it.
async fn in_thread<T: Send + 'static>(
    question: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Option<T> {
    let (send, receive) = oneshot::channel();
    thread::spawn(move || send.send(question().ok()));
    receive.await.ok().flatten()
}

/// Like [`ask`], but nothing was renamed.
pub(super) fn ask_without_renames(question: &Question) -> Pin<Box<dyn Future<Output = Answer> + Send>> {
    match question {
        Question::Undescribed(undescribed) => {
            let candidates = Vec::new();
            ask(&Question::Undescribed(Undescribed { candidates, ..undescribed.clone() }))
        }
        Question::Renamed(_) => Box::pin(async { Answer::Unrelated }),
    }
}

/// The words of a question on the terminal, and its answers with what to type.
fn words(question: &Question) -> (String, Vec<(String, Answer)>) {
    match question {
        Question::Undescribed(undescribed) => {
            let new = |new: &Object| (format!("it was renamed to {new}"), Answer::RenamedTo(new.clone()));
            let renamed = (1..).zip(undescribed.candidates.iter().map(new));
            let mut choices = vec![("d".to_owned(), "it is to be dropped".to_owned(), Answer::Dropped)];
            choices.extend(
                renamed.map(|(number, (words, answer)): (i32, _)| (number.to_string(), words, answer)),
            );
            choices.push(("f".to_owned(), "its model is not registered".to_owned(), Answer::Forgotten));
            let lines = choices.iter().map(|(key, words, _)| format!("  {key}  {words}"));
            let lines = lines.collect::<Vec<_>>().join("\n");
            let keys: Vec<&str> = choices.iter().map(|(key, ..)| &**key).collect();
            let words = format!("{CARE}?{CARE:#} {question}\n{lines}\n[{}] ", keys.join("/"));
            (words, choices.into_iter().map(|(key, _, answer)| (key, answer)).collect())
        }
        Question::Renamed(_) => {
            let words = format!("{CARE}?{CARE:#} {question} A rename keeps the data. [y/n] ");
            let answers = [
                ("y", Answer::Renamed),
                ("yes", Answer::Renamed),
                ("n", Answer::Unrelated),
                ("no", Answer::Unrelated),
            ];
            (words, answers.map(|(key, answer)| (key.to_owned(), answer)).into())
        }
    }
}

fn ask_terminal(question: &Question) -> io::Result<Answer> {
    let (words, answers) = words(question);
    choose(&words, answers).map(|answer| answer.unwrap_or(Answer::Unknown))
}

/// Asks until one of the answers is typed; `None` without a terminal, or at the end of the input.
fn choose<T>(words: &str, answers: Vec<(String, T)>) -> io::Result<Option<T>> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(None);
    }
    loop {
        write!(anstream::stderr(), "{words}")?;
        let mut line = String::new();
        if io::stdin().read_line(&mut line)? == 0 {
            return Ok(None);
        }
        if let Some(at) = answers.iter().position(|(key, _)| key == line.trim()) {
            return Ok(answers.into_iter().nth(at).map(|(_, answer)| answer));
        }
    }
}
