//! Partitions, and tables that inherit otherwise.

use crate::{
    hazard::Hazard,
    kinds::planner::Planner,
    order::{Priority, Resource, Role, Step},
    render,
    schema::{Name, Object, PartitionOf, Schema, Table},
};

impl<'a> Planner<'a> {
    /// Sets the defaults and `NOT NULL` in which the inherited columns of a new table differ from
    /// those of the table above.
    pub(super) fn adjust_inherited(&mut self, name: &Name, table: &Table) {
        let given: Vec<&Table> = table.parents().filter_map(|parent| self.to.tables.get(parent)).collect();
        for column in table.columns.iter().filter(|column| column.inherited || table.partition_of.is_some()) {
            let Some(given) = given.iter().find_map(|parent| parent.column(&column.name)) else { continue };
            let mut actions = Vec::new();
            if given.default != column.default && column.generated.is_none() {
                actions.push(match &column.default {
                    Some(default) => format!("SET DEFAULT {}", default.sql),
                    None => "DROP DEFAULT".to_owned(),
                });
            }
            if given.nullable && !column.nullable {
                actions.push("SET NOT NULL".to_owned());
            }
            let object = Object::column(name, &column.name);
            let above = self.columns_above(name, &column.name);
            for action in actions {
                let step = Step::new(Priority::Alter, render::alter_column(name, &column.name, action));
                let step = step.roles(Role::Needs, above.iter().cloned());
                self.push(step.needs(object.clone()).roles(Role::Needs, column.needs()));
            }
        }
    }

    /// The default and the nullability of a column in the tables above. Setting them there also
    /// sets them in the table, so that it gets its own afterwards.
    pub(in crate::kinds) fn columns_above(&self, name: &Name, column: &str) -> Vec<Resource> {
        let above = self.to.with_ancestors(name).into_iter().skip(1);
        let both = |table: Name| {
            let column = column.to_owned();
            [Resource::Default(table.clone(), column.clone()), Resource::Null(table, column)]
        };
        above.flat_map(both).collect()
    }

    /// Whether a table is detached from one that it inherits from, so that it keeps what it
    /// inherited as its own.
    pub(in crate::kinds) fn is_detached(&self, name: &Name) -> bool {
        let parents = |schema: &'a Schema| -> Vec<&'a Name> {
            schema.tables.get(name).into_iter().flat_map(Table::parents).collect()
        };
        let (was, is) = (parents(self.from), parents(self.to));
        was.iter().any(|parent| !is.contains(parent))
    }

    /// Changes the tables that a table inherits from. Their order counts.
    pub(super) fn change_parents(&mut self, name: &Name, was: &Table, is: &Table) {
        let columns = is.columns.iter().map(|column| Object::column(name, &column.name));
        let constraints = is.constraints.keys().map(|it| Object::constraint(name, it));
        let inheriting: Vec<_> = columns.chain(constraints).collect();
        let same = was.inherits.iter().zip(&is.inherits).take_while(|(one, other)| one == other).count();
        for parent in &was.inherits[same..] {
            let sql = render::alter_table(name, format_args!("NO INHERIT {parent}"));
            let step = Step::new(Priority::Partition, sql).makes(Resource::Detached(name.clone()));
            self.push_on(step.releases(Object::Table(parent.clone())), [name, parent]);
        }
        let mut step: Option<Step> = None;
        for parent in &is.inherits[same..] {
            let sql = render::alter_table(name, format_args!("INHERIT {parent}"));
            let next = match step.take() {
                Some(step) => step.then(sql),
                None => Step::new(Priority::Attach, sql),
            };
            let given = self.to.tables.get(parent).into_iter().flat_map(|it| {
                let columns = it.columns.iter().map(|column| Object::column(parent, &column.name));
                columns.chain(it.constraints.keys().map(|constraint| Object::constraint(parent, constraint)))
            });
            step = Some(next.needs(Object::Table(parent.clone())).roles(Role::Needs, given));
        }
        if let Some(step) = step {
            let step = step.roles(Role::Needs, inheriting).needs(Resource::Detached(name.clone()));
            let step = step.roles(Role::Needs, nulls(name, is));
            self.push_on(step, is.inherits.iter().chain([name]));
        }
    }

