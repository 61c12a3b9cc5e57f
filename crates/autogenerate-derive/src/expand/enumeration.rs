//! Generates `impl SqlType` for an enum.

use proc_macro2::TokenStream;
use quote::quote;

use super::tokens::{location, option, text};
use crate::ast::{Enum, Storage, TypeName, Value};

/// Generates the constant that describes an enum.
pub fn enumeration(item: &Enum) -> TokenStream {
    let ident = &item.ident;
    let rust_name = ident.to_string();
    let renamed_from = text(item.renamed_from.as_ref());
    let (name, storage) = match &item.storage {
        Storage::Type(TypeName { schema, name }) => {
            let (name, schema) = (&name.value, option(schema.as_ref()));
            let fields = quote!(name: #name, schema: #schema, renamed_from: #renamed_from);
            (name.clone(), quote!(Type { #fields }))
        }
        Storage::Text(name) => (name.value(), quote!(Text)),
    };
    let values = item.values.iter().map(value);
    let (comment, location) = (option(item.comment.as_ref()), location(ident.span()));
    quote! {
        #[automatically_derived]
        impl ::autogenerate::model::SqlType for #ident {
            const TYPE: ::autogenerate::model::TypeModel = ::autogenerate::model::TypeModel {
                name: #name,
                dimensions: 0,
                nullable: false,
                enumeration: ::core::option::Option::Some(&::autogenerate::model::EnumModel {
                    rust_name: #rust_name,
                    storage: ::autogenerate::model::EnumStorage::#storage,
                    values: &[#(#values),*],
                    comment: #comment,
                    location: #location,
                }),
                definition: ::core::option::Option::None,
            };
        }
        #[automatically_derived]
        impl ::autogenerate::model::Element for #ident {}
    }
}

fn value(value: &Value) -> TokenStream {
    let (rust_name, name) = (value.ident.to_string(), &value.name.value);
    let (renamed_from, location) = (text(value.renamed_from.as_ref()), location(value.ident.span()));
    quote! {
        ::autogenerate::model::ValueModel {
            rust_name: #rust_name,
            name: #name,
            renamed_from: #renamed_from,
            location: #location,
        }
    }
}
