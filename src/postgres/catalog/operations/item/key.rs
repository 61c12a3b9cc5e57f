//! Where an item is in a list.

use chrono::{DateTime, Utc};
use curio_filter::ValuePath;
use sqlx::{Postgres, query_builder::Separated};
use uuid::Uuid;

use super::relevance::Relevance;
use crate::postgres::{
    catalog::models::{Item, ItemSort},
    keyset::{KeyOf, Newest, Order, SortKey},
};

/// Where an item is in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ItemKey {
    /// See [`ItemSort::Created`].
    Created(Newest),
    /// See [`ItemSort::Name`].
    Name(String, Uuid),
    /// See [`ItemSort::Relevance`].
    Relevance(Box<Relevance>),
    /// See [`ItemSort::Attribute`].
    Attribute(AttributeKey),
}

/// Where an item is in a list by an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeKey {
    /// The index, which has another id if the attribute is indexed again.
    pub index: Uuid,
    /// The value as PostgreSQL prints it; `None` if it is missing or of another type.
    pub value: Option<String>,
    /// The id of the item.
    pub id: Uuid,
}

impl ItemKey {
    /// The key of the item with this creation time, name and id; of a list by relevance, the one
    /// by which its items are found.
    #[must_use]
    pub fn new(sort: ItemSort, created_at: DateTime<Utc>, name: String, id: Uuid) -> Self {
        match sort {
            ItemSort::Created | ItemSort::Relevance => Self::Created(Newest::new(created_at, id)),
            ItemSort::Name => Self::Name(name, id),
            ItemSort::Attribute => unreachable!("an item alone does not tell its index"),
        }
    }
}

impl SortKey for ItemKey {
    type Sort = ItemSort;

    const DEFAULT: Order<ItemSort> = Order { sort: ItemSort::Created, is_descending: true };
    const CHOICES: &[(&str, ItemSort)] = &[("created_at", ItemSort::Created), ("name", ItemSort::Name)];

    const RELEVANCE: Option<Order<ItemSort>> = Some(Order { sort: ItemSort::Relevance, is_descending: true });
    const HAS_ATTRIBUTES: bool = true;

    fn choose(name: &str) -> Option<ItemSort> {
        match name.strip_prefix("attributes.") {
            Some(path) => ValuePath::parse(path).is_ok().then_some(ItemSort::Attribute),
            None => Self::CHOICES.iter().find(|(choice, _)| *choice == name).map(|(_, sort)| *sort),
        }
    }

    fn columns(sort: ItemSort) -> &'static [&'static str] {
        match sort {
            ItemSort::Created => Newest::columns(()),
            ItemSort::Name => &["name COLLATE \"C\"", "id"],
            ItemSort::Relevance => &["rank", "created_at", "id"],
            ItemSort::Attribute => &["sort_key", "id"],
        }
    }

    fn bind(&self, values: &mut Separated<'_, Postgres, &str>) {
        match self {
            Self::Created(key) => key.bind(values),
            Self::Name(name, id) => {
                values.push_bind(name.clone()).push_bind(*id);
            }
            Self::Relevance(key) => {
                values.push_bind(key.rank());
                key.item.bind(values);
            }
            Self::Attribute(_) => unreachable!("its type is that of the index"),
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Created(key) => key.to_bytes(),
            Self::Name(name, id) => [id.as_bytes(), name.as_bytes()].concat(),
            Self::Relevance(key) => key.to_bytes(),
            Self::Attribute(AttributeKey { index, value, id }) => {
                let value = value.as_ref().map_or(String::new(), |value| format!("={value}"));
                [index.as_bytes(), id.as_bytes(), value.as_bytes()].concat()
            }
        }
    }

    fn from_bytes(sort: ItemSort, bytes: &[u8]) -> Option<Self> {
        match sort {
            ItemSort::Created => Newest::from_bytes((), bytes).map(Self::Created),
            ItemSort::Name => {
                let (id, name) = bytes.split_first_chunk()?;
                Some(Self::Name(str::from_utf8(name).ok()?.to_owned(), Uuid::from_bytes(*id)))
            }
            ItemSort::Relevance => Relevance::from_bytes(bytes).map(|key| Self::Relevance(Box::new(key))),
            ItemSort::Attribute => {
                let (index, rest) = bytes.split_first_chunk()?;
                let (id, value) = rest.split_first_chunk()?;
                let value = str::from_utf8(value).ok()?.strip_prefix('=').map(str::to_owned);
                let (index, id) = (Uuid::from_bytes(*index), Uuid::from_bytes(*id));
                Some(Self::Attribute(AttributeKey { index, value, id }))
            }
        }
    }
}

impl KeyOf<Item> for ItemKey {
    fn of(item: &Item, sort: ItemSort) -> Self {
        Self::new(sort, item.created_at, item.name.clone(), item.id)
    }
}
