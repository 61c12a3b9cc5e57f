//! The derive macros of `autogenerate`, which re-exports them.

mod args;
mod ast;
mod attr;
mod errors;
mod expand;
mod newtype;
mod text;
mod valid;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

use errors::Errors;
use expand::Model;

/// Derives `autogenerate::Table`: makes a struct the model of a table.
///
/// ```
/// use autogenerate::{Table, model::Metadata};
/// use uuid::Uuid;
///
/// /// A thing worth
/// /// keeping track of.
/// ///
/// /// This paragraph is for readers of the code.
/// #[derive(sqlx::FromRow, Table)]
/// #[table(
///     name = "items",
///     index(
///         name = "items_newest_idx",
///         columns = ["weight DESC", "lower(name)"],
///         where = "weight > 0"
///     ),
///     unique(columns = ["shelf_id", "name"]),
///     check(name = "items_name_check", "char_length(name) BETWEEN 1 AND 200")
/// )]
/// struct Item {
///     #[column(primary_key, default = "gen_random_uuid()")]
///     id: Uuid,
///     /// 1 to 200 characters.
///     #[column(type = "varchar(200)")]
///     name: String,
///     #[column(references = "shelves(id)", on_delete = "set null", index)]
///     shelf_id: Option<Uuid>,
///     #[column(default = "0")]
///     weight: i32,
/// }
///
/// #[derive(Table)]
/// #[table(name = "shelves")]
/// struct Shelf {
///     #[column(primary_key)]
///     id: Uuid,
/// }
///
/// let schema = Metadata::new().table::<Item>().table::<Shelf>().schema()?;
/// let items = schema.tables.values().next().ok_or("no table")?;
/// assert_eq!(items.comment.as_deref(), Some("A thing worth keeping track of."));
/// assert!(items.column("name").is_some_and(|name| name.data_type == "varchar(200)"));
/// assert!(items.column("shelf_id").is_some_and(|shelf_id| shelf_id.nullable));
/// let constraints: Vec<_> =
///     items.constraints.iter().map(|(name, one)| format!("{name} {}", one.definition)).collect();
/// assert_eq!(constraints, [
///     "items_name_check CHECK (char_length(name) BETWEEN 1 AND 200)",
///     "items_pkey PRIMARY KEY (id)",
///     "items_shelf_id_fkey FOREIGN KEY (shelf_id) REFERENCES shelves(id) ON DELETE SET NULL",
///     "items_shelf_id_name_key UNIQUE (shelf_id, name)",
/// ]);
/// let indexes: Vec<_> =
///     items.indexes.iter().map(|(name, one)| format!("{name} {}", one.definition)).collect();
/// assert_eq!(indexes, [
///     "items_newest_idx btree (weight DESC, lower(name)) WHERE (weight > 0)",
///     "items_shelf_id_idx btree (shelf_id)",
/// ]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The struct must have named fields, and lifetimes are its only generic parameters. Column lists
/// name columns, not fields, without quotes. `default`, `check`, `generated`, `where`, `type`,
/// `with`, `values`, `partition_by` and the elements of indexes are SQL. They are not parsed,
/// except for the column that an element begins with, which is quoted if it is a key word.
///
/// # On the struct: `#[table(…)]`
///
/// | attribute | meaning |
/// | --- | --- |
/// | `name = "items"` | the table's name; by default the struct's in `snake_case`, not pluralized |
/// | `schema = "billing"` | the table's schema; the names of all models are then qualified |
/// | `renamed_from = "things"` | the table's former name |
/// | `primary_key(columns = ["a", "b"])` | a primary key of several columns; also `name`, `include = ["c"]`, `deferrable`, `initially_deferred`, `comment` |
/// | `unique(columns = ["a", "b"])` | a unique constraint; also `name`, `include`, `nulls_not_distinct`, `deferrable`, `initially_deferred`, `comment` |
/// | `foreign_key(columns = ["a"], references = "others(b)")` | a foreign key; also `external`, `name`, `on_delete`, `on_update`, `match_full`, `deferrable`, `initially_deferred`, `comment` |
/// | `check("a > b")` | a check constraint; also `name`, `comment` |
/// | `exclude(using = "gist", elements = ["room WITH =", "during WITH &&"])` | an exclusion constraint; also `name`, `where`, `deferrable`, `initially_deferred`, `comment` |
/// | `index(columns = ["a DESC", "lower(b)", "c jsonb_path_ops"])` | an index; also `name`, `using`, `unique`, `include`, `where`, `with = "fillfactor=70"`, `nulls_not_distinct`, `comment` |
/// | `column(name = "search", type = "tsvector", generated = "…")` | a generated column that no query reads, behind those of the fields; also `nullable`, `virtual`, `collation`, `renamed_from`, `comment` |
/// | `partition_by = "RANGE (at)"` | makes the table partitioned |
/// | `partition(name = "events_2026", values = "FROM ('2026-01-01') TO ('2027-01-01')")` | a partition; `default` instead of `values` for the default partition; also `comment` |
/// | `unlogged` | an `UNLOGGED` table |
/// | `with = "fillfactor=70"` | storage parameters, separated by commas |
/// | `comment = "…"` | the comment, instead of the doc comment; `""` for none |
///
/// Arguments with parentheses can be repeated, in one `#[table(…)]` or in several.
///
/// # On a field: `#[column(…)]`
///
/// | attribute | meaning |
/// | --- | --- |
/// | `type = "varchar(200)"` | overrides the SQL type; the field's type then need not implement `SqlType` |
/// | `nullable`, `nullable = false` | whether the column is nullable; by default an `Option` is |
/// | `default = "now()"` | the default |
/// | `primary_key` | a primary key of this column |
/// | `unique`, `unique(…)` | a unique constraint; the table's arguments without `columns` |
/// | `index`, `index(…)` | an index; the table's arguments without `columns` |
/// | `check = "a > 0"`, `check(name = "…", "a > 0")` | a check constraint |
/// | `references = "others(id)"` | a foreign key; `"others"` for its primary key, `"billing.others(id)"` for another schema |
/// | `external` | with `references = "others(id)"`: the referenced table has no model, but exists in the database |
/// | `on_delete = "cascade"`, `on_update = "restrict"` | also `"no action"`, `"set null"`, `"set default"` |
/// | `deferrable`, `initially_deferred` | when the foreign key is checked |
/// | `identity`, `identity = "always"` | `GENERATED ALWAYS AS IDENTITY` |
/// | `identity = "by default"` | `GENERATED BY DEFAULT AS IDENTITY` |
/// | `generated = "a * b"` | `GENERATED ALWAYS AS (a * b) STORED` |
/// | `virtual` | with `generated`: `VIRTUAL` (PostgreSQL 18) |
/// | `collation = "C"` | the name of a collation |
/// | `renamed_from = "title"` | the column's former name |
/// | `skip` | the field is not a column |
/// | `comment = "…"` | the comment, instead of the doc comment; `""` for none |
///
/// # Comments
///
/// The first paragraph of a doc comment becomes the comment in the database, its lines joined with
/// spaces. The rest is for readers of the code.
///
/// # sqlx's attributes
///
/// | attribute | effect |
/// | --- | --- |
/// | `#[sqlx(rename_all = "…")]` on the struct, `#[sqlx(rename = "…")]` on a field | column names |
/// | `#[sqlx(skip)]` | the field is not a column |
/// | `#[sqlx(json)]`, `#[sqlx(json(nullable))]` | `jsonb`, and whether it is nullable |
/// | `#[sqlx(try_from = "i64")]` | the SQL type is that of `i64` |
/// | `#[sqlx(flatten)]` | an error: the other struct's columns are unknown here |
/// | `#[sqlx(default)]` | none: it is about rows that lack the column |
///
/// # Errors
///
/// What PostgreSQL would reject is a compile error at the attribute, and all errors of a struct are
/// reported at once: an unknown column, a second or nullable primary key, a default on a generated
/// or identity column, an identity that is not an integer, a name longer than 63 bytes, a duplicate
/// name, an incomplete foreign key, a former name that is still in use. `Metadata::schema` reports
/// errors between models.
#[proc_macro_derive(Table, attributes(table, column, sqlx))]
pub fn table(input: TokenStream) -> TokenStream {
    expand(&parse_macro_input!(input as DeriveInput), Model::Table, |input, errors| {
        let table = attr::table(input, errors)?;
        valid::table(&table, errors);
        Some(expand::table(&table))
    })
}

