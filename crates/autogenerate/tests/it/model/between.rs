//! Errors between models that are each valid on their own.

use autogenerate::{
    Enum, Table,
    model::{Metadata, MetadataError, SequenceModel},
    schema::Name,
};

#[derive(Table)]
#[table(name = "shelves", renamed_from = "racks")]
#[expect(dead_code, reason = "only its description is used")]
struct Shelf {
    #[column(primary_key)]
    id: i64,
    #[column(renamed_from = "title")]
    name: String,
    state: State,
}

#[derive(Enum)]
#[sqlx(type_name = "state")]
#[enumeration(renamed_from = "life")]
#[expect(dead_code, reason = "only its description is used")]
enum State {
    #[enumeration(renamed_from = "Fine")]
    Good,
    Bad,
}

#[derive(Table)]
#[table(name = "books")]
#[expect(dead_code, reason = "only its description is used")]
struct Book {
    #[column(references = "shelves")]
    shelf: i64,
}

#[derive(Table)]
#[table(name = "boxes", schema = "cellar")]
#[expect(dead_code, reason = "only its description is used")]
struct Cellar {
    #[column(default = "'Good'")]
    state: State,
}

/// Whether the error's message starts with this file, and its text after the location.
fn schema_error(metadata: &Metadata) -> (bool, String) {
    let message = metadata.schema().unwrap_err().to_string();
    let here = message.starts_with(file!());
    let rest = message.split_once(": ").map(|(_, rest)| rest.to_owned()).unwrap_or_default();
    (here, rest)
}

#[test]
fn a_hint_is_a_rename() {
    let renames = Metadata::new().table::<Shelf>().renames();
    let (shelves, state) = (Name::local("shelves"), Name::local("state"));
    assert_eq!(renames.tables, [(Name::local("racks"), shelves.clone())]);
    assert_eq!(renames.columns, [(shelves, "title".to_owned(), "name".to_owned())]);
    assert_eq!(renames.enums, [(Name::local("life"), state.clone())]);
    assert_eq!(renames.values, [(state, "Fine".to_owned(), "Good".to_owned())]);
}

#[test]
fn a_hint_is_qualified_if_names_are() {
    let renames = Metadata::new().table::<Shelf>().table::<Cellar>().renames();
    assert_eq!(renames.tables, [(Name::qualified("public", "racks"), Name::qualified("public", "shelves"))]);
    assert_eq!(renames.values.len(), 1, "once, for all columns of the type");
}

#[test]
fn every_field_has_a_source_location() {
    let metadata = Metadata::new().table::<Shelf>().table::<Book>();
    let shelves = Name::local("shelves");
    let origin = metadata.origin(&shelves, None).unwrap();
    assert_eq!((origin.file, origin.line, origin.field.as_str()), (file!(), 12, "Shelf"));
    assert_eq!(
        metadata.origin(&shelves, Some("name")).unwrap().to_string(),
        format!("{}:16 (Shelf::name)", file!())
    );
    assert_eq!(metadata.origin(&shelves, Some("colour")), None);
    assert_eq!(metadata.origin(&Name::local("others"), None), None);
    let state = Name::local("state");
    assert_eq!(metadata.enum_origin(&state, Some("Good")).unwrap().field, "State::Good");
    assert_eq!(metadata.enum_origin(&state, None).unwrap().field, "State");
}

#[test]
fn two_tables_with_the_same_name_are_reported() {
    #[derive(Table)]
    #[table(name = "shelves")]
    #[expect(dead_code, reason = "only its description is used")]
    struct Other {
        id: i64,
    }
    let (here, message) = schema_error(&Metadata::new().table::<Shelf>().table::<Other>());
    assert!(here);
    let place = format!("the table `shelves` is already defined at {}:12", file!());
    assert_eq!(message, place);
}

