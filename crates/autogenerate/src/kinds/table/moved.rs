//! Rows that move: into a table that is rebuilt to change its partitioning, and between partitions.

use crate::{
    change::Property,
    hazard::Hazard,
    kinds::{
        column::convert::converted,
        planner::Planner,
        sequence::{advance_sequence, column_sequence},
        types,
    },
    order::{Priority, Role, Step},
    plan::Slot,
    render::list,
    schema::{Column, Name, Object, PartitionOf, Table, quote_identifier},
};

impl<'a> Planner<'a> {
    /// The rebuilt table whose rows are moved, if those of this table are among them.
    pub(super) fn moved_with<'s>(&'s self, name: &'s Name) -> Option<&'s Name> {
        let parent = |name: &&'s Name| self.from.tables.get(*name).and_then(Table::parent);
        let rebuilt = |name: &&Name| self.delta.rebuilt.contains(&Object::Table((*name).clone()));
        let root = std::iter::successors(Some(name), parent).filter(rebuilt).last()?;
        (!self.moved_columns(root).is_empty()).then_some(root)
    }

    /// Whether a table that is rebuilt keeps all values.
    pub(super) fn keeps_values(&self, root: &Name) -> bool {
        let moved = self.moved_columns(root);
        let columns = self.from.tables.get(root).into_iter().flat_map(|table| &table.columns);
        let mut plain = columns.filter(|column| column.generated.is_none());
        plain.all(|column| moved.iter().any(|(was, _)| was.name == column.name))
    }

    /// The columns on both sides that are not computed; none if a new column has to be filled.
    fn moved_columns(&self, root: &Name) -> Vec<(&'a Column, &'a Column)> {
        let (Some(was), Some(is)) = (self.from.tables.get(root), self.to.tables.get(root)) else {
            return Vec::new();
        };
        let stored = is.columns.iter().filter(|column| column.generated.is_none());
        let (old, new): (Vec<_>, Vec<_>) =
            stored.map(|column| (was.column(&column.name), column)).partition(|(was, _)| was.is_some());
        let fills_itself =
            |column: &Column| column.nullable || column.default.is_some() || column.identity.is_some();
        if new.into_iter().all(|(_, column)| fills_itself(column)) {
            old.into_iter().filter_map(|(was, is)| Some((was?, is))).collect()
        } else {
            Vec::new()
        }
    }

    /// Moves the rows of a table that is rebuilt, by way of a copy.
    pub(super) fn move_rows(&mut self, name: &Name, is: &Table) {
        if self.moved_with(name) != Some(name) {
            return;
        }
        let (from, to) = (self.from, self.to);
        let columns = self.moved_columns(name);
        let names = list(columns.iter().map(|(_, is)| &is.name));
        let values = columns.iter().map(|(was, is)| {
            let value = quote_identifier(&is.name);
            if was.data_type == is.data_type { value } else { moved_value(&value, was, is) }
        });
        let values = values.collect::<Vec<_>>().join(", ");
        let copy = self.free_name(name, "_rows");
        let create = format!("CREATE TABLE {copy} AS SELECT {names} FROM {name}");
        let step = if self.style.slots {
            // No row is added between the copy and the drop.
            let step = Step::new(Priority::Alter, format!("LOCK TABLE {name}")).then(create);
            step.hazard(Hazard::BlocksReads)
        } else {
            Step::new(Priority::Alter, create)
        };
        let step = step.makes(Object::Table(copy.clone()));
        let dropped = from.with_partitions(name).into_iter().map(Object::Table);
        self.push(step.roles(Role::Releases, dropped));

        let always = columns.iter().any(|(_, is)| is.identity.is_some_and(|identity| identity.always));
        let overriding = if always { " OVERRIDING SYSTEM VALUE" } else { "" };
        let insert = format!("INSERT INTO {name} ({names}){overriding}\n    SELECT {values} FROM {copy}");
        let step = Step::new(Priority::Alter, insert.clone());
        let mut step = self.with_moved_values(step, (name, &copy), &columns);
        if is.partition_by.is_some() {
            step = step.hazard(Hazard::MayFailOnData).add_slot(self.strays_slot(name, &copy, &insert));
        }
        for (_, column) in columns {
            let Some(identity) = column.identity else { continue };
            let options = identity.options_for(&column.data_type);
            step = step.then(advance_sequence(
                &column_sequence(name, &column.name),
                name,
                &column.name,
                options,
            ));
        }
        let partitions = to.with_partitions(name).into_iter().map(Object::Table);
        let keys = is.constraints.iter().filter(|(_, it)| it.kind.key().is_some());
        let step = step
            .then(format!("DROP TABLE {copy}"))
            .needs(Object::Table(copy))
            .roles(Role::Needs, partitions)
            // Other tables reference the rows.
            .roles(Role::Makes, keys.map(|(key, _)| Object::constraint(name, key)));
        self.push(step);
    }

