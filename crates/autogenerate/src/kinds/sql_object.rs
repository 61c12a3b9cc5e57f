//! Objects that are defined by a text of SQL: created, replaced or dropped as a whole.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    changes::{Changes, Compare},
    kind::Kind,
    planner::Planner,
    rename::Rename,
    user_type::definition::{NOT_VALID, checks_values, word},
};
use crate::{
    change::Property,
    hazard::Hazard,
    order::{Priority, Role, Step},
    render::{
        rewrite,
        tokens::{Token, tokens},
    },
    schema::{Name, Object, Schema, SqlKind, SqlName, SqlObject, quote_identifier},
};

impl Compare for SqlObject {
    fn compare(&self, to: &Self, object: &Object, changes: &mut Changes<'_>) {
        if !self.is_printed() || !to.is_printed() {
            return;
        }
        let text = |it: &Self| it.create.join(";\n");
        changes.compare_text(object, Property::Definition, Some(&text(self)), Some(&text(to)));
    }
}

impl Kind for SqlObject {
    type Name = SqlName;

    fn all(schema: &Schema) -> &BTreeMap<SqlName, Self> {
        &schema.sql_objects
    }

    fn object(name: &SqlName) -> Object {
        Object::Sql(name.clone())
    }

    fn is_equal(&self, other: &Self) -> bool {
        let same = |(one, two): (&String, &String)| one == two || without_casts(one) == without_casts(two);
        !self.is_printed()
            || !other.is_printed()
            || self.create.len() == other.create.len() && self.create.iter().zip(&other.create).all(same)
    }

    fn plan(planner: &mut Planner<'_>) {
        let (from, to) = (planner.from, planner.to);
        for (name, it) in &to.sql_objects {
            let object = Object::Sql(name.clone());
            let was = from.sql_objects.get(name);
            if let (true, Some(was)) = (planner.delta.replaced.contains(name), was) {
                planner.replace_type(name, was, it);
            } else if planner.delta.creates(&object) || planner.loses_setting(name, it) {
                planner.create_sql_object(name, it);
            } else if let (true, Some(was)) = (planner.delta.alters(&object, Property::Definition), was) {
                if name.kind == SqlKind::CompositeType {
                    planner.alter_composite(name, was, it);
                } else {
                    planner.replace_sql_object(name, was, it);
                }
            }
        }
        for (name, it) in &from.sql_objects {
            let is_replaced = planner.delta.replaced.contains(name);
            if planner.delta.removes(&Object::Sql(name.clone()))
                && !is_replaced
                && !planner.disappears(name, it)
            {
                planner.drop_sql_object(name, it);
            }
        }
    }
}

/// Replaces the old name in the names and references of objects. What PostgreSQL prints afterwards
/// is known once it has renamed the object.
pub(super) fn rename(schema: &mut Schema, rename: &Rename) {
    let objects = std::mem::take(&mut schema.sql_objects);
    schema.sql_objects = objects
        .into_iter()
        .map(|(mut name, mut it)| {
            rename_key(&mut name, rename);
            it.uses = it.uses.into_iter().map(|used| renamed(used, rename)).collect();
            it.drop.iter_mut().for_each(|sql| rename_in_drop(sql, &name, rename));
            (name, it)
        })
        .collect();
}

/// The object under its new name.
fn renamed(object: Object, Rename { object: renamed, to, .. }: &Rename) -> Object {
    let is_table = |table: &Name| matches!(renamed, Object::Table(old) if old == table);
    match object {
        Object::Table(table) if is_table(&table) => Object::Table(to.clone()),
        Object::Column(table, column) if is_table(&table) => Object::Column(to.clone(), column),
        Object::Constraint(table, name) if is_table(&table) => Object::Constraint(to.clone(), name),
        Object::Index(table, name) if is_table(&table) => Object::Index(to.clone(), name),
        object if object == *renamed => match object {
            Object::Column(table, _) => Object::Column(table, to.name.clone()),
            Object::Constraint(table, _) => Object::Constraint(table, to.name.clone()),
            Object::Index(table, _) => Object::Index(table, to.name.clone()),
            Object::Enum(_) => Object::Enum(to.clone()),
            Object::Sequence(_) => Object::Sequence(to.clone()),
            Object::Sql(name) if name.kind.is_described() => Object::Sql(SqlName::of_type(name.kind, to)),
            object => object,
        },
        object => object,
    }
}

