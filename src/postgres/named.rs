//! Statements that a session prepares once under a name, to be sent along with others: what they are called with is part of the text.

use std::fmt;

use data_encoding::HEXLOWER;

/// A statement with parameters.
#[derive(Debug)]
pub struct Named {
    /// The name in the session, which no other statement ever had: a pooler keeps sessions over deployments.
    pub name: &'static str,
    /// The SQL types of the parameters.
    pub types: &'static [&'static str],
    /// The statement; `$1` is the first parameter, and there are at most nine.
    pub text: &'static str,
}

impl Named {
    /// What prepares it.
    pub(super) fn prepare(&self) -> String {
        format!("PREPARE {} ({}) AS {};", self.name, self.types.join(", "), self.text)
    }
}

/// What a parameter can be: nothing whose text could be taken for anything else.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    /// A `bigint`.
    Number(i64),
    /// A `bytea`.
    Octets(&'a [u8]),
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "'{number}'::bigint"),
            Self::Octets(octets) => write!(f, "'\\x{}'::bytea", HEXLOWER.encode(octets)),
        }
    }
}

/// A statement and what it is called with, one value a parameter.
#[derive(Debug)]
pub struct Call<'a>(pub &'static Named, pub &'a [Value<'a>]);

impl Call<'_> {
    /// The SQL for a session that has the statement prepared, or for one that has not.
    pub(super) fn sql(&self, is_prepared: bool) -> String {
        let Self(Named { name, text, .. }, values) = self;
        let values = values.iter().map(Value::to_string);
        if is_prepared {
            return format!("EXECUTE {name}({})", values.collect::<Vec<_>>().join(", "));
        }
        let numbered = (1..).zip(values);
        numbered.fold((*text).to_owned(), |sql, (number, value)| sql.replace(&format!("${number}"), &value))
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
        let call = Call(&PAIR, &[Value::Number(-7), Value::Octets(b"$'")]);
        assert_eq!(call.sql(true), "EXECUTE pair('-7'::bigint, '\\x2427'::bytea)");
        assert_eq!(call.sql(false), "SELECT '\\x2427'::bytea, '-7'::bigint WHERE '-7'::bigint > 0");
    }
}
