//! Shrinks a failing pair by removing one part after another.

use super::{
    Pair,
    spec::{Column, Spec, Table},
};

/// A part that can be removed; numbers are positions in lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Enum(usize),
    Value(usize, usize),
    Table(usize),
    TableComment(usize),
    PrimaryKey(usize),
    KeyColumn(usize, usize),
    Unique(usize, usize),
    Check(usize, usize),
    ForeignKey(usize, usize),
    Index(usize, usize),
    Column(usize, usize),
    Flag(usize, usize, Flag),
    IndexFlag(usize, usize, usize),
    Extra(usize),
    /// A bit of an extra's variant.
    Detail(usize, u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    NotNull,
    Default,
    Counter,
    Generated,
    Collation,
    Comment,
}

const FLAGS: [Flag; 6] =
    [Flag::Comment, Flag::Collation, Flag::Default, Flag::Counter, Flag::Generated, Flag::NotNull];

/// The pairs with one part less, largest parts first.
pub fn smaller(pair: &Pair) -> Vec<Pair> {
    let mut pairs = Vec::new();
    if pair.rows {
        pairs.push(Pair { rows: false, ..pair.clone() });
    }
    for part in parts(&pair.before) {
        if let Some(same) = same(part, &pair.before, &pair.after) {
            let mut one = pair.clone();
            remove(&mut one.before, part);
            remove(&mut one.after, same);
            pairs.push(one);
        }
    }
    for part in parts(&pair.before) {
        let mut one = pair.clone();
        remove(&mut one.before, part);
        pairs.push(one);
    }
    for part in parts(&pair.after) {
        let mut one = pair.clone();
        remove(&mut one.after, part);
        pairs.push(one);
    }
    for at in 0..pair.tables.len() {
        let mut one = pair.clone();
        one.tables.remove(at);
        pairs.push(one);
    }
    for at in 0..pair.columns.len() {
        let mut one = pair.clone();
        one.columns.remove(at);
        pairs.push(one);
    }
    for at in 0..pair.values.len() {
        let mut one = pair.clone();
        one.values.remove(at);
        pairs.push(one);
    }
    pairs
}

fn parts(spec: &Spec) -> Vec<Part> {
    let mut parts: Vec<Part> = (0..spec.tables.len()).map(Part::Table).collect();
    parts.extend((0..spec.extras.len()).map(Part::Extra));
    for (at, extra) in spec.extras.iter().enumerate() {
        parts.extend((0..8).filter(|bit| extra.variant >> bit & 1 == 1).map(|bit| Part::Detail(at, bit)));
    }
    parts.extend((0..spec.enums.len()).map(Part::Enum));
    for (t, table) in spec.tables.iter().enumerate() {
        parts.extend((0..table.foreign_keys.len()).map(|at| Part::ForeignKey(t, at)));
        parts.extend((0..table.indexes.len()).map(|at| Part::Index(t, at)));
        parts.extend((0..table.uniques.len()).map(|at| Part::Unique(t, at)));
        parts.extend((0..table.checks.len()).map(|at| Part::Check(t, at)));
        parts.extend((!table.primary_key.is_empty()).then_some(Part::PrimaryKey(t)));
        parts.extend((0..table.columns.len()).map(|at| Part::Column(t, at)));
        parts.extend(table.comment.then_some(Part::TableComment(t)));
        if table.primary_key.len() > 1 {
            parts.extend((0..table.primary_key.len()).map(|at| Part::KeyColumn(t, at)));
        }
        for (c, column) in table.columns.iter().enumerate() {
            let set = FLAGS.into_iter().filter(|flag| is_set(column, *flag));
            parts.extend(set.map(|flag| Part::Flag(t, c, flag)));
        }
        for at in 0..table.indexes.len() {
            parts.extend((0..6).map(|flag| Part::IndexFlag(t, at, flag)).filter(|part| {
                let mut less = spec.clone();
                remove(&mut less, *part);
                format!("{less:?}") != format!("{spec:?}")
            }));
        }
    }
    for (e, one) in spec.enums.iter().enumerate() {
        parts.extend((0..one.values.len()).map(|at| Part::Value(e, at)));
    }
    parts
}

fn is_set(column: &Column, flag: Flag) -> bool {
    match flag {
        Flag::NotNull => column.not_null,
        Flag::Default => column.default,
        Flag::Counter => column.counter.is_some(),
        Flag::Generated => column.generated.is_some(),
        Flag::Collation => column.collation,
        Flag::Comment => column.comment,
    }
}