fn rename_key(name: &mut SqlName, Rename { object, to, .. }: &Rename) {
    let is_setting = name.kind.is_setting();
    match object {
        Object::Table(old) if name.table.as_ref() == Some(old) => {
            if name.kind == SqlKind::Privileges {
                name.name = name.name.replacen(&old.to_string(), &to.to_string(), 1);
            }
            name.table = Some(to.clone());
        }
        Object::Column(table, old) if name.table.as_ref() == Some(table) && is_setting => {
            let (old, new) = (quote_identifier(old), quote_identifier(&to.name));
            if name.name == old {
                name.name = new;
            } else if name.name == format!("column {table}.{old}") {
                name.name = format!("column {table}.{new}");
            }
        }
        Object::Enum(old) if name.name == format!("type {old}") => name.name = format!("type {to}"),
        Object::Sql(old) if name == old => name.name = to.to_string(),
        Object::Sql(old) if name.kind == SqlKind::Privileges => {
            let word = word(old.kind).to_lowercase();
            if name.name == format!("{word} {}", old.name) {
                name.name = format!("{word} {to}");
            }
        }
        Object::Sequence(old) if name.name == format!("sequence {old}") => {
            name.name = format!("sequence {to}");
        }
        _ => {}
    }
}

/// Replaces the old name of the table or column that an object belongs to.
fn rename_in_drop(sql: &mut String, name: &SqlName, Rename { object, to, .. }: &Rename) {
    match object {
        Object::Table(old) if name.table.as_ref() == Some(to) => {
            // The object may have the name of its table.
            let Some(at) = [" ON ", "TABLE ONLY ", "TABLE "]
                .iter()
                .find_map(|before| sql.find(&format!("{before}{old}")).map(|at| at + before.len()))
            else {
                return;
            };
            let renamed = rewrite::relation(&sql[at..], old, to);
            sql.replace_range(at.., &renamed);
        }
        Object::Column(table, old) if name.table.as_ref() == Some(table) && name.kind.is_setting() => {
            *sql = rewrite::column(sql, old, &to.name);
        }
        _ => {}
    }
}

