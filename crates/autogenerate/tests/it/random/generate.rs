//! Random descriptions of schemas.

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};

use super::{
    Pair,
    spec::{Check, Column, Counter, Enum, ForeignKey, Index, Kind, Spec, Table, Unique},
};

const ACTIONS: &[&str] = &[
    "",
    "ON DELETE CASCADE",
    "ON DELETE SET NULL",
    "ON DELETE RESTRICT ON UPDATE CASCADE",
    "DEFERRABLE",
    "DEFERRABLE INITIALLY DEFERRED",
];

/// Generates the pair of a seed.
pub fn pair(seed: u64) -> Pair {
    let mut maker = Maker { rng: StdRng::seed_from_u64(seed), count: 0 };
    let before = maker.spec();
    let mut pair = Pair { after: before.clone(), before, ..Pair::default() };
    // Occasionally everything changes.
    let changes = if maker.chance(0.1) { 40 } else { maker.below(8) + 1 };
    for _ in 0..changes {
        maker.change(&mut pair);
    }
    pair
}

pub(super) struct Maker {
    rng: StdRng,
    /// Makes names unique.
    count: usize,
}

impl Maker {
    pub(super) fn chance(&mut self, chance: f64) -> bool {
        self.rng.random_bool(chance)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        self.rng.random_range(0..end)
    }