/// Derives `autogenerate::SqlType` for a fieldless enum.
///
/// The enum becomes a PostgreSQL enum type with the name that sqlx expects: `type_name`, which may
/// be `schema.name`, or the enum's name in lower case. `rename_all` and `rename` apply as in sqlx's
/// own derive.
///
/// ```
/// use autogenerate::{Enum, Table, model::Metadata};
///
/// /// The state of an order.
/// #[derive(sqlx::Type, Enum)]
/// #[sqlx(type_name = "progress", rename_all = "snake_case")]
/// enum Progress {
///     Open,
///     #[enumeration(renamed_from = "on_its_way")]
///     InTransit,
/// }
///
/// #[derive(sqlx::Type, Enum)]
/// #[sqlx(type_name = "varchar", rename_all = "snake_case")]
/// #[enumeration(type = "varchar(20)")]
/// enum Colour {
///     Red,
///     Blue,
/// }
///
/// #[derive(Table)]
/// #[table(name = "orders")]
/// struct Order {
///     progress: Progress,
///     colour: Option<Colour>,
/// }
///
/// let schema = Metadata::new().table::<Order>().schema()?;
/// let (name, progress) = schema.enums.first_key_value().ok_or("no type")?;
/// assert_eq!(name.to_string(), "progress");
/// assert_eq!(progress.values, ["open", "in_transit"]);
/// assert_eq!(progress.comment.as_deref(), Some("The state of an order."));
/// let orders = schema.tables.values().next().ok_or("no table")?;
/// assert!(orders.column("colour").is_some_and(|colour| colour.data_type == "varchar(20)"));
/// let check = &orders.constraints["orders_colour_check"];
/// assert_eq!(check.definition, "CHECK (colour IN ('red', 'blue'))");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// | `#[enumeration(…)]` | meaning |
/// | --- | --- |
/// | `type = "varchar(20)"` on the enum | stores values as this type; each column gets a check constraint on the values. A sqlx `type_name` of `text`, `varchar`, `char`, `bpchar` or `citext` has the same effect |
/// | `renamed_from = "state"` on the enum | the type's former name |
/// | `renamed_from = "on_its_way"` on a variant | the value's former name; not for values stored as text, which are data |
/// | `comment = "…"` on the enum | the comment, instead of the doc comment; `""` for none |
///
/// sqlx stores an enum with `#[repr(i32)]` as an integer: derive `SqlType` for it.
#[proc_macro_derive(Enum, attributes(enumeration, sqlx))]
pub fn enumeration(input: TokenStream) -> TokenStream {
    expand(&parse_macro_input!(input as DeriveInput), Model::Type, |input, errors| {
        let item = attr::enumeration(input, errors)?;
        valid::enumeration(&item, errors);
        Some(expand::enumeration(&item))
    })
}

