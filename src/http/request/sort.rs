//! The order of a list.

use std::marker::PhantomData;

use utoipa::{
    IntoParams,
    openapi::{
        Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::ObjectBuilder,
    },
};

use super::query::{Expected, Parameters};
use crate::{
    http::limits::MAX_SPELLED_PATH,
    postgres::keyset::{Order, SortKey},
};

/// The most characters of an order.
const MAX_SORT: usize = "-attributes.".len() + MAX_SPELLED_PATH;

/// Takes the order of a list, which may be a search.
pub fn take_order<K: SortKey>(parameters: &mut Parameters, is_search: bool) -> Order<K::Sort> {
    if K::CHOICES.is_empty() {
        return K::DEFAULT;
    }
    let order = parameters.one("sort", |value| {
        let (name, is_descending) = value.strip_prefix('-').map_or((value, false), |name| (name, true));
        let expected = || Expected("sort", format!("must be {}", orders::<K>().join(" or ")).into());
        K::choose(name).map(|sort| Order { sort, is_descending }).ok_or_else(expected)
    });
    order.or(K::RELEVANCE.filter(|_| is_search)).unwrap_or(K::DEFAULT)
}

/// What clients can write, the default first.
fn orders<K: SortKey>() -> Vec<String> {
    let attributes = K::HAS_ATTRIBUTES.then_some("attributes.<path>");
    let names = K::CHOICES.iter().map(|(name, _)| *name).chain(attributes);
    names.flat_map(|name| [format!("-{name}"), name.to_owned()]).collect()
}

/// The parameter, for the document.
#[derive(Debug)]
pub struct SortParameter<K>(PhantomData<K>);

impl<K: SortKey> IntoParams for SortParameter<K> {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let orders = orders::<K>();
        let schema = ObjectBuilder::new().schema_type(Type::String);
        let (schema, description) = match K::RELEVANCE {
            Some(_) => (
                schema,
                "The order of the list: by default the best match first with `q`, and else the newest. An \
                 attribute, such as `attributes.price`, is in `indexed` of the `collection`.",
            ),
            None => (
                schema.default(Some(orders[0].clone().into())),
                "The order of the list: by default the newest first.",
            ),
        };
        let parameter = ParameterBuilder::new()
            .name("sort")
            .parameter_in(ParameterIn::Query)
            .description(Some(description))
            .schema(Some(if K::HAS_ATTRIBUTES {
                let names = K::CHOICES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join("|");
                schema
                    .max_length(Some(MAX_SORT))
                    .pattern(Some(format!(r"^-?({names}|attributes\.[^\x00]+)$")))
            } else {
                schema.enum_values(Some(orders))
            }));
        vec![parameter.build()]
    }
}