    /// Detaches a partition. PostgreSQL rejects that if foreign keys that stay reference its rows.
    pub(super) fn detach(&self, priority: Priority, parent: &Name, name: &Name) -> Step {
        let detach = render::alter_table(parent, format_args!("DETACH PARTITION {name}"));
        let step = Step::new(priority, detach);
        if self.is_referenced(parent, |key| !self.delta.removes(key)) {
            step.hazard(Hazard::MayFailOnData).hazard(Hazard::BlocksReads)
        } else {
            step
        }
    }

    /// Detaches a partition, and attaches it to its new table, or to the same one with its new
    /// bound.
    pub(super) fn move_partition(&mut self, name: &Name, was: &Table, is: &Table) {
        let columns = is.columns.iter().map(|column| Object::column(name, &column.name));
        let constraints = is.constraints.keys().map(|it| Object::constraint(name, it));
        let attached: Vec<_> = columns.chain(constraints).collect();
        if let Some(of) = &was.partition_of {
            let step = self.detach(Priority::Partition, &of.parent, name);
            let step = step.releases(Resource::Partitions(of.parent.clone()));
            let step = step.makes(Resource::Detached(name.clone()));
            let comes_back = is.partition_of.as_ref().is_some_and(|it| it.parent == of.parent);
            // A partition that is attached again gets the changes of its table before it is
            // detached.
            let step = if comes_back {
                step.needs(Object::Table(of.parent.clone())).roles(Role::Needs, attached.clone())
            } else {
                step.releases(Object::Table(of.parent.clone()))
            };
            self.push_on(step, [name, &of.parent]);
        }
        if let Some(of) = &is.partition_of {
            let priority = if was.partition_of.is_some() { Priority::Partition } else { Priority::Attach };
            self.attach_partition(name, of, is, priority);
        }
    }

    /// Whether a foreign key for which `counts` references a partitioned table or one above it.
    pub(super) fn is_referenced(&self, table: &Name, counts: impl Fn(&Object) -> bool) -> bool {
        let above = self.from.with_ancestors(table);
        self.from.tables.iter().any(|(own, it)| {
            it.constraints.iter().any(|(name, it)| {
                it.kind.references().is_some_and(|references| above.contains(references))
                    && counts(&Object::constraint(own, name))
            })
        })
    }

    /// Attaches a table, with its columns, constraints and indexes, to a partitioned table.
    pub(super) fn attach_partition(&mut self, name: &Name, of: &PartitionOf, is: &Table, priority: Priority) {
        let columns = is.columns.iter().map(|column| Object::column(name, &column.name));
        let constraints = is.constraints.keys().map(|it| Object::constraint(name, it));
        let indexes = is.indexes.keys().map(|it| Object::index(name, it));
        let given = self.to.tables.get(&of.parent).into_iter().flat_map(|parent| &parent.columns);
        let given = given.map(|column| Object::column(&of.parent, &column.name));
        let sql = render::alter_table(&of.parent, format_args!("ATTACH PARTITION {name} {}", of.bound));
        let step = Step::new(priority, &sql).makes(Resource::Partitions(of.parent.clone()));
        let step = step.roles(Role::Needs, columns.chain(constraints).chain(indexes).chain(given));
        let step = step.needs(Object::Table(of.parent.clone())).needs(Object::Table(name.clone()));
        let step = step.needs(Resource::Detached(name.clone())).roles(Role::Needs, nulls(name, is));
        let stays = self.existing_table(name).and_then(Table::parent) == Some(&of.parent);
        let step = if stays {
            let step = step.slot(self.outside_slot(name, of, &sql));
            step.roles(Role::Needs, self.new_partitions(&of.parent))
        } else {
            step
        };
        let step = step.hazard(Hazard::MayFailOnData);
        // Its rows are compared with the bound.
        let step = if self.existing_table(name).is_some() { step.hazard(Hazard::BlocksReads) } else { step };
        self.push_on(step, [name, &of.parent]);
    }
}

/// The nullability of the columns, which has to be that of the table above.
fn nulls(name: &Name, table: &Table) -> Vec<Resource> {
    table.columns.iter().map(|column| Resource::Null(name.clone(), column.name.clone())).collect()
}
