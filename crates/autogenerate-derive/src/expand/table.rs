//! Generates `impl Table`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{GenericParam, LitStr, spanned::Spanned};

use super::tokens::{location, option, text, texts};
use crate::{
    ast::{Check, Column, Constraints, Deferral, Exclusion, ForeignKey, Index, Key, Partition, Table},
    text::Reference,
};

/// Generates the constant that describes a table, and assertions about its types.
pub fn table(item: &Table) -> TokenStream {
    let ident = &item.ident;
    let (impl_generics, type_generics, where_clause) = item.generics.split_for_impl();
    let (rust_name, name) = (ident.to_string(), &item.name.value);
    let (schema, renamed_from) = (text(item.schema.as_ref()), text(item.renamed_from.as_ref()));
    let columns = item.columns.iter().map(column);
    let constraints = constraints(&item.constraints);
    let partition_by = text(item.partition_by.as_ref());
    let partitions = item.partitions.iter().map(partition);
    let (unlogged, options) = (item.unlogged, text(item.options.as_ref()));
    let (comment, location) = (option(item.comment.as_ref()), location(ident.span()));
    let assertions = assertions(item);
    quote! {
        #[automatically_derived]
        impl #impl_generics ::autogenerate::model::Table for #ident #type_generics #where_clause {
            const TABLE: ::autogenerate::model::TableModel = ::autogenerate::model::TableModel {
                rust_name: #rust_name,
                name: #name,
                schema: #schema,
                renamed_from: #renamed_from,
                columns: &[#(#columns),*],
                #constraints
                partition_by: #partition_by,
                partitions: &[#(#partitions),*],
                unlogged: #unlogged,
                options: #options,
                comment: #comment,
                location: #location,
            };
        }
        #assertions
    }
}

/// Assertions about types that only the compiler can resolve.
fn assertions(item: &Table) -> TokenStream {
    let ident = &item.ident;
    let lifetimes =
        item.generics.params.iter().filter(|parameter| matches!(parameter, GenericParam::Lifetime(_)));
    let statics = lifetimes.map(|_| quote!('static));
    let table = quote!(<#ident<#(#statics),*> as ::autogenerate::model::Table>::TABLE);
    let identities = item.columns.iter().enumerate().filter_map(|(i, column)| {
        let (span, named) = (column.identity.as_ref()?.span, column.type_source.named.is_some());
        let check = quote_spanned!(span=> ::autogenerate::model::derive::assert_identity);
        Some(quote_spanned!(span=> const _: () = #check(#table.columns[#i].data_type, #named);))
    });
    let keys = item.constraints.primary_keys.iter().flat_map(|key| &key.columns).filter_map(|text| {
        let at = item.columns.iter().position(|column| column.name.value == text.value())?;
        let check = quote_spanned!(text.span()=> ::autogenerate::model::derive::assert_primary_key);
        Some(quote_spanned!(text.span()=> const _: () = #check(#table.columns[#at].data_type);))
    });
    quote!(#(#identities)* #(#keys)*)
}

fn column(column: &Column) -> TokenStream {
    let (rust_name, name) = (column.field.to_string(), &column.name.value);
    let data_type = data_type(column);
    let (collation, default) = (text(column.collation.as_ref()), text(column.default.as_ref()));
    let identity = option(column.identity.as_ref().map(|identity| {
        let kind = if identity.always { quote!(Always) } else { quote!(ByDefault) };
        quote!(::autogenerate::model::IdentityModel::#kind)
    }));
    let stored = column.is_virtual.is_none();
    let generated = option(column.generated.as_ref().map(|expression| {
        let expression = expression.value();
        quote!(::autogenerate::model::GeneratedModel { expression: #expression, stored: #stored })
    }));
    let renamed_from = text(column.renamed_from.as_ref());
    let (comment, location) = (option(column.comment.as_ref()), location(column.field.span()));
    quote! {
        ::autogenerate::model::ColumnModel {
            rust_name: #rust_name,
            name: #name,
            data_type: #data_type,
            collation: #collation,
            default: #default,
            identity: #identity,
            generated: #generated,
            renamed_from: #renamed_from,
            comment: #comment,
            location: #location,
        }
    }
}

/// Generates the SQL type: the Rust type's, or the one that is named. `nullable` overrides the
/// `Option`.
fn data_type(column: &Column) -> TokenStream {
    let (named, optional) =
        (column.type_source.named.as_ref().map(LitStr::value), column.type_source.optional);
    let data_type = match (&column.type_source.rust, named) {
        (None, named) => {
            let name = named.unwrap_or_else(|| "jsonb".to_owned());
            quote!(::autogenerate::model::TypeModel::new(#name).nullable(#optional))
        }
        (Some(rust), None) => quote_spanned!(rust.span()=> <#rust as ::autogenerate::model::SqlType>::TYPE),
        (Some(rust), Some(name)) => quote! {
            ::autogenerate::model::derive::named_type(
                {
                    // Only an unknown type needs the trait; naming it here avoids an unused import
                    // warning.
                    use ::autogenerate::model::derive::Unknown as __Unknown;
                    let _ = <::autogenerate::model::derive::Probe<#rust> as __Unknown>::TYPE;
                    ::autogenerate::model::derive::Probe::<#rust>::TYPE
                },
                #name,
                #optional,
            )
        },
    };
    match column.nullable {
        Some((nullable, _)) => quote!(#data_type.nullable(#nullable)),
        None => data_type,
    }
}

fn constraints(all: &Constraints) -> TokenStream {
    let primary_key = option(all.primary_keys.first().map(key));
    let uniques = all.uniques.iter().map(key);
    let foreign_keys = all.foreign_keys.iter().map(foreign_key);
    let checks = all.checks.iter().map(check);
    let exclusions = all.exclusions.iter().map(exclusion);
    let indexes = all.indexes.iter().map(index);
    quote! {
        primary_key: #primary_key,
        uniques: &[#(#uniques),*],
        foreign_keys: &[#(#foreign_keys),*],
        checks: &[#(#checks),*],
        exclusions: &[#(#exclusions),*],
        indexes: &[#(#indexes),*],
    }
}

fn deferral(deferral: Deferral) -> TokenStream {
    let variant = match deferral {
        Deferral::No => quote!(No),
        Deferral::Deferrable => quote!(Deferrable),
        Deferral::Deferred => quote!(Deferred),
    };
    quote!(::autogenerate::model::Deferral::#variant)
}

fn key(key: &Key) -> TokenStream {
    let (name, columns, include) = (text(key.name.as_ref()), texts(&key.columns), texts(&key.include));
    let (nulls_not_distinct, deferral) = (key.nulls_not_distinct, deferral(key.deferral));
    let (comment, location) = (text(key.comment.as_ref()), location(key.span));
    quote! {
        ::autogenerate::model::KeyModel {
            name: #name,
            columns: #columns,
            include: #include,
            nulls_not_distinct: #nulls_not_distinct,
            deferral: #deferral,
            comment: #comment,
            location: #location,
        }
    }
}

fn foreign_key(key: &ForeignKey) -> TokenStream {
    // Validation has already reported a reference that does not parse.
    let reference = Reference::parse(&key.references);
    let (schema, references, referenced) = match reference {
        Ok(Reference { schema, table, columns }) => (option(schema), table, columns),
        Err(_) => (option(None::<String>), String::new(), vec![]),
    };
    let (name, columns) = (text(key.name.as_ref()), texts(&key.columns));
    let (on_delete, on_update) =
        (action(key.actions.on_delete.as_ref()), action(key.actions.on_update.as_ref()));
    let (external, match_full, deferral) = (key.external, key.match_full, deferral(key.deferral));
    let (comment, location) = (text(key.comment.as_ref()), location(key.span));
    quote! {
        ::autogenerate::model::ForeignKeyModel {
            name: #name,
            columns: #columns,
            references_schema: #schema,
            references: #references,
            referenced: &[#(#referenced),*],
            external: #external,
            match_full: #match_full,
            on_delete: #on_delete,
            on_update: #on_update,
            deferral: #deferral,
            comment: #comment,
            location: #location,
        }
    }
}

/// Converts the key words to upper case, and leaves a column list as it is.
fn action(action: Option<&LitStr>) -> TokenStream {
    option(action.map(|action| {
        let action = action.value();
        match action.split_once(" (") {
            Some((words, columns)) => format!("{} ({columns}", words.to_uppercase()),
            None => action.to_uppercase(),
        }
    }))
}

/// The description of a check constraint.
pub fn check(check: &Check) -> TokenStream {
    let (name, expression) = (text(check.name.as_ref()), check.expression.value());
    let (comment, location) = (text(check.comment.as_ref()), location(check.span));
    quote! {
        ::autogenerate::model::CheckModel { name: #name, expression: #expression, comment: #comment, location: #location }
    }
}

fn exclusion(exclusion: &Exclusion) -> TokenStream {
    let (name, using) = (text(exclusion.name.as_ref()), text(exclusion.using.as_ref()));
    let (elements, predicate) = (texts(&exclusion.elements), text(exclusion.predicate.as_ref()));
    let deferral = deferral(exclusion.deferral);
    let (comment, location) = (text(exclusion.comment.as_ref()), location(exclusion.span));
    quote! {
        ::autogenerate::model::ExclusionModel {
            name: #name,
            using: #using,
            elements: #elements,
            predicate: #predicate,
            deferral: #deferral,
            comment: #comment,
            location: #location,
        }
    }
}

fn index(index: &Index) -> TokenStream {
    let (name, elements, using) =
        (text(index.name.as_ref()), texts(&index.elements), text(index.using.as_ref()));
    let (unique, include, predicate) = (index.unique, texts(&index.include), text(index.predicate.as_ref()));
    let (options, nulls_not_distinct) = (text(index.options.as_ref()), index.nulls_not_distinct);
    let (comment, location) = (text(index.comment.as_ref()), location(index.span));
    quote! {
        ::autogenerate::model::IndexModel {
            name: #name,
            elements: #elements,
            using: #using,
            unique: #unique,
            include: #include,
            predicate: #predicate,
            options: #options,
            nulls_not_distinct: #nulls_not_distinct,
            comment: #comment,
            location: #location,
        }
    }
}

fn partition(partition: &Partition) -> TokenStream {
    let (name, values) = (partition.name.value(), text(partition.values.as_ref()));
    let (comment, location) = (text(partition.comment.as_ref()), location(partition.span));
    quote! {
        ::autogenerate::model::PartitionModel { name: #name, values: #values, comment: #comment, location: #location }
    }
}
