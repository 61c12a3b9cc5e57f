//! The derive macros of `autogenerate`, which exports them.

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

/// Makes a struct the model of a table: `impl autogenerate::Table`.
///
/// ```
/// use autogenerate::{Table, model::Metadata};
/// use uuid::Uuid;
///
/// /// A thing worth
/// /// keeping track of.
/// ///
/// /// This is for those who read the code.
/// #[derive(sqlx::FromRow, Table)]
/// #[table(
///     name = "items",
///     index(name = "items_newest_idx", columns = ["weight DESC", "lower(name)"], where = "weight > 0"),
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
/// let indexes: Vec<_> = items.indexes.iter().map(|(name, one)| format!("{name} {}", one.definition)).collect();
/// assert_eq!(indexes, [
///     "items_newest_idx btree (weight DESC, lower(name)) WHERE (weight > 0)",
///     "items_shelf_id_idx btree (shelf_id)",
/// ]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A struct has named fields and no generic parameters but lifetimes. The names in lists of columns are those of the columns, not of the
/// fields, and not quoted. What stands in `default`, `check`, `generated`, `where`, `type`, `with`, `values`, `partition_by` and the elements of
/// indexes is SQL, and is not looked into further than for the column that an element begins with. An index that needs a sign or a key word as
/// a column's name has it quoted.
///
/// # Of the table: `#[table(…)]`
///
/// | attribute | meaning |
/// | --- | --- |
/// | `name = "items"` | its name; else the struct's in `snake_case`, not made plural |
/// | `schema = "billing"` | the schema that it is in; then all names of all models are qualified |
/// | `renamed_from = "things"` | what it was called before |
/// | `primary_key(columns = ["a", "b"])` | a primary key of several columns; also `name`, `include = ["c"]`, `deferrable`, `initially_deferred`, `comment` |
/// | `unique(columns = ["a", "b"])` | also `name`, `include`, `nulls_not_distinct`, `deferrable`, `initially_deferred`, `comment` |
/// | `foreign_key(columns = ["a"], references = "others(b)")` | also `name`, `on_delete`, `on_update`, `match_full`, `deferrable`, `initially_deferred`, `comment` |
/// | `check("a > b")` | also `name`, `comment` |
/// | `exclude(using = "gist", elements = ["room WITH =", "during WITH &&"])` | also `name`, `where`, `deferrable`, `initially_deferred`, `comment` |
/// | `index(columns = ["a DESC", "lower(b)", "c jsonb_path_ops"])` | also `name`, `using`, `unique`, `include`, `where`, `with = "fillfactor=70"`, `nulls_not_distinct`, `comment` |
/// | `partition_by = "RANGE (at)"` | makes it a partitioned table |
/// | `partition(name = "events_2026", values = "FROM ('2026-01-01') TO ('2027-01-01')")` | one of its partitions; `default` in place of `values`; also `comment` |
/// | `unlogged` | its writes bypass the write-ahead log |
/// | `with = "fillfactor=70"` | storage parameters, divided by commas |
/// | `comment = "…"` | the comment, where it is not the documentation; `""` for none |
///
/// All but the single-valued ones may be there several times, in one `#[table(…)]` or in several.
///
/// # Of a column: `#[column(…)]`
///
/// | attribute | meaning |
/// | --- | --- |
/// | `type = "varchar(200)"` | the SQL type, which else follows from the field's by `SqlType`; the field's then need not have one |
/// | `nullable`, `nullable = false` | whether it takes `NULL`, where an `Option` does not tell |
/// | `default = "now()"` | what it holds where nothing is given |
/// | `primary_key` | the primary key, of this column alone |
/// | `unique`, `unique(…)` | a unique constraint, with the same arguments as the table's but `columns` |
/// | `index`, `index(…)` | an index, with the same arguments as the table's but `columns` |
/// | `check = "a > 0"`, `check(name = "…", "a > 0")` | a check |
/// | `references = "others(id)"` | a foreign key; `"others"` for its primary key, `"billing.others(id)"` in another schema |
/// | `on_delete = "cascade"`, `on_update = "restrict"` | also `"no action"`, `"set null"`, `"set default"` |
/// | `deferrable`, `initially_deferred` | when the foreign key is checked |
/// | `identity`, `identity = "always"` | `GENERATED ALWAYS AS IDENTITY` |
/// | `identity = "by default"` | `GENERATED BY DEFAULT AS IDENTITY` |
/// | `generated = "a * b"` | `GENERATED ALWAYS AS (a * b) STORED` |
/// | `virtual` | with `generated`: `VIRTUAL` (PostgreSQL 18) |
/// | `collation = "C"` | the name of a collation |
/// | `renamed_from = "title"` | what it was called before |
/// | `skip` | the field is no column |
/// | `comment = "…"` | the comment, where it is not the documentation; `""` for none |
///
/// # Comments
///
/// The first paragraph of a `///` documentation is the comment in the database, its lines joined by blanks; what follows is for those who read
/// the code.
///
/// # sqlx's attributes
///
/// | attribute | is heeded so |
/// | --- | --- |
/// | `#[sqlx(rename_all = "…")]` on the struct, `#[sqlx(rename = "…")]` on a field | the names of columns |
/// | `#[sqlx(skip)]` | the field is no column |
/// | `#[sqlx(json)]`, `#[sqlx(json(nullable))]` | `jsonb`, and whether it takes `NULL` |
/// | `#[sqlx(try_from = "i64")]` | the SQL type is that of `i64` |
/// | `#[sqlx(flatten)]` | an error: the columns of another struct are not known here |
/// | `#[sqlx(default)]` | not at all: it is about rows that lack the column |
///
/// # Errors
///
/// What PostgreSQL could not do is a compile error at the attribute, and all of a struct's are told at once: a column that is not there, two
/// primary keys or an optional one, a default of a generated or identity column, an identity that is no integer, a name of more than 63 octets, a
/// name used twice, half of a foreign key, a former name that is still in use. What lies between models is told by `Metadata::schema`.
#[proc_macro_derive(Table, attributes(table, column, sqlx))]
pub fn table(input: TokenStream) -> TokenStream {
    expand(&parse_macro_input!(input as DeriveInput), |input, errors| {
        let table = attr::table(input, errors)?;
        valid::table(&table, errors);
        Some(expand::table(&table))
    })
}