/// Derives `autogenerate::SqlType` for a newtype: the SQL type of its field.
///
/// The newtype needs `#[sqlx(transparent)]`, as in sqlx's own derive. `#[sql_type(type = "…")]`
/// overrides the SQL type. `#[sqlx(no_pg_array)]` rules out arrays of it, which a newtype around an
/// array needs. An enum with `#[repr(i16)]`, `i32` or `i64` has that integer's SQL type.
///
/// ```
/// use autogenerate::SqlType;
///
/// #[derive(sqlx::Type, SqlType)]
/// #[sqlx(transparent)]
/// struct ItemId(i64);
///
/// #[derive(sqlx::Type, SqlType)]
/// #[sqlx(transparent)]
/// #[sql_type(type = "varchar(320)")]
/// struct Email(String);
///
/// #[derive(sqlx::Type, SqlType)]
/// #[repr(i16)]
/// enum Rank {
///     Low = 1,
///     High = 2,
/// }
///
/// assert_eq!(<Vec<ItemId>>::TYPE.name, "bigint");
/// assert_eq!(<Vec<ItemId>>::TYPE.dimensions, 1);
/// assert_eq!(Email::TYPE.name, "varchar(320)");
/// assert_eq!(Rank::TYPE.name, "smallint");
/// ```
#[proc_macro_derive(SqlType, attributes(sql_type, sqlx))]
pub fn sql_type(input: TokenStream) -> TokenStream {
    expand(&parse_macro_input!(input as DeriveInput), Model::Type, |input, errors| {
        errors.take(newtype::derive(input))
    })
}

