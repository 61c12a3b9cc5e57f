//! Statements that a session prepares once under a name, to be sent along with others: what they are called with is text.

use std::fmt::Write as _;

/// A statement with parameters.
#[derive(Debug)]
pub struct Named {
    /// The name in the session, which no other statement ever had: a pooler keeps sessions over deployments.
    pub name: &'static str,
    /// The types of the parameters.
    pub types: &'static [&'static str],
    /// The statement; `$1` is the first parameter, and there are at most nine.
    pub text: &'static str,
}

impl Named {
    /// What prepares it.
    pub(super) fn prepare(&self) -> String {
        format!("PREPARE {} ({}) AS {};", self.name, self.types.join(", "), self.text)
    }

    /// The statement with these values, which are digits and hex digits only, so that none can be anything but a value.
    #[must_use]
    pub fn with(&'static self, values: Vec<String>) -> Call {
        Call { named: self, values }
    }
}

/// A statement and what it is called with.
#[derive(Debug)]
pub struct Call {
    named: &'static Named,
    values: Vec<String>,
}

impl Call {
    /// The SQL for a session that has the statement prepared, or for one that has not.
    pub(super) fn sql(&self, is_prepared: bool) -> String {
        let Named { name, types, text } = self.named;
        if is_prepared {
            return format!("EXECUTE {name}('{}')", self.values.join("', '"));
        }
        let mut sql = String::new();
        let mut pieces = text.split('$');
        sql.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            let (number, rest) = piece.split_at(1);
            let index = number.parse::<usize>().unwrap_or_default() - 1;
            let _ = write!(sql, "'{}'::{}{rest}", self.values[index], types[index]);
        }
        sql
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_says_the_same_with_and_without_a_prepared_statement() {
        static PAIR: Named =
            Named { name: "pair", types: &["bigint", "bytea"], text: "SELECT $2, $1 WHERE $1 > 0" };
        assert_eq!(PAIR.prepare(), "PREPARE pair (bigint, bytea) AS SELECT $2, $1 WHERE $1 > 0;");
        let call = PAIR.with(vec!["-7".to_owned(), "\\x00".to_owned()]);
        assert_eq!(call.sql(true), "EXECUTE pair('-7', '\\x00')");
        assert_eq!(call.sql(false), "SELECT '\\x00'::bytea, '-7'::bigint WHERE '-7'::bigint > 0");
    }
}