    /// Adds the hazards of the casts of moved rows, and a slot for values that do not fit.
    fn with_moved_values(&self, step: Step, tables: (&Name, &Name), columns: &[(&Column, &Column)]) -> Step {
        columns.iter().filter(|(was, is)| was.data_type != is.data_type).fold(step, |step, &(was, is)| {
            let cast = types::cast(was, is);
            let step = if cast.loses { step.hazard(Hazard::DeletesData) } else { step };
            let may_fail = cast.may_fail || self.guards && cast.loses;
            let step = if may_fail { step.hazard(Hazard::MayFailOnData) } else { step };
            step.add_slot(self.moved_slot(tables, (was, is)))
        })
    }

    /// A slot for rows that no partition takes.
    fn strays_slot(&self, table: &Name, copy: &Name, insert: &str) -> Option<Slot> {
        let title = format!("make room for the rows of {table} that no partition takes");
        let template = format!(
            "-- the rows are in {copy}: CREATE TABLE … PARTITION OF {table} DEFAULT; or\nDELETE FROM {copy} WHERE …;"
        );
        let each = unless_rows_fit(
            &format!("{insert} WHERE ctid = it"),
            &format!("DELETE FROM {copy} WHERE ctid = it"),
        );
        let rehearsal = format!(
            "DO $$ DECLARE it tid; BEGIN FOR it IN SELECT ctid FROM {copy} LOOP\n{each}\nEND LOOP; END $$"
        );
        let slot = self.slot(table, title, &table.to_string(), [template, rehearsal])?;
        Some(Slot { remaining: String::new(), deletes: true, ..slot })
    }

    /// A slot for the rows of a partition that gives a part of its bounds to a new one.
    pub(super) fn outside_slot(&self, name: &Name, of: &PartitionOf, attach: &str) -> Option<Slot> {
        if self.new_partitions(&of.parent).is_empty() {
            return None;
        }
        let title = format!("move the rows of {name} that its new bounds exclude");
        let template = format!(
            "WITH moved AS (DELETE FROM {name} WHERE … RETURNING *)\nINSERT INTO {} SELECT * FROM moved;",
            of.parent
        );
        let rehearsal = format!("DO $$ {} $$", unless_rows_fit(attach, &format!("DELETE FROM {name}")));
        let slot = self.slot(name, title, &name.to_string(), [template, rehearsal])?;
        Some(Slot { remaining: String::new(), ..slot })
    }

    /// A slot for the rows of a partition that is dropped while others change their bounds.
    pub(super) fn left_slot(&self, name: &Name, table: &Table) -> Option<Slot> {
        let parent = table.parent()?;
        let moves = |(other, it): (&Name, &Table)| {
            let object = Object::Table(other.clone());
            it.parent() == Some(parent) && self.delta.alters(&object, Property::PartitionOf)
        };
        if !self.to.tables.iter().any(moves) {
            return None;
        }
        let title = format!("move the rows of {name} to the partitions that cover them now");
        let template = format!("INSERT INTO … SELECT * FROM {name};");
        let rehearsal = format!("DELETE FROM {name}");
        self.slot(name, title, &name.to_string(), [template, rehearsal])
    }

    /// The partitions that are created under a table.
    pub(super) fn new_partitions(&self, parent: &Name) -> Vec<Object> {
        let partitions = self.to.tables.iter().filter(|(_, it)| it.parent() == Some(parent));
        let objects = partitions.map(|(name, _)| Object::Table(name.clone()));
        objects.filter(|object| self.delta.creates(object)).collect()
    }
}

/// The value in the type of the new column.
fn moved_value(value: &str, was: &Column, is: &Column) -> String {
    converted(types::cast(was, is).using, value, was, is)
}

/// A PL/pgSQL block that tries `attempt` and undoes it; if rows fit no partition, it runs
/// `fallback`.
fn unless_rows_fit(attempt: &str, fallback: &str) -> String {
    format!(
        "BEGIN
    {attempt};
    RAISE EXCEPTION USING errcode = 'YFITS';
EXCEPTION
    WHEN sqlstate 'YFITS' THEN NULL;
    WHEN check_violation THEN {fallback};
END;"
    )
}