    pub(super) fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.choose(&mut self.rng)
    }

    pub(super) fn name(&mut self, start: &str) -> String {
        self.count += 1;
        format!("{start}{}", self.count)
    }

    /// An explicit name, or `None` for PostgreSQL's default.
    fn given(&mut self, start: &str) -> Option<String> {
        self.chance(0.4).then(|| self.name(start))
    }

    fn spec(&mut self) -> Spec {
        let mut spec = Spec::default();
        for _ in 0..self.below(3) {
            spec.enums.push(self.an_enum());
        }
        for _ in 0..=self.below(4) {
            let table = self.table(&spec);
            spec.tables.push(table);
        }
        for at in 0..spec.tables.len() {
            for _ in 0..self.below(3) {
                let key = self.foreign_key(&spec, at);
                spec.tables[at].foreign_keys.extend(key);
            }
        }
        spec
    }

    pub(super) fn an_enum(&mut self) -> Enum {
        let values = (0..=self.below(4)).map(|_| self.name("v")).collect();
        Enum { name: self.name("e"), values }
    }

    pub(super) fn table(&mut self, spec: &Spec) -> Table {
        let columns: Vec<Column> = (0..=self.below(6)).map(|_| self.column(spec)).collect();
        let mut table = Table {
            name: self.name("t"),
            columns,
            primary_key: Vec::new(),
            uniques: Vec::new(),
            checks: Vec::new(),
            foreign_keys: Vec::new(),
            indexes: Vec::new(),
            comment: self.chance(0.3),
        };
        if self.chance(0.8) {
            table.primary_key = self.distinct(&table);
        }
        for column in table.columns.clone() {
            if column.generated.is_some() {
                let base = self.one(&table.columns).map(|base| base.name.clone());
                table.columns.iter_mut().find(|one| one.name == column.name).unwrap().generated = base;
            }
        }
        for _ in 0..self.below(3) {
            let unique = self.unique(&table);
            table.uniques.extend(unique);
        }
        for _ in 0..self.below(3) {
            let check = self.check(&table);
            table.checks.extend(check);
        }
        for _ in 0..self.below(3) {
            let index = self.index(&table);
            table.indexes.extend(index);
        }
        table
    }

    fn kind(&mut self, spec: &Spec) -> Kind {
        if let Some(one) = self.one(&spec.enums).cloned()
            && self.chance(0.25)
        {
            return if self.chance(0.7) { Kind::Enum(one.name) } else { Kind::Enums(one.name) };
        }
        let kinds = [
            Kind::Smallint,
            Kind::Integer,
            Kind::Integer,
            Kind::Bigint,
            Kind::Numeric(10),
            Kind::Numeric(14),
            Kind::Text,
            Kind::Text,
            Kind::Varchar(20),
            Kind::Varchar(50),
            Kind::Boolean,
            Kind::Date,
            Kind::Timestamp,
            Kind::Timestamptz,
            Kind::Uuid,
            Kind::Jsonb,
            Kind::Texts,
            Kind::Integers,
        ];
        self.one(&kinds).unwrap().clone()
    }

    /// If the column is generated, `generated` is a placeholder until the table sets it.
    pub(super) fn column(&mut self, spec: &Spec) -> Column {
        let name = self.name("c");
        let counter = [Counter::Serial, Counter::ByDefault, Counter::Always];
        let kind = self.kind(spec);
        Column {
            distinct: kind.is_distinct(),
            kind,
            not_null: self.chance(0.4),
            default: self.chance(0.4),
            counter: if self.chance(0.3) { self.one(&counter).copied() } else { None },
            generated: self.chance(0.15).then(|| name.clone()),
            collation: self.chance(0.15),
            comment: self.chance(0.2),
            name,
        }
    }

    /// One or two columns, at least one of which has a different value in each row.
    pub(super) fn distinct(&mut self, table: &Table) -> Vec<String> {
        let good: Vec<&Column> =
            table.columns.iter().filter(|column| column.distinct && column.generated.is_none()).collect();
        let Some(first) = self.one(&good).map(|column| column.name.clone()) else { return Vec::new() };
        let mut names = vec![first];
        if self.chance(0.3) {
            let second = self.one(&table.columns).unwrap();
            if second.generated.is_none() && !names.contains(&second.name) {
                names.push(second.name.clone());
            }
        }
        names
    }

    pub(super) fn unique(&mut self, table: &Table) -> Option<Unique> {
        let columns = self.distinct(table);
        (!columns.is_empty()).then(|| Unique {
            name: self.given("u"),
            columns,
            suffix: self.one(&["", "", "", "DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED"]).unwrap(),
            nulls_not_distinct: self.chance(0.2),
        })
    }

    pub(super) fn check(&mut self, table: &Table) -> Option<Check> {
        let column = self.one(&table.columns)?.name.clone();
        Some(Check { name: self.given("k"), column, strict: self.chance(0.5) })
    }

    pub(super) fn index(&mut self, table: &Table) -> Option<Index> {
        let mut columns = vec![self.one(&table.columns)?.name.clone()];
        let second = self.one(&table.columns)?.name.clone();
        if self.chance(0.4) && !columns.contains(&second) {
            columns.push(second);
        }
        let other = |maker: &mut Self| maker.one(&table.columns).map(|column| column.name.clone());
        Some(Index {
            name: self.given("i"),
            columns,
            unique: self.chance(0.2),
            descending: self.chance(0.3),
            expression: self.chance(0.2),
            partial: if self.chance(0.3) { other(self) } else { None },
            include: if self.chance(0.2) { other(self) } else { None },
            special: self.chance(0.25),
        })
    }

    /// A foreign key from a table to a key of any table, including itself.
    pub(super) fn foreign_key(&mut self, spec: &Spec, at: usize) -> Option<ForeignKey> {
        let other = self.one(&spec.tables)?;
        let mut keys: Vec<&Vec<String>> = other.uniques.iter().map(|unique| &unique.columns).collect();
        keys.push(&other.primary_key);
        let referenced = (*self.one(&keys)?).clone();
        let mut columns = Vec::new();
        for key in other.all(&referenced)? {
            let fitting: Vec<&Column> = spec.tables[at]
                .columns
                .iter()
                .filter(|column| {
                    column.kind == key.kind || (column.kind.is_integer() && key.kind.is_integer())
                })
                .filter(|column| column.generated.is_none() && !columns.contains(&column.name))
                .collect();
            columns.push(self.one(&fitting)?.name.clone());
        }
        let suffix = self.one(ACTIONS).unwrap();
        Some(ForeignKey { name: self.given("f"), columns, table: other.name.clone(), referenced, suffix })
    }
}
