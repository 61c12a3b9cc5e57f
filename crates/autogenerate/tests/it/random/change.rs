//! Random changes of a schema.

use super::{
    Pair,
    generate::Maker,
    spec::{Column, Family, Kind},
};

impl Maker {
    /// Makes one change.
    pub(super) fn change(&mut self, pair: &mut Pair) {
        match self.below(12) {
            0 => {
                let table = self.table(&pair.after);
                pair.after.tables.push(table);
            }
            1 => self.change_enums(pair),
            2 => self.rename(pair),
            _ if pair.after.tables.is_empty() => {}
            3 if self.chance(0.3) => {
                let at = self.below(pair.after.tables.len());
                pair.after.tables.remove(at);
            }
            4..=7 => self.change_columns(pair),
            _ => self.change_rest(pair),
        }
    }

    fn change_enums(&mut self, pair: &mut Pair) {
        let enums = &mut pair.after.enums;
        if enums.is_empty() || self.chance(0.15) {
            let new = self.an_enum();
            enums.push(new);
            return;
        }
        let at = self.below(enums.len());
        match self.below(6) {
            0 => {
                let gone = enums.remove(at);
                for column in pair.after.tables.iter_mut().flat_map(|table| &mut table.columns) {
                    match &column.kind {
                        Kind::Enum(name) if *name == gone.name => column.kind = Kind::Text,
                        Kind::Enums(name) if *name == gone.name => column.kind = Kind::Texts,
                        _ => {}
                    }
                }
            }
            1 if enums[at].values.len() > 1 => {
                let value = self.below(enums[at].values.len());
                enums[at].values.remove(value);
            }
            2 => {
                let value = self.below(enums[at].values.len());
                let value = enums[at].values.remove(value);
                enums[at].values.push(value);
            }
            3 => {
                let value = self.below(enums[at].values.len());
                let new = self.name("v");
                let old = std::mem::replace(&mut enums[at].values[value], new.clone());
                pair.values.push((enums[at].name.clone(), old, new));
            }
            _ => {
                let place = self.below(enums[at].values.len() + 1);
                let new = self.name("v");
                enums[at].values.insert(place, new);
            }
        }
    }

    /// Renames a table or a column, and records the rename.
    fn rename(&mut self, pair: &mut Pair) {
        let Some(at) = pair.after.tables.len().checked_sub(1).map(|last| self.below(last + 1)) else {
            return;
        };
        if self.chance(0.4) {
            let new = self.name("t");
            let old = std::mem::replace(&mut pair.after.tables[at].name, new.clone());
            for key in pair.after.tables.iter_mut().flat_map(|table| &mut table.foreign_keys) {
                if key.table == old {
                    key.table.clone_from(&new);
                }
            }
            pair.tables.push((old, new));
            return;
        }
        let table = &mut pair.after.tables[at];
        if table.columns.is_empty() {
            return;
        }
        let column = self.below(table.columns.len());
        let new = self.name("c");
        let old = std::mem::replace(&mut table.columns[column].name, new.clone());
        let name = table.name.clone();
        let follow = |one: &mut String| {
            if *one == old {
                one.clone_from(&new);
            }
        };
        table.columns.iter_mut().filter_map(|column| column.generated.as_mut()).for_each(follow);
        table.primary_key.iter_mut().for_each(follow);
        table.uniques.iter_mut().flat_map(|unique| &mut unique.columns).for_each(follow);
        table.checks.iter_mut().map(|check| &mut check.column).for_each(follow);
        table.foreign_keys.iter_mut().flat_map(|key| &mut key.columns).for_each(follow);
        for index in &mut table.indexes {
            index.columns.iter_mut().chain(&mut index.partial).chain(&mut index.include).for_each(follow);
        }
        let keys = pair.after.tables.iter_mut().flat_map(|table| &mut table.foreign_keys);
        keys.filter(|key| key.table == name).flat_map(|key| &mut key.referenced).for_each(follow);
        pair.columns.push((name, old, new));
    }

    fn change_columns(&mut self, pair: &mut Pair) {
        let at = self.below(pair.after.tables.len());
        let new = self.column(&pair.after);
        let columns = &mut pair.after.tables[at].columns;
        if columns.is_empty() || self.chance(0.2) {
            columns.push(Column { generated: None, ..new });
            return;
        }
        let which = self.below(columns.len());
        if self.chance(0.15) {
            columns.remove(which);
            return;
        }
        let bases: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let column = &mut columns[which];
        match self.below(9) {
            0 | 1 => {
                let casts = match (column.kind.family(), new.kind.family()) {
                    (Family::Number | Family::Text, Family::Number | Family::Text)
                    | (Family::Time, Family::Time)
                    | (Family::Enum, Family::Text) => true,
                    (Family::Array, Family::Array) => {
                        new.kind.of_enum().is_none() && column.kind.of_enum().is_none()
                    }
                    _ => false,
                };
                if casts && column.generated.is_none() {
                    column.kind = new.kind;
                }
            }
            2 => column.not_null = new.not_null,
            3 => column.default = new.default,
            4 => column.counter = new.counter,
            5 if column.generated.is_some() => column.generated = None,
            5 => column.collation = !column.collation,
            6 => column.comment = new.comment,
            // Only a column whose values may be lost can become a generated one.
            7 if column.generated.is_some() => column.generated = self.one(&bases).cloned(),
            _ => {
                column.not_null = !column.not_null;
                column.default = new.default;
            }
        }
    }

    fn change_rest(&mut self, pair: &mut Pair) {
        let at = self.below(pair.after.tables.len());
        let key = self.foreign_key(&pair.after, at);
        let table = &mut pair.after.tables[at];
        // Remove one and add one.
        let (drop, add) = *self.one(&[(true, false), (false, true), (true, true)]).unwrap();
        match self.below(5) {
            0 => table.primary_key = if add { self.distinct(table) } else { Vec::new() },
            1 => {
                if drop {
                    table.uniques.pop();
                }
                let new = if add { self.unique(table) } else { None };
                table.uniques.extend(new);
            }
            2 => {
                if drop {
                    table.checks.pop();
                }
                let new = if add { self.check(table) } else { None };
                table.checks.extend(new);
            }
            3 => {
                if drop {
                    table.indexes.pop();
                }
                let new = if add { self.index(table) } else { None };
                table.indexes.extend(new);
            }
            _ => {
                if drop {
                    table.foreign_keys.pop();
                }
                table.foreign_keys.extend(key.filter(|_| add));
            }
        }
        table.comment ^= self.chance(0.2);
    }
}
