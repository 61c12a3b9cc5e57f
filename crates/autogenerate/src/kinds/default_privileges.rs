//! What default privileges give to a new object beyond its own privileges.

use super::planner::Planner;
use crate::{
    order::{Priority, Role, Step},
    render::tokens::{Token, tokens},
    schema::{Name, Object, SqlKind, SqlName, quote_identifier},
};

/// `GRANT SELECT, UPDATE ON … TO reader`, or the same with `REVOKE` and `FROM`.
#[derive(Debug, PartialEq, Eq)]
struct Grant {
    is_revoked: bool,
    privileges: Vec<String>,
    grantee: String,
}

impl Grant {
    /// Parses a statement, or the end of `ALTER DEFAULT PRIVILEGES`.
    fn parse(sql: &str) -> Option<Self> {
        let words =
            tokens(sql).into_iter().filter(|token| !matches!(token, Token::Space(_))).map(Token::text);
        let words: Vec<&str> = words.skip_while(|word| !matches!(*word, "GRANT" | "REVOKE")).collect();
        let on = words.iter().position(|word| *word == "ON")?;
        let end = words.iter().rposition(|word| matches!(*word, "TO" | "FROM"))?;
        let privileges = words.get(1..on)?.iter().filter(|word| **word != ",");
        Some(Self {
            is_revoked: *words.first()? == "REVOKE",
            privileges: privileges.map(ToString::to_string).collect(),
            grantee: (*words.get(end + 1)?).to_owned(),
        })
    }
}

/// An object that the plan creates.
struct New {
    object: Object,
    /// The table that its privileges belong to.
    table: Option<Name>,
    schema: Option<String>,
    /// Its name as SQL.
    name: String,
    /// What `COMMENT ON` calls it.
    word: &'static str,
}

impl Planner<'_> {
    /// Takes from new objects what default privileges give them beyond what they should have, and
    /// gives them what default privileges withhold.
    pub(crate) fn adjust_default_privileges(&mut self) {
        let defaults: Vec<&SqlName> =
            self.to.sql_objects.keys().filter(|name| name.kind == SqlKind::DefaultPrivileges).collect();
        if defaults.is_empty() {
            return;
        }
        for New { object, table, schema, name, word } in self.new_objects() {
            let schema = schema.as_ref().map(|schema| quote_identifier(schema));
            let own = self.own_grants(table, &format!("{} {name}", word.to_lowercase()));
            let what = if word.ends_with("VIEW") { "TABLE" } else { word };
            let kind = match word {
                "TABLE" | "VIEW" | "MATERIALIZED VIEW" => "tables",
                "SEQUENCE" => "sequences",
                "FUNCTION" | "PROCEDURE" => "functions",
                _ => "types",
            };
            let mut statements = Vec::new();
            for default in &defaults {
                let is_everywhere = !default.name.contains(" in ");
                let is_here =
                    schema.as_ref().is_some_and(|it| default.name.contains(&format!(" in {it} on ")));
                if !default.name.ends_with(&format!(" on {kind}")) || !(is_everywhere || is_here) {
                    continue;
                }
                let given = self.to.sql_objects.get(*default).into_iter().flat_map(|it| &it.create);
                for given in given.filter_map(|sql| Grant::parse(sql)) {
                    let is_own = |privilege: &&String| {
                        let mut same = own.iter().filter(|grant| {
                            (grant.is_revoked, &grant.grantee) == (given.is_revoked, &given.grantee)
                        });
                        same.any(|grant| grant.privileges.contains(privilege))
                    };
                    let excess: Vec<_> = given.privileges.iter().filter(|it| !is_own(it)).cloned().collect();
                    if !excess.is_empty() {
                        let (verb, to) = if given.is_revoked { ("GRANT", "TO") } else { ("REVOKE", "FROM") };
                        let excess = excess.join(", ");
                        statements.push(format!("{verb} {excess} ON {what} {name} {to} {}", given.grantee));
                    }
                }
            }
            for sql in statements {
                let step = Step::new(Priority::Setting, sql).needs(object.clone());
                self.push(step.roles(Role::Needs, defaults.iter().map(|it| Object::Sql((*it).clone()))));
            }
        }
    }

    /// The tables, sequences, views, functions and types that the plan creates.
    fn new_objects(&self) -> Vec<New> {
        let plain = |object: Object, name: &Name, word| New {
            table: object.table().cloned(),
            object,
            schema: name.schema.clone(),
            name: name.to_string(),
            word,
        };
        let tables = self.to.tables.keys().map(|name| plain(Object::Table(name.clone()), name, "TABLE"));
        let sequences =
            self.to.sequences.keys().map(|name| plain(Object::Sequence(name.clone()), name, "SEQUENCE"));
        let enums = self.to.enums.keys().map(|name| plain(Object::Enum(name.clone()), name, "TYPE"));
        let others = self.to.sql_objects.keys().filter_map(|name| {
            let word = match name.kind {
                SqlKind::View => "VIEW",
                SqlKind::MaterializedView => "MATERIALIZED VIEW",
                SqlKind::Domain => "DOMAIN",
                SqlKind::CompositeType | SqlKind::RangeType => "TYPE",
                SqlKind::Function => "FUNCTION",
                SqlKind::Procedure => "PROCEDURE",
                _ => return None,
            };
            let schema = Name::parse(name.name.split('(').next().unwrap_or_default()).schema;
            let object = Object::Sql(name.clone());
            Some(New { object, table: None, schema, name: name.name.clone(), word })
        });
        let all = tables.chain(sequences).chain(enums).chain(others);
        all.filter(|new| self.delta.creates(&new.object)).collect()
    }

    /// The privileges that an object should have beyond PostgreSQL's own.
    fn own_grants(&self, table: Option<Name>, name: &str) -> Vec<Grant> {
        let name = SqlName { kind: SqlKind::Privileges, table, name: name.to_owned() };
        let statements = self.to.sql_objects.get(&name).into_iter().flat_map(|it| &it.create);
        statements.filter_map(|sql| Grant::parse(sql)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_is_parsed() {
        let sql = "ALTER DEFAULT PRIVILEGES FOR ROLE a IN SCHEMA b GRANT INSERT, SELECT ON TABLES TO \"c d\" WITH GRANT OPTION";
        let expected = Grant {
            is_revoked: false,
            privileges: vec!["INSERT".to_owned(), "SELECT".to_owned()],
            grantee: "\"c d\"".to_owned(),
        };
        assert_eq!(Grant::parse(sql), Some(expected));
        let revoked = Grant::parse("REVOKE EXECUTE ON FUNCTION f(a) FROM PUBLIC").unwrap();
        assert_eq!((revoked.is_revoked, revoked.grantee.as_str()), (true, "PUBLIC"));
    }
}
