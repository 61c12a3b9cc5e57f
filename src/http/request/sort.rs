//! The order of a list.

use utoipa::{
    IntoParams,
    openapi::{
        Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::ObjectBuilder,
    },
};

use super::query::{Expected, Parameters};
use crate::postgres::keyset::{Newest, SortKey};

/// Takes the order of a list, and returns whether it is the reverse of the usual one.
pub fn take_order<K: SortKey>(parameters: &mut Parameters) -> bool {
    let Some(name) = K::NAME else { return false };
    let order = parameters.one("sort", |value| match value.strip_prefix('-') {
        Some(descending) if descending == name => Ok(!K::DESCENDING),
        None if value == name => Ok(K::DESCENDING),
        _ => Err(Expected("sort", format!("must be {name} or -{name}").into())),
    });
    order.unwrap_or(false)
}

/// The parameter, for the document.
#[derive(Debug)]
pub struct SortParameter;

impl IntoParams for SortParameter {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let name = Newest::NAME.unwrap_or_default();
        let orders = ["-", ""].map(|sign| format!("{sign}{name}"));
        let schema = ObjectBuilder::new().schema_type(Type::String).default(Some(orders[0].clone().into()));
        let parameter = ParameterBuilder::new()
            .name("sort")
            .parameter_in(ParameterIn::Query)
            .description(Some("The order of the list: by default the newest first."))
            .schema(Some(schema.enum_values(Some(orders))));
        vec![parameter.build()]
    }
}