#[test]
fn two_indexes_with_the_same_name_are_reported() {
    #[derive(Table)]
    #[expect(dead_code, reason = "only its description is used")]
    struct One {
        #[column(index(name = "by_id"))]
        id: i64,
    }
    #[derive(Table)]
    #[expect(dead_code, reason = "only its description is used")]
    struct Two {
        #[column(unique(name = "by_id"))]
        id: i64,
    }
    let error = Metadata::new().table::<One>().table::<Two>().schema().unwrap_err();
    assert!(matches!(error, MetadataError::Taken { what, .. } if what == "the constraint `by_id`"));
}

#[test]
fn a_foreign_key_to_a_missing_table_or_column_is_reported() {
    #[derive(Table)]
    #[expect(dead_code, reason = "only its description is used")]
    struct Page {
        #[column(references = "shelves(number)")]
        shelf: i64,
    }

    #[derive(Table)]
    #[expect(dead_code, reason = "only its description is used")]
    struct Note {
        #[column(references = "books")]
        book: i64,
    }

    #[derive(Table)]
    #[table(foreign_key(columns = ["a", "b"], references = "shelves"))]
    #[expect(dead_code, reason = "only its description is used")]
    struct Pair {
        a: i64,
        b: i64,
    }

    let (here, message) = schema_error(&Metadata::new().table::<Book>());
    assert!(here);
    assert_eq!(
        message,
        "the table `shelves` has no model: add it to the metadata, or mark a foreign key to a table that only the \
         database has as `external`"
    );

    let (here, message) = schema_error(&Metadata::new().table::<Shelf>().table::<Page>());
    assert!(here);
    assert_eq!(message, "the table `shelves` has no column `number`");

    let error = Metadata::new().table::<Shelf>().table::<Book>().table::<Note>().schema().unwrap_err();
    assert!(matches!(error, MetadataError::NoPrimaryKey { .. }));

    let error = Metadata::new().table::<Shelf>().table::<Pair>().schema().unwrap_err();
    assert!(matches!(error, MetadataError::ColumnCount { from: 2, to: 1, .. }));
}

#[test]
fn two_enums_with_the_same_name_must_be_equal() {
    mod other {
        use super::{Enum, Table};

        #[derive(Enum)]
        #[expect(dead_code, reason = "only its description is used")]
        enum State {
            Bad,
        }

        #[derive(Table)]
        #[expect(dead_code, reason = "only its description is used")]
        pub struct Bin {
            state: State,
        }
    }
    let error = Metadata::new().table::<Shelf>().table::<other::Bin>().schema().unwrap_err();
    assert!(matches!(error, MetadataError::Enum { name, .. } if name == "state"));
}

#[test]
fn a_former_name_that_is_in_use_is_reported() {
    #[derive(Table)]
    #[table(name = "racks")]
    #[expect(dead_code, reason = "only its description is used")]
    struct Rack {
        id: i64,
    }

    #[derive(Table)]
    #[table(name = "boards", renamed_from = "racks")]
    #[expect(dead_code, reason = "only its description is used")]
    struct Board {
        id: i64,
    }

    let (here, message) = schema_error(&Metadata::new().table::<Shelf>().table::<Rack>());
    assert!(here);
    assert!(message.starts_with("`renamed_from = \"racks\"` contradicts"), "{message}");
    assert!(message.ends_with("which still has that name"), "{message}");

    let (_, message) = schema_error(&Metadata::new().table::<Shelf>().table::<Board>());
    assert!(message.ends_with("which gives the same former name"), "{message}");
}

#[test]
fn a_sequence_must_belong_to_an_existing_column() {
    let owned = |column| {
        Metadata::new().table::<Shelf>().sequence(SequenceModel::new("s").owned_by("shelves", column))
    };
    assert!(owned("id").schema().unwrap().sequences.values().all(|sequence| sequence.owned_by.is_some()));
    let (here, message) = schema_error(&owned("number"));
    assert!(here);
    assert_eq!(message, "the table `shelves` has no column `number`");
}