/// The same part on the other side.
fn same(part: Part, before: &Spec, after: &Spec) -> Option<Part> {
    let table = |t: usize| after.tables.iter().position(|table| table.name == before.tables[t].name);
    let inside = |t: usize| table(t).map(|other| (&before.tables[t], other, &after.tables[other]));
    let column = |t: usize, c: usize| {
        let (old, other, new) = inside(t)?;
        Some((other, new.columns.iter().position(|column| column.name == old.columns[c].name)?))
    };
    let extra = |at: usize| after.extras.iter().position(|extra| extra.name == before.extras[at].name);
    match part {
        Part::Table(t) => table(t).map(Part::Table),
        Part::TableComment(t) => table(t).map(Part::TableComment),
        Part::PrimaryKey(t) => table(t).map(Part::PrimaryKey),
        Part::Column(t, c) => column(t, c).map(|(t, c)| Part::Column(t, c)),
        Part::Flag(t, c, flag) => column(t, c).map(|(t, c)| Part::Flag(t, c, flag)),
        Part::Unique(t, at) => {
            same_item(inside(t)?, at, |table| &table.uniques).map(|(t, at)| Part::Unique(t, at))
        }
        Part::Check(t, at) => {
            same_item(inside(t)?, at, |table| &table.checks).map(|(t, at)| Part::Check(t, at))
        }
        Part::Index(t, at) => {
            same_item(inside(t)?, at, |table| &table.indexes).map(|(t, at)| Part::Index(t, at))
        }
        Part::ForeignKey(t, at) => {
            same_item(inside(t)?, at, |table| &table.foreign_keys).map(|(t, at)| Part::ForeignKey(t, at))
        }
        Part::IndexFlag(t, at, flag) => {
            same_item(inside(t)?, at, |table| &table.indexes).map(|(t, at)| Part::IndexFlag(t, at, flag))
        }
        Part::KeyColumn(t, at) => {
            let (old, other, new) = inside(t)?;
            (old.primary_key == new.primary_key).then_some(Part::KeyColumn(other, at))
        }
        Part::Extra(at) => extra(at).map(Part::Extra),
        Part::Detail(at, bit) => extra(at).map(|at| Part::Detail(at, bit)),
        Part::Enum(e) => after.enums.iter().position(|one| one.name == before.enums[e].name).map(Part::Enum),
        Part::Value(e, v) => {
            let other = after.enums.iter().position(|one| one.name == before.enums[e].name)?;
            let value = &before.enums[e].values[v];
            let at = after.enums[other].values.iter().position(|one| one == value)?;
            Some(Part::Value(other, at))
        }
    }
}

/// The position, in the other list, of the item at `at` in this one.
fn same_item<T: std::fmt::Debug>(
    (old, other, new): (&Table, usize, &Table),
    at: usize,
    list: impl Fn(&Table) -> &Vec<T>,
) -> Option<(usize, usize)> {
    let wanted = format!("{:?}", list(old)[at]);
    Some((other, list(new).iter().position(|one| format!("{one:?}") == wanted)?))
}

fn remove(spec: &mut Spec, part: Part) {
    match part {
        Part::Extra(at) => drop(spec.extras.remove(at)),
        Part::Detail(at, bit) => spec.extras[at].variant &= !(1 << bit),
        Part::Enum(e) => drop(spec.enums.remove(e)),
        Part::Value(e, v) => drop(spec.enums[e].values.remove(v)),
        Part::Table(t) => drop(spec.tables.remove(t)),
        Part::TableComment(t) => spec.tables[t].comment = false,
        Part::PrimaryKey(t) => spec.tables[t].primary_key.clear(),
        Part::KeyColumn(t, at) => drop(spec.tables[t].primary_key.remove(at)),
        Part::Unique(t, at) => drop(spec.tables[t].uniques.remove(at)),
        Part::Check(t, at) => drop(spec.tables[t].checks.remove(at)),
        Part::ForeignKey(t, at) => drop(spec.tables[t].foreign_keys.remove(at)),
        Part::Index(t, at) => drop(spec.tables[t].indexes.remove(at)),
        Part::Column(t, c) => drop(spec.tables[t].columns.remove(c)),
        Part::Flag(t, c, flag) => unset(&mut spec.tables[t].columns[c], flag),
        Part::IndexFlag(t, at, flag) => {
            let index = &mut spec.tables[t].indexes[at];
            match flag {
                0 => index.unique = false,
                1 => index.descending = false,
                2 => index.expression = false,
                3 => index.partial = None,
                4 => index.include = None,
                _ => index.special = false,
            }
        }
    }
}

fn unset(column: &mut Column, flag: Flag) {
    match flag {
        Flag::NotNull => column.not_null = false,
        Flag::Default => column.default = false,
        Flag::Counter => column.counter = None,
        Flag::Generated => column.generated = None,
        Flag::Collation => column.collation = false,
        Flag::Comment => column.comment = false,
    }
}