/// Derives `autogenerate::SqlType` for a newtype that is a domain: its field's type with rules.
///
/// The newtype needs `#[sqlx(transparent)]`: PostgreSQL returns the values of a domain as those of
/// the base type. Arrays of it need `#[sqlx(type_name = "…")]` instead, because an array of a
/// domain is a type of its own.
///
/// ```
/// use autogenerate::{Domain, Table, model::Metadata};
///
/// /// An address for electronic mail.
/// #[derive(sqlx::Type, Domain)]
/// #[sqlx(transparent)]
/// #[domain(check(name = "email_has_at", "VALUE LIKE '%@%'"))]
/// struct Email(String);
///
/// #[derive(Table)]
/// #[table(name = "customers")]
/// struct Customer {
///     email: Option<Email>,
/// }
///
/// let schema = Metadata::new().table::<Customer>().schema()?;
/// let (name, email) = schema.sql_objects.first_key_value().ok_or("no domain")?;
/// assert_eq!(name.to_string(), "domain email");
/// assert_eq!(email.create, [
///     "CREATE DOMAIN email AS text CONSTRAINT email_has_at CHECK (VALUE LIKE '%@%')",
///     "COMMENT ON DOMAIN email IS 'An address for electronic mail.'",
/// ]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// | `#[domain(…)]` | meaning |
/// | --- | --- |
/// | `name = "email"` | the domain's name; by default sqlx's `type_name`, or the newtype's in `snake_case` |
/// | `schema = "shop"` | the domain's schema |
/// | `type = "varchar(320)"` | overrides the base type; the field's type then need not implement `SqlType` |
/// | `check("VALUE <> ''")` | a check constraint; also `name` |
/// | `not_null` | rejects `NULL` |
/// | `default = "''"` | the default of columns that have none |
/// | `collation = "C"` | the name of a collation |
/// | `renamed_from = "mail"` | the domain's former name |
/// | `comment = "…"` | the comment, instead of the doc comment; `""` for none |
///
/// A change of the checks, the default or `not_null` alters the domain. Another base type or
/// collation makes a new domain, to which the columns change before the old one is dropped.
#[proc_macro_derive(Domain, attributes(domain, sqlx))]
pub fn domain(input: TokenStream) -> TokenStream {
    expand(&parse_macro_input!(input as DeriveInput), Model::Type, |input, errors| {
        let item = attr::domain(input, errors)?;
        valid::domain(&item, errors);
        Some(expand::domain(&item))
    })
}

/// Derives `autogenerate::SqlType` for a struct that is a composite type.
///
/// The type's name is the one that sqlx expects: `type_name`, which may be `schema.name`, or the
/// struct's name in lower case. Its attributes are the fields, in their order, by which sqlx
/// encodes them.
///
/// ```
/// use autogenerate::{Composite, Table, model::Metadata};
///
/// /// Where something is sent.
/// #[derive(sqlx::Type, Composite)]
/// #[sqlx(type_name = "address")]
/// struct Address {
///     street: String,
///     #[composite(type = "varchar(10)")]
///     code: Option<String>,
/// }
///
/// #[derive(Table)]
/// #[table(name = "parcels")]
/// struct Parcel {
///     to: Address,
///     stops: Vec<Address>,
/// }
///
/// let schema = Metadata::new().table::<Parcel>().schema()?;
/// let (name, address) = schema.sql_objects.first_key_value().ok_or("no type")?;
/// assert_eq!(name.to_string(), "composite type address");
/// assert_eq!(address.create, [
///     "CREATE TYPE address AS (street text, code varchar(10))",
///     "COMMENT ON TYPE address IS 'Where something is sent.'",
/// ]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// | `#[composite(…)]` | meaning |
/// | --- | --- |
/// | `renamed_from = "place"` on the struct | the type's former name |
/// | `name = "zip code"` on a field | the attribute's name |
/// | `type = "varchar(10)"` on a field | overrides the SQL type |
/// | `collation = "C"` on a field | the name of a collation |
/// | `comment = "…"` on either | the comment, instead of the doc comment; `""` for none |
///
/// An attribute always accepts `NULL`. A new last attribute is added in place, and one that is gone
/// is dropped with its data. Another type or order makes a new type, to which the columns change
/// before the old one is dropped.
#[proc_macro_derive(Composite, attributes(composite, sqlx))]
pub fn composite(input: TokenStream) -> TokenStream {
    expand(&parse_macro_input!(input as DeriveInput), Model::Type, |input, errors| {
        let item = attr::composite(input, errors)?;
        valid::composite(&item, errors);
        Some(expand::composite(&item))
    })
}

/// Parses the attributes, validates them and generates code; or returns all errors, and an empty
/// model, so that its use is not an error as well.
fn expand(
    input: &DeriveInput,
    model: Model,
    derive: impl FnOnce(&DeriveInput, &mut Errors) -> Option<proc_macro2::TokenStream>,
) -> TokenStream {
    let mut errors = Errors::default();
    let code = derive(input, &mut errors);
    match errors.finish() {
        Ok(()) => code.unwrap_or_default(),
        Err(error) => [error.into_compile_error(), expand::empty(input, model)].into_iter().collect(),
    }
    .into()
}
