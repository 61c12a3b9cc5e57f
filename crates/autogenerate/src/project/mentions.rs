//! Texts in the database that no rename reaches.

use crate::{
    plan::Renames,
    schema::{Object, Schema, SqlKind, SqlName, SqlObject},
};

/// Notes about functions and triggers that still mention an old name after these renames. `from` is
/// before them, `to` is what the models describe, and `database` has the rest. PostgreSQL stores
/// bodies and arguments as text, so it neither renames what is in them nor knows what that means.
pub(super) fn mentions([from, to, database]: [&Schema; 3], renames: &Renames) -> Vec<String> {
    let pairs = renames.pairs().into_iter().map(|(old, _)| old);
    let old = pairs.filter(|old| from.contains(&renames.with_old_parent(old)));
    let names: Vec<String> = old.filter_map(|old| name(&old).map(str::to_owned)).collect();
    let foreign = database.sql_objects.iter().filter(|(name, _)| !from.sql_objects.contains_key(*name));
    let mut found = Vec::new();
    for (object, it) in to.sql_objects.iter().chain(foreign) {
        let words: Vec<&str> = texts(object, it).into_iter().flat_map(words).collect();
        for name in names.iter().filter(|name| words.iter().any(|word| word.eq_ignore_ascii_case(name))) {
            found.push(format!("{object} mentions the old name {name}: check it"));
        }
    }
    found.sort();
    found.dedup();
    found
}

fn name(object: &Object) -> Option<&str> {
    match object {
        Object::Table(name) | Object::Enum(name) => Some(&name.name),
        Object::Column(_, name) | Object::Value(_, name) => Some(name),
        _ => None,
    }
}

/// The parts of a definition that PostgreSQL stores as text: what is between the dollar signs of a
/// function, and the arguments of a trigger.
fn texts<'t>(name: &SqlName, it: &'t SqlObject) -> Vec<&'t str> {
    let sql = it.create.first().map_or("", String::as_str);
    if name.kind.is_routine() {
        let body = sql.split_once("\nAS $").and_then(|(_, rest)| rest.split_once('$'));
        body.map(|(_, body)| body).into_iter().collect()
    } else if name.kind == SqlKind::Trigger {
        sql.rsplit_once(" EXECUTE FUNCTION ").map(|(_, call)| call).into_iter().collect()
    } else {
        Vec::new()
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}
