//! Owners of objects that are dropped and created again.
//!
//! Files never name a role, because other servers may not have it: a file looks up the owner before
//! it drops the object.

use super::planner::Planner;
use crate::{
    order::Step,
    schema::{Object, Schema, SqlKind, quote_literal},
};

impl Planner<'_> {
    /// Lets a step that drops an object remember its owner, if the plan creates it again.
    pub(super) fn remembering_owner(&self, step: Step, object: &Object) -> Step {
        match self.owned(object) {
            Some(it) => step.preceded_by(it.remember()),
            None => step,
        }
    }

    /// Lets a step that creates an object give it back to its owner.
    pub(super) fn restoring_owner(&self, step: Step, object: &Object) -> Step {
        match self.owned(object) {
            Some(it) => step.then(it.restore(self.from.contains(object))),
            None => step,
        }
    }

    /// Lets a step that replaces a type give it to the owner of the old one, which has another name
    /// until it is dropped.
    pub(super) fn with_owner_of(&self, step: Step, object: &Object, old: &Object) -> Step {
        match self.owned(object).zip(Owned::new(old)) {
            Some((it, old)) => step.then(it.give_to(&format!("({})", old.query(None)))),
            None => step,
        }
    }

    /// The object, if it exists, is created again by this plan or that of another file, and belongs
    /// to another role.
    fn owned(&self, object: &Object) -> Option<Owned> {
        let is_replaced = match object {
            Object::Enum(name) => self.delta.swapped.contains(name),
            Object::Sql(name) => self.delta.replaced.contains(name),
            _ => false,
        };
        let is_others = |schema: &Schema| schema.owner(object).is_some_and(|owner| owner.is_others);
        let is_recreated = self.from.contains(object) && (is_replaced || self.delta.creates(object));
        let stays = self.ends.is_some_and(|ends| ends.iter().all(|schema| schema.contains(object)));
        let is_wanted = (is_recreated || stays) && (is_others(self.from) || is_others(self.to));
        Owned::new(object).filter(|_| is_wanted)
    }
}

/// An object with an owner.
struct Owned {
    /// What statements call it, such as `VIEW`.
    word: &'static str,
    /// Its name as SQL.
    name: String,
}

impl Owned {
    fn new(object: &Object) -> Option<Self> {
        let (word, name) = match object {
            Object::Table(name) => ("TABLE", name.to_string()),
            Object::Enum(name) => ("TYPE", name.to_string()),
            Object::Sql(name) => (word(name.kind)?, name.name.clone()),
            _ => return None,
        };
        Some(Self { word, name })
    }

    /// Stores the owner in a setting of the session.
    fn remember(&self) -> String {
        self.query(Some(&self.setting()))
    }

    /// Gives the object to the stored owner. Another file may have stored it in another session,
    /// which is not known here; the object then stays with the user who runs the file.
    fn restore(&self, is_known: bool) -> String {
        let setting = quote_literal(&self.setting());
        self.give_to(&if is_known {
            format!("current_setting({setting})")
        } else {
            format!("coalesce(nullif(current_setting({setting}, true), ''), 'CURRENT_USER')")
        })
    }

    fn give_to(&self, owner: &str) -> String {
        let start = quote_literal(&format!("ALTER {} {} OWNER TO ", self.word, self.name));
        format!("DO $owner$ BEGIN EXECUTE {start} || {owner}; END $owner$")
    }

    /// A query of the owner, which also stores it in a setting if one is given.
    fn query(&self, setting: Option<&str>) -> String {
        let (column, catalog, reg) = match self.word {
            "FUNCTION" | "PROCEDURE" | "AGGREGATE" => ("proowner", "pg_proc", "regprocedure"),
            "TYPE" | "DOMAIN" => ("typowner", "pg_type", "regtype"),
            "COLLATION" => ("collowner", "pg_collation", "regcollation"),
            "STATISTICS" => ("stxowner", "pg_statistic_ext", "statistics object"),
            "PUBLICATION" => ("pubowner", "pg_publication", "publication"),
            _ => ("relowner", "pg_class", "regclass"),
        };
        let name = quote_literal(&self.name);
        let oid = if reg.starts_with("reg") {
            format!("{name}::{reg}")
        } else {
            format!("(SELECT objid FROM pg_get_object_address('{reg}', parse_ident({name}), '{{}}'))")
        };
        let owner = format!("{column}::regrole::text");
        let owner = match setting {
            Some(setting) => format!("set_config({}, {owner}, false)", quote_literal(setting)),
            None => owner,
        };
        format!("SELECT {owner} FROM {catalog} WHERE oid = {oid}")
    }

    /// The name of the setting, whose parts can only have some characters, in any case.
    fn setting(&self) -> String {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let part = |c: char| if plain(c) { c.to_string() } else { format!("${:x}", u32::from(c)) };
        let word = self.word.to_lowercase().replace(' ', "_");
        format!("old_owner.{word}_{}", self.name.chars().map(part).collect::<String>())
    }
}

/// What statements call an object, if it has an owner of its own.
fn word(kind: SqlKind) -> Option<&'static str> {
    Some(match kind {
        SqlKind::Collation => "COLLATION",
        SqlKind::Domain => "DOMAIN",
        SqlKind::CompositeType | SqlKind::RangeType => "TYPE",
        SqlKind::Function => "FUNCTION",
        SqlKind::Procedure => "PROCEDURE",
        SqlKind::Aggregate => "AGGREGATE",
        SqlKind::View => "VIEW",
        SqlKind::MaterializedView => "MATERIALIZED VIEW",
        SqlKind::Statistics => "STATISTICS",
        SqlKind::Publication => "PUBLICATION",
        _ => return None,
    })
}
