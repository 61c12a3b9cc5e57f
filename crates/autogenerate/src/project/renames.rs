//! The renames of a revision: hints in the models, and answers to questions.

use super::{
    error::ProjectError,
    question::{Answer, Ask, Question, Undescribed, add_rename, candidates},
    settings::Project,
    sides::Sides,
};
use crate::{
    diff::{self, Fault, Object, RenameFault},
    plan::Renames,
    render::tokens::{Token, tokens},
    revision::Migrations,
    schema::Schema,
};

impl Project {
    /// The renames, from hints in the models and from answers, and the hints that no longer apply.
    pub(super) async fn renames(
        &self,
        Sides { from, to, undescribed, .. }: &Sides,
        migrations: &Migrations,
        ask: &Ask,
    ) -> Result<(Renames, Vec<RenameFault>), ProjectError> {
        let mut renames = self.metadata.renames();
        let faults = diff::check_renames(from, to, &renames);
        let (mut stale, wrong): (Vec<_>, Vec<_>) =
            faults.into_iter().partition(|fault| fault.fault == Fault::Stale);
        if !wrong.is_empty() {
            return Err(ProjectError::Rename(wrong));
        }
        for hint in stale.iter_mut().filter(|hint| !is_mentioned(&hint.old, migrations)) {
            hint.fault = Fault::Unknown;
        }
        ask_about_undescribed((from, to), undescribed, &mut renames, ask).await?;
        let mut unanswered = Vec::new();
        // An answer may settle other questions, so the ambiguities are computed again after each.
        let mut asked = Vec::new();
        // Tables and types without a model were asked about.
        let is_part = |object: &Object| matches!(object, Object::Column(..) | Object::Value(..));
        while let Some(ambiguity) = diff::ambiguities(from, to, &renames)
            .into_iter()
            .find(|ambiguity| is_part(&ambiguity.old) && !asked.contains(ambiguity))
        {
            match ask(&Question::Renamed(ambiguity.clone())).await {
                Answer::Renamed => add_rename(&mut renames, &ambiguity.old, &ambiguity.new),
                Answer::Unrelated => {}
                _ => unanswered.push(ambiguity.clone()),
            }
            asked.push(ambiguity);
        }
        if unanswered.is_empty() { Ok((renames, stale)) } else { Err(ProjectError::Ambiguous(unanswered)) }
    }
}

/// Whether a migration mentions the name of an object.
fn is_mentioned(object: &Object, migrations: &Migrations) -> bool {
    let name = match object {
        Object::Table(name) | Object::Enum(name) => &name.name,
        Object::Column(_, name) | Object::Value(_, name) => name,
        Object::Sql(name) => &name.type_name().name,
        _ => return true,
    };
    let is_name = |token: Token<'_>| {
        let text = token.text();
        text.eq_ignore_ascii_case(name) || text.trim_matches(['"', '\'']) == name
    };
    migrations.pairs().any(|pair| tokens(pair.up.sql.as_str()).into_iter().any(is_name))
}

/// Asks what happened to the objects without a model, and adds those that were renamed.
async fn ask_about_undescribed(
    (from, to): (&Schema, &Schema),
    undescribed: &[Object],
    renames: &mut Renames,
    ask: &Ask,
) -> Result<(), ProjectError> {
    let mut unanswered = Vec::new();
    for object in undescribed {
        let candidates = candidates(object, (from, to), renames);
        let question = Undescribed { object: object.clone(), candidates };
        match ask(&Question::Undescribed(question.clone())).await {
            Answer::Dropped => {}
            Answer::RenamedTo(new) if question.candidates.contains(&new) => add_rename(renames, object, &new),
            Answer::Forgotten => return Err(ProjectError::Forgotten(object.clone())),
            _ => unanswered.push(question),
        }
    }
    if unanswered.is_empty() { Ok(()) } else { Err(ProjectError::Undescribed(unanswered)) }
}
