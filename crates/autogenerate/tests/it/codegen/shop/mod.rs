//! The models of a database, which `autogenerate` generated.
//!
//! They need the features `chrono`, `json` of sqlx and autogenerate.

pub mod billing_invoices;
pub mod customers;
pub mod option;
pub mod types;

use autogenerate::model::{Metadata, SequenceModel};

/// Every model.
#[must_use]
pub fn metadata() -> Metadata {
    Metadata::new()
        .extension("citext")
        .namespace("billing")
        .data_type::<types::Rank>()
        .data_type::<types::Mood>()
        .data_type::<types::Email>()
        .data_type::<types::Address>()
        .sequence(
            SequenceModel::new("numbers")
                .schema("billing")
                .max(9999)
                .start(1000)
                .cycle(),
        )
        .sequence(
            SequenceModel::new("option_id_seq")
                .integer()
                .owned_by("option", "id"),
        )
        .table::<billing_invoices::Invoices>()
        .table::<customers::Customers>()
        .table::<option::OptionRow>()
        .sql(include_str!("sql/billing_open.sql"))
        .sql(include_str!("sql/customers.sql"))
        .sql(include_str!("sql/invoices.sql"))
        .sql(include_str!("sql/invoices_2026.sql"))
        .sql(include_str!("sql/option.sql"))
        .sql(include_str!("sql/privileges.sql"))
        .sql(include_str!("sql/touch.sql"))
}
