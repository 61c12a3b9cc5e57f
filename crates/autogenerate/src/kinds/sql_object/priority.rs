//! When objects are created and dropped.

use crate::{order::Priority, schema::SqlKind};

/// When it is created if no dependency decides.
pub(super) fn created(kind: SqlKind) -> Priority {
    match kind {
        SqlKind::Collation
        | SqlKind::Domain
        | SqlKind::CompositeType
        | SqlKind::RangeType
        | SqlKind::TextSearchDictionary
        | SqlKind::TextSearchConfiguration => Priority::Enum,
        SqlKind::Function | SqlKind::Procedure | SqlKind::Aggregate | SqlKind::Cast => Priority::Function,
        SqlKind::DefaultPrivileges => Priority::Sequence,
        // It would fire for the statements after it.
        SqlKind::EventTrigger => Priority::DropLast,
        SqlKind::View | SqlKind::MaterializedView => Priority::View,
        _ => Priority::Setting,
    }
}

/// When it is dropped if no dependency decides.
pub(super) fn dropped(kind: SqlKind) -> Priority {
    match kind {
        // They apply to whatever is created afterwards.
        SqlKind::DefaultPrivileges | SqlKind::EventTrigger => Priority::Namespace,
        SqlKind::Collation | SqlKind::Domain | SqlKind::CompositeType | SqlKind::RangeType => {
            Priority::DropType
        }
        _ => Priority::Drop,
    }
}
