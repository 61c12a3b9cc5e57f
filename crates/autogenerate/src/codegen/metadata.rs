//! The function that lists the models.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    code::{Code, WIDTH, literal},
    names::{Names, identifier},
};
use crate::schema::{Name, Object, Schema, Sequence, SequenceOptions};

/// The width of a chain of calls that rustfmt leaves in one line.
const CHAIN: usize = 60;

/// Writes `mod.rs`.
pub(super) fn metadata(
    code: &mut Code,
    (schema, names): (&Schema, &Names),
    generator: &str,
    features: &BTreeSet<&'static str>,
    sql: &BTreeMap<String, String>,
) {
    code.line(format!("//! The models of a database, which `{generator}` generated."));
    if !features.is_empty() {
        let all: Vec<_> = features.iter().map(|feature| format!("`{feature}`")).collect();
        code.line("//!");
        code.line(format!("//! They need the features {} of sqlx and autogenerate.", all.join(", ")));
    }
    code.blank();
    let mut modules: Vec<String> = names.tables().map(|(_, module)| identifier(module)).collect();
    modules.extend(names.user_types().next().map(|_| "types".to_owned()));
    modules.sort_by(|a, b| a.trim_start_matches("r#").cmp(b.trim_start_matches("r#")));
    for module in &modules {
        code.line(format!("pub mod {module};"));
    }
    code.blank();
    let models = if schema.sequences.is_empty() { "Metadata" } else { "{Metadata, SequenceModel}" };
    code.line(format!("use autogenerate::model::{models};"));
    code.blank();
    code.line("/// Every model.");
    code.line("#[must_use]");
    code.line("pub fn metadata() -> Metadata {");
    let calls = calls((schema, names), sql);
    let line = format!("Metadata::new(){}", calls.concat());
    if line.len() <= CHAIN && !line.contains('\n') {
        code.line(format!("    {line}"));
    } else {
        code.line("    Metadata::new()");
        for call in &calls {
            code.line(format!("        {call}"));
        }
    }
    code.line("}");
}

fn calls((schema, names): (&Schema, &Names), sql: &BTreeMap<String, String>) -> Vec<String> {
    let mut calls = Vec::new();
    for (name, it) in &schema.extensions {
        calls.push(match it.schema.as_deref() {
            None | Some("public") => format!(".extension({})", literal(name)),
            Some(schema) => format!(".extension_in({}, {})", literal(name), literal(schema)),
        });
    }
    let namespaces = schema.namespaces.keys().filter(|name| *name != "public");
    calls.extend(namespaces.map(|name| format!(".namespace({})", literal(name))));
    let is_type = |(object, _): &(&Object, &String)| match object {
        Object::Enum(name) => schema.enums.get(name).is_some_and(|it| !it.values.is_empty()),
        _ => true,
    };
    for (_, rust) in names.user_types().filter(is_type) {
        calls.push(format!(".data_type::<types::{rust}>()"));
    }
    calls.extend(schema.sequences.iter().map(|(name, it)| sequence(name, it)));
    for (table, module) in names.tables() {
        calls.push(format!(".table::<{}::{}>()", identifier(module), Names::table(table)));
    }
    calls.extend(sql.keys().map(|file| format!(".sql(include_str!({}))", literal(&format!("sql/{file}")))));
    calls
}

fn sequence(name: &Name, it: &Sequence) -> String {
    let mut parts = vec![format!("SequenceModel::new({})", literal(&name.name))];
    let schema = name.schema.as_ref().filter(|schema| *schema != "public");
    parts.extend(schema.map(|schema| format!(".schema({})", literal(schema))));
    parts.extend((it.data_type != "bigint").then(|| format!(".{}()", it.data_type)));
    let (options, defaults) = (it.options, SequenceOptions::defaults(it.options.increment, &it.data_type));
    let start = if options.increment < 0 { options.max } else { options.min };
    for (method, value, default) in [
        ("increment", options.increment, 1),
        ("min", options.min, defaults.min),
        ("max", options.max, defaults.max),
        ("start", options.start, start),
        ("cache", options.cache, 1),
    ] {
        parts.extend((value != default).then(|| format!(".{method}({value})")));
    }
    parts.extend(options.cycle.then(|| ".cycle()".to_owned()));
    if let Some((table, column)) = it.owned_by.as_ref().filter(|(table, _)| table.schema == name.schema) {
        parts.push(format!(".owned_by({}, {})", literal(&table.name), literal(column)));
    }
    parts.extend(it.comment.as_ref().map(|comment| format!(".comment({})", literal(comment))));
    let chain = parts.concat();
    if chain.len() <= CHAIN && chain.len() + 20 <= WIDTH {
        return format!(".sequence({chain})");
    }
    let chain = parts.join("\n                ");
    format!(".sequence(\n            {chain},\n        )")
}