impl Planner<'_> {
    /// An object that has to be created and whose definition is not known.
    pub(crate) fn unprinted(&self) -> Option<Object> {
        let unprinted = self.to.sql_objects.iter().filter(|(_, it)| !it.is_printed());
        unprinted.map(|(name, _)| Object::Sql(name.clone())).find(|object| self.delta.creates(object))
    }

    /// Whether the object is dropped with the table or column that it belongs to.
    fn disappears(&self, name: &SqlName, it: &SqlObject) -> bool {
        let is_part = |object: &&Object| match object {
            Object::Table(_) => name.table == object.table().cloned(),
            Object::Column(..) | Object::Sql(_) => name.kind.is_setting(),
            _ => name.kind == SqlKind::Privileges,
        };
        it.uses.iter().filter(is_part).any(|object| self.delta.removes(object))
    }

    /// Whether a change of the type of its column resets a setting.
    fn loses_setting(&self, name: &SqlName, it: &SqlObject) -> bool {
        let is_retyped = |object: &Object| match object {
            Object::Column(table, column) => self.delta.is_retyped(table, column),
            Object::Enum(name) => self.delta.swapped.contains(name),
            Object::Sql(name) => self.delta.replaced.contains(name),
            _ => false,
        };
        name.kind.is_setting() && it.uses.iter().any(is_retyped)
    }

    fn create_sql_object(&mut self, name: &SqlName, it: &SqlObject) {
        let mut statements = it.create.iter();
        let Some(first) = statements.next() else { return };
        let step = statements.fold(Step::new(created(name.kind), first), Step::then);
        let was = self.from.sql_objects.get(name);
        let step = was.and_then(|was| was.owner.0.as_ref()).into_iter().fold(step, Step::then);
        let step = step.makes(Object::Sql(name.clone())).roles(Role::Needs, it.uses.iter().cloned());
        let step = step.roles(Role::Needs, self.called(name, it));
        let step = step.roles(Role::Needs, name.table_privileges().map(Object::Sql));
        self.push_on(step, name.table.as_ref());
    }

    /// The functions that the text of a function in SQL calls. PostgreSQL does not record them, but
    /// needs them when it inlines the function into an index or a view.
    fn called(&self, name: &SqlName, it: &SqlObject) -> Vec<Object> {
        let mut called = mentioned(self.to, name, it);
        // Functions that call each other are created in any order.
        called.retain(|callee| {
            let (mut seen, mut next) = (BTreeSet::from([*callee]), vec![*callee]);
            while let Some(function) = next.pop() {
                let inner = self.to.sql_objects.get(function).map(|it| mentioned(self.to, function, it));
                next.extend(inner.into_iter().flatten().filter(|inner| seen.insert(*inner)));
            }
            !seen.contains(name)
        });
        called.into_iter().cloned().map(Object::Sql).collect()
    }

    fn drop_sql_object(&mut self, name: &SqlName, it: &SqlObject) {
        let mut statements = it.drop.iter();
        let Some(first) = statements.next() else { return };
        let step = statements.fold(Step::new(dropped(name.kind), first), Step::then);
        let step = step.drops(Object::Sql(name.clone())).roles(Role::Releases, it.uses.iter().cloned());
        self.push_on(step, name.table.as_ref());
    }

    fn replace_sql_object(&mut self, name: &SqlName, was: &SqlObject, it: &SqlObject) {
        let replacing = |sql: &String| match sql.strip_prefix("CREATE VIEW ") {
            Some(rest) => format!("CREATE OR REPLACE VIEW {rest}"),
            None => sql.clone(),
        };
        // A constraint that is there and only has to be validated.
        let only_validated = |sql: &String| was.create.contains(&format!("{sql}{NOT_VALID}"));
        let stays = |sql: &&String| {
            it.create.contains(sql)
                || sql.strip_suffix(NOT_VALID).is_some_and(|sql| it.create.iter().any(|other| other == sql))
        };
        // What comes later may depend on what comes first.
        let undone = was.create.iter().skip(1).rev().filter(|sql| !stays(sql)).filter_map(|sql| undo(sql));
        let is_changed = |sql: &&String| {
            (!was.create.contains(sql) && !only_validated(sql)) || comments_new_index(sql, was, it)
        };
        let added = |sql: &String| match validation(sql).filter(|_| self.style.online) {
            Some(_) => format!("{}{NOT_VALID}", sql.strip_suffix(NOT_VALID).unwrap_or(sql)),
            None => replacing(sql),
        };
        let changed = it.create.iter().filter(is_changed).map(added);
        let statements: Vec<_> = undone.chain(changed).collect();
        let validated = it.create.iter().filter(|sql| !was.create.contains(sql) && !sql.ends_with(NOT_VALID));
        let validated: Vec<_> = validated
            .filter(|sql| self.style.online || only_validated(sql))
            .filter_map(|sql| Some((validation(sql)?, self.domain_slot(name, sql))))
            .collect();
        for (sql, slot) in validated {
            let step = Step::new(Priority::Validate, sql).hazard(Hazard::MayFailOnData).slot(slot);
            self.push(step.needs_committed(Object::Sql(name.clone())));
        }
        let mut statements = statements.into_iter();
        let Some(first) = statements.next() else { return };
        let checked = |sql: &str, step: Step| {
            if checks_values(sql) {
                step.hazard(Hazard::MayFailOnData).slot(self.domain_slot(name, sql))
            } else {
                step
            }
        };
        let step = checked(&first, Step::new(created(name.kind), first.as_str()));
        let step = statements.fold(step, |step, sql| checked(&sql, step.then(sql.as_str())));
        let released = was.uses.difference(&it.uses).cloned();
        let step = step.roles(Role::Needs, it.uses.iter().cloned()).roles(Role::Releases, released);
        self.push_on(step.makes(Object::Sql(name.clone())), name.table.as_ref());
    }
}

/// The functions that the text of a function in SQL mentions.
fn mentioned<'s>(schema: &'s Schema, name: &SqlName, it: &SqlObject) -> Vec<&'s SqlName> {
    let is_sql = |sql: &&String| name.kind.is_routine() && sql.contains("\n LANGUAGE sql\n");
    let Some((_, body)) = it.create.first().filter(is_sql).and_then(|sql| sql.split_once("\nAS $")) else {
        return Vec::new();
    };
    let mentions = |other: &&SqlName| {
        let call = other.name.split('(').next().unwrap_or_default();
        let call = call.rsplit_once('.').map_or(call, |(_, call)| call);
        other.kind == SqlKind::Function && *other != name && body.contains(&format!("{call}("))
    };
    schema.sql_objects.keys().filter(mentions).collect()
}

/// Whether a statement sets the comment of an index that is created again.
fn comments_new_index(sql: &str, was: &SqlObject, is: &SqlObject) -> bool {
    let Some((name, _)) = sql.strip_prefix("COMMENT ON INDEX ").and_then(|rest| rest.split_once(" IS "))
    else {
        return false;
    };
    let start = format!("INDEX {} ON ", quote_identifier(&Name::parse(name).name));
    is.create.iter().any(|sql| sql.contains(&start) && !was.create.contains(sql))
}

