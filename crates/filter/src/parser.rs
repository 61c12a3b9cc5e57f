//! From text to a tree whose types are checked.

use crate::{
    error::{Error, excerpt},
    field::{Admits, Field, JsonType, Kind, Operator, Order},
    lexer::{Lexer, Token, TokenKind},
    literal::Literal,
    path::ValuePath,
    tree::{Expression, Filter, Term, Test},
};

/// The most characters of a filter.
pub const MAX_LENGTH: usize = 64 * 1024;
/// The most terms: comparisons, where each element of an `in` list is one.
pub const MAX_TERMS: usize = 64;
/// The deepest nesting of parentheses and `not`.
pub const MAX_LEVELS: usize = 8;
/// The most labels of a path.
pub const MAX_LABELS: usize = 32;

impl Filter {
    /// Parses a filter on these fields, in time linear in its length.
    ///
    /// # Errors
    ///
    /// The first syntax or type error, or exceeded limit.
    pub fn parse(text: &str, fields: &'static [Field]) -> Result<Self, Error> {
        Self::parse_typed(text, fields, &|_, _| true)
    }

    /// Parses a filter on these fields, in whose JSON the value at a path may have certain types
    /// only.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), and a comparison that is never true.
    pub fn parse_typed(
        text: &str,
        fields: &'static [Field],
        admits: &dyn Fn(&[String], JsonType) -> bool,
    ) -> Result<Self, Error> {
        let length = text.chars().count();
        if length > MAX_LENGTH {
            let problem = format!("a filter of {length} characters");
            return Err(Error::new(1, problem, format!("at most {MAX_LENGTH} characters")));
        }
        let mut parser = Parser::new(text, fields, admits)?;
        let root = parser.disjunction()?;
        match parser.token.kind {
            TokenKind::End => Ok(Self { root }),
            _ => Err(parser.unexpected("`and`, `or` or the end")),
        }
    }
}

impl ValuePath {
    /// Parses a path as it follows a field in a filter, such as `size.width`.
    ///
    /// # Errors
    ///
    /// The first syntax error, or exceeded limit.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut parser = Parser::new(text, &[], &|_, _| true)?;
        let labels = parser.labels()?;
        match parser.token.kind {
            TokenKind::End => Ok(Self { labels }),
            _ => Err(parser.unexpected("`.` or the end")),
        }
    }
}