/// Makes an enum without fields a type of columns: `impl autogenerate::SqlType`.
///
/// It is an enumerated type of PostgreSQL, of the name that sqlx gives it (`type_name`, which may be `schema.name`; else the enum's own in small
/// letters). `rename_all` and `rename` are heeded, so this and sqlx's own derive agree.
///
/// ```
/// use autogenerate::{Enum, Table, model::Metadata};
///
/// /// Where an order is.
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
/// assert_eq!(progress.comment.as_deref(), Some("Where an order is."));
/// let orders = schema.tables.values().next().ok_or("no table")?;
/// assert!(orders.column("colour").is_some_and(|colour| colour.data_type == "varchar(20)"));
/// assert_eq!(orders.constraints["orders_colour_check"].definition, "CHECK (colour IN ('red', 'blue'))");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// | `#[enumeration(…)]` | meaning |
/// | --- | --- |
/// | `type = "varchar(20)"` on the enum | its values are kept as that type, and every column of it has a check that they are among these. The same follows from a `type_name` of sqlx that is `text`, `varchar`, `char`, `bpchar` or `citext` |
/// | `renamed_from = "state"` on the enum | what the type was called before |
/// | `renamed_from = "on_its_way"` on a variant | what the value was called before; of a type only, because text is data |
/// | `comment = "…"` on the enum | the comment, where it is not the first paragraph of the documentation; `""` for none |
///
/// An enum with `#[repr(i32)]` is a number to sqlx: derive `SqlType` for it.
#[proc_macro_derive(Enum, attributes(enumeration, sqlx))]
pub fn enumeration(input: TokenStream) -> TokenStream {
    expand(&parse_macro_input!(input as DeriveInput), |input, errors| {
        let item = attr::enumeration(input, errors)?;
        valid::enumeration(&item, errors);
        Some(expand::enumeration(&item))
    })
}

/// Makes a newtype a type of columns, that of its field: `impl autogenerate::SqlType`.
///
/// It needs `#[sqlx(transparent)]`, as sqlx's own derive does; `#[sqlx(no_pg_array)]` keeps arrays from being made of it, which a newtype around
/// an array needs. `#[sql_type(type = "…")]` names the SQL type. An enum with `#[repr(i16)]`, `i32` or `i64` is that integer.
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
    expand(&parse_macro_input!(input as DeriveInput), |input, errors| errors.take(newtype::derive(input)))
}

/// Attributes to tree, tree to code; or all that is wrong.
fn expand(
    input: &DeriveInput,
    steps: impl FnOnce(&DeriveInput, &mut Errors) -> Option<proc_macro2::TokenStream>,
) -> TokenStream {
    let mut errors = Errors::default();
    let code = steps(input, &mut errors);
    errors.finish().map_or_else(syn::Error::into_compile_error, |()| code.unwrap_or_default()).into()
}