/// The tokens without casts, which PostgreSQL adds according to the types of columns at the time
/// when an object is created: `(name)::text` is `name`.
fn without_casts(sql: &str) -> Vec<&str> {
    const IN_TYPES: [&str; 8] = ["varying", "precision", "with", "without", "time", "zone", "[", "]"];
    let is_text = |token: &Token<'_>| !matches!(token, Token::Space(_));
    let mut texts = tokens(sql).into_iter().filter(is_text).map(Token::text).peekable();
    let (mut kept, mut opened) = (Vec::new(), Vec::new());
    // The group that the last token closes.
    let mut closed = None;
    while let Some(text) = texts.next() {
        if text == "::" {
            texts.next();
            while texts.next_if(|next| IN_TYPES.contains(next)).is_some() {}
            if texts.next_if_eq(&"(").is_some() {
                while texts.next().is_some_and(|length| length != ")") {}
            }
            if let Some(start) = closed.take() {
                kept.pop();
                kept.remove(start);
            }
            continue;
        }
        if text == "(" {
            opened.push(kept.len());
        }
        closed = if text == ")" { opened.pop() } else { None };
        kept.push(text);
    }
    kept
}

/// The statement that validates the constraint of a domain, if another one adds it.
fn validation(sql: &str) -> Option<String> {
    let (domain, constraint) = sql.strip_prefix("ALTER DOMAIN ")?.split_once(" ADD CONSTRAINT ")?;
    let name = tokens(constraint).first()?.text().to_owned();
    Some(format!("ALTER DOMAIN {domain} VALIDATE CONSTRAINT {name}"))
}

/// The statement that reverts one of those after the definition; `None` for a definition.
fn undo(sql: &str) -> Option<String> {
    if sql.starts_with("COMMENT ON ") {
        return sql.split_once(" IS ").map(|(start, _)| format!("{start} IS NULL"));
    }
    if let Some((_, rest)) =
        sql.split_once("INDEX ").filter(|(start, _)| ["CREATE ", "CREATE UNIQUE "].contains(start))
    {
        let (name, table) = rest.split_once(" ON ")?;
        let table = Name::parse(table.split_once(" USING ")?.0);
        let prefix = table.schema.map(|schema| format!("{}.", quote_identifier(&schema))).unwrap_or_default();
        return Some(format!("DROP INDEX {prefix}{name}"));
    }
    if let Some(rest) = sql.strip_prefix("ALTER DOMAIN ") {
        if let Some((domain, _)) = rest.split_once(" ADD CONSTRAINT ") {
            let name = tokens(&rest[domain.len() + " ADD CONSTRAINT ".len()..]).first()?.text().to_owned();
            return Some(format!("ALTER DOMAIN {domain} DROP CONSTRAINT {name}"));
        }
        if let Some(start) = rest.strip_suffix(" SET NOT NULL") {
            return Some(format!("ALTER DOMAIN {start} DROP NOT NULL"));
        }
    }
    let (start, _) = sql.split_once(" SET DEFAULT ")?;
    Some(format!("{start} DROP DEFAULT"))
}

/// When it is created if no dependency decides.
fn created(kind: SqlKind) -> Priority {
    match kind {
        SqlKind::Collation
        | SqlKind::Domain
        | SqlKind::CompositeType
        | SqlKind::RangeType
        | SqlKind::TextSearchDictionary
        | SqlKind::TextSearchConfiguration => Priority::Enum,
        SqlKind::Function | SqlKind::Procedure | SqlKind::Aggregate | SqlKind::Cast => Priority::Function,
        SqlKind::DefaultPrivileges => Priority::Sequence,
        // It would fire for the statements after it.
        SqlKind::EventTrigger => Priority::DropLast,
        SqlKind::View | SqlKind::MaterializedView => Priority::View,
        _ => Priority::Setting,
    }
}

/// When it is dropped if no dependency decides.
fn dropped(kind: SqlKind) -> Priority {
    match kind {
        // They apply to whatever is created afterwards.
        SqlKind::DefaultPrivileges | SqlKind::EventTrigger => Priority::Namespace,
        SqlKind::Collation | SqlKind::Domain | SqlKind::CompositeType | SqlKind::RangeType => {
            Priority::DropType
        }
        _ => Priority::Drop,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn casts_do_not_matter_and_grouping_does() {
        for (one, two, is_same) in [
            ("(name <> ''::text)", "((name)::text <> ''::text)", true),
            ("shown((t.name)::text)", "shown(t.name)", true),
            ("(a)::character varying(10) = b", "a = (b)::timestamp with time zone[]", true),
            ("((a OR b) AND c)", "(a OR (b AND c))", false),
            ("a OR b", "a OR 'b'", false),
        ] {
            assert_eq!(without_casts(one) == without_casts(two), is_same, "{one} {two}");
        }
    }
}