/// A parser by recursive descent. Only [`nested`](Self::nested) recurses.
struct Parser<'t> {
    lexer: Lexer<'t>,
    /// The next token.
    token: Token<'t>,
    fields: &'static [Field],
    admits: Admits<'t>,
    /// How many terms there are so far.
    terms: usize,
    /// How many parentheses and `not` are around the next token.
    levels: usize,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, fields: &'static [Field], admits: Admits<'t>) -> Result<Self, Error> {
        let mut lexer = Lexer::new(text);
        let token = lexer.next()?;
        Ok(Self { lexer, token, fields, admits, terms: 0, levels: 0 })
    }

    fn disjunction(&mut self) -> Result<Expression, Error> {
        let mut operands = vec![self.conjunction()?];
        while self.skip_if("or")? {
            operands.push(self.conjunction()?);
        }
        Ok(Expression::any(operands))
    }

    fn conjunction(&mut self) -> Result<Expression, Error> {
        let mut operands = vec![self.operand()?];
        while self.skip_if("and")? {
            operands.push(self.operand()?);
        }
        Ok(Expression::all(operands))
    }

    fn operand(&mut self) -> Result<Expression, Error> {
        match self.token.text {
            "not" => self.nested(|parser| Ok(parser.operand()?.negate())),
            "(" => self.nested(|parser| {
                let inner = parser.disjunction()?;
                parser.skip(")", "`and`, `or` or `)`")?;
                Ok(inner)
            }),
            _ => self.term(),
        }
    }

    /// Parses what follows a `not` or a parenthesis.
    fn nested(&mut self, parse: fn(&mut Self) -> Result<Expression, Error>) -> Result<Expression, Error> {
        if self.levels == MAX_LEVELS {
            let problem = format!("{} on level {}", excerpt(self.token.text), MAX_LEVELS + 1);
            let expected = format!("at most {MAX_LEVELS} levels of parentheses and `not`");
            return Err(Error::new(self.token.column, problem, expected));
        }
        self.advance()?;
        self.levels += 1;
        let parsed = parse(self)?;
        self.levels -= 1;
        Ok(parsed)
    }

    fn term(&mut self) -> Result<Expression, Error> {
        let field = self.field()?;
        let path = self.path(field)?;
        let operator = self.operator(field.kind, &path)?;
        let test = match operator {
            Operator::Equal | Operator::NotEqual => Test::In(vec![self.literal(field, &path, operator)?]),
            Operator::In => Test::In(self.list(field, &path)?),
            Operator::Has => Test::Has(self.literal(field, &path, operator)?),
            Operator::Order(order) => Test::Compare(order, self.literal(field, &path, operator)?),
        };
        let term = Expression::Term(Term { field, path, test });
        Ok(if operator == Operator::NotEqual { term.negate() } else { term })
    }

    fn field(&mut self) -> Result<&'static Field, Error> {
        let fields = self.fields;
        if let Some(field) = fields.iter().find(|field| field.name == self.token.text) {
            self.advance()?;
            return Ok(field);
        }
        let path = |field: &Field| if field.kind == Kind::Json { ".<path>" } else { "" };
        let names: Vec<_> = fields.iter().map(|field| format!("`{}{}`", field.name, path(field))).collect();
        Err(self.unexpected(&format!("{}, `not` or `(`", names.join(", "))))
    }

    /// The labels after a field.
    fn path(&mut self, field: &Field) -> Result<Vec<String>, Error> {
        if field.kind != Kind::Json {
            return Ok(Vec::new());
        }
        self.skip(".", "`.` and a name")?;
        self.labels()
    }

    /// Labels, joined by dots.
    fn labels(&mut self) -> Result<Vec<String>, Error> {
        let mut labels = Vec::new();
        loop {
            if labels.len() == MAX_LABELS {
                let problem = format!("label {} of a path", MAX_LABELS + 1);
                return Err(Error::new(self.token.column, problem, format!("at most {MAX_LABELS} labels")));
            }
            labels.push(match &mut self.token {
                Token { kind: TokenKind::Word, text, .. } => (*text).to_owned(),
                Token { kind: TokenKind::Quoted(text), .. } => std::mem::take(text),
                _ => return Err(self.unexpected("a name: letters, digits and `_`, or a text in double quotes")),
            });
            self.advance()?;
            if !self.skip_if(".")? {
                return Ok(labels);
            }
        }
    }

    fn operator(&mut self, kind: Kind, path: &[String]) -> Result<Operator, Error> {
        let operator = match self.token.text {
            "=" => Some(Operator::Equal),
            "!=" => Some(Operator::NotEqual),
            "in" => Some(Operator::In),
            ":" => Some(Operator::Has),
            "<" => Some(Operator::Order(Order::Less)),
            "<=" => Some(Operator::Order(Order::LessOrEqual)),
            ">" => Some(Operator::Order(Order::Greater)),
            ">=" => Some(Operator::Order(Order::GreaterOrEqual)),
            _ => None,
        };
        match operator.filter(|operator| kind.has(*operator)) {
            Some(Operator::Has) if !self.has_parts(path) => Err(self.unexpected(Kind::Text.operators())),
            Some(operator) => {
                self.advance()?;
                Ok(operator)
            }
            None => Err(self.unexpected(kind.operators())),
        }
    }

    fn has_parts(&self, path: &[String]) -> bool {
        (self.admits)(path, JsonType::Array) || (self.admits)(path, JsonType::Object)
    }

    fn list(&mut self, field: &Field, path: &[String]) -> Result<Vec<Literal>, Error> {
        self.skip("(", "`(`")?;
        let mut literals = vec![self.literal(field, path, Operator::In)?];
        while self.skip_if(",")? {
            literals.push(self.literal(field, path, Operator::In)?);
        }
        self.skip(")", "`,` or `)`")?;
        Ok(literals)
    }

    /// A literal that the field can be compared with.
    fn literal(&mut self, field: &Field, path: &[String], operator: Operator) -> Result<Literal, Error> {
        if self.terms == MAX_TERMS {
            let problem = format!("term {}", MAX_TERMS + 1);
            return Err(Error::new(self.token.column, problem, format!("at most {MAX_TERMS} terms")));
        }
        let admits = self.admits;
        let admits = |json_type| admits(path, json_type);
        let Some(literal) = self.any_literal()? else {
            return Err(self.unexpected(&field.kind.literals(operator, admits)));
        };
        if !field.kind.accepts(operator, &literal, admits) {
            let problem = format!("`{}` does not compare with {}", field.name, excerpt(self.token.text));
            return Err(Error::new(self.token.column, problem, field.kind.literals(operator, admits)));
        }
        self.terms += 1;
        self.advance()?;
        Ok(literal)
    }

    /// The next token as a literal; `None` if it is not one.
    fn any_literal(&mut self) -> Result<Option<Literal>, Error> {
        let Token { kind, text, column } = &mut self.token;
        Ok(match (kind, *text) {
            (TokenKind::Quoted(text), _) => Some(Literal::Text(std::mem::take(text))),
            (TokenKind::Bare, text) => Some(Literal::bare(text, *column)?),
            (_, "true") => Some(Literal::Boolean(true)),
            (_, "false") => Some(Literal::Boolean(false)),
            (_, "null") => Some(Literal::Null),
            _ => None,
        })
    }

    fn skip(&mut self, text: &str, expected: &str) -> Result<(), Error> {
        if self.skip_if(text)? { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    fn skip_if(&mut self, text: &str) -> Result<bool, Error> {
        let skips = self.token.text == text;
        if skips {
            self.advance()?;
        }
        Ok(skips)
    }

    fn advance(&mut self) -> Result<(), Error> {
        self.token = self.lexer.next()?;
        Ok(())
    }

    fn unexpected(&self, expected: &str) -> Error {
        let problem = match self.token.kind {
            TokenKind::End => "unexpected end".to_owned(),
            _ => format!("unexpected {}", excerpt(self.token.text)),
        };
        Error::new(self.token.column, problem, expected)
    }
}
