//! Partitions.

use crate::{
    hazard::Hazard,
    kinds::planner::Planner,
    order::{Priority, Resource, Role, Step},
    render,
    schema::{Name, Object, Schema, Table},
};

impl<'a> Planner<'a> {
    /// Sets the defaults and `NOT NULL` in which the columns of a new partition differ from those
    /// of the partitioned table.
    pub(super) fn adjust_partition(&mut self, name: &Name, table: &Table, parent: &Name) {
        let Some(parent) = self.to.tables.get(parent) else { return };
        for column in &table.columns {
            let Some(given) = parent.column(&column.name) else { continue };
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

    /// The default and the nullability of a column in the tables above a partition. Setting them
    /// there also sets them in the partition, so that it gets its own afterwards.
    pub(in crate::kinds) fn columns_above(&self, name: &Name, column: &str) -> Vec<Resource> {
        let parent = |name: &Name| self.to.tables.get(name)?.parent().cloned();
        let above = std::iter::successors(parent(name), parent).take(self.to.tables.len());
        let both = |table: Name| {
            let column = column.to_owned();
            [Resource::Default(table.clone(), column.clone()), Resource::Null(table, column)]
        };
        above.flat_map(both).collect()
    }

    /// Whether a table is a partition that is detached, so that it keeps what it inherited as its
    /// own.
    pub(in crate::kinds) fn is_detached(&self, name: &Name) -> bool {
        let parent = |schema: &'a Schema| schema.tables.get(name)?.parent();
        let was = parent(self.from);
        was.is_some() && was != parent(self.to)
    }

    /// Detaches a partition, and attaches it to its new table, or to the same one with its new
    /// bound.
    pub(super) fn move_partition(&mut self, name: &Name, was: &Table, is: &Table) {
        let columns = is.columns.iter().map(|column| Object::column(name, &column.name));
        let constraints = is.constraints.keys().map(|it| Object::constraint(name, it));
        let attached: Vec<_> = columns.chain(constraints).collect();
        if let Some(of) = &was.partition_of {
            let sql = render::alter_table(&of.parent, format_args!("DETACH PARTITION {name}"));
            let step = Step::new(Priority::Partition, sql).releases(Resource::Partitions(of.parent.clone()));
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
            let sql = render::alter_table(&of.parent, format_args!("ATTACH PARTITION {name} {}", of.bound));
            let priority = if was.partition_of.is_some() { Priority::Partition } else { Priority::Attach };
            let step = Step::new(priority, sql).makes(Resource::Partitions(of.parent.clone()));
            let step = step.needs(Object::Table(of.parent.clone())).roles(Role::Needs, attached);
            let step = step.needs(Resource::Detached(name.clone()));
            self.push_on(step.hazard(Hazard::MayFailOnData), [name, &of.parent]);
        }
    }
}
