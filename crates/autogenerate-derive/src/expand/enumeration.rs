//! `impl SqlType` of an enum.

use proc_macro2::TokenStream;
use quote::quote;

use super::tokens::{option, place, text};
use crate::ast::{Enum, Storage, Value};

/// The description of an enum as a constant.
pub fn enumeration(item: &Enum) -> TokenStream {
    let ident = &item.ident;
    let rust_name = ident.to_string();
    let renamed_from = text(item.renamed_from.as_ref());
    let (name, storage) = match &item.storage {
        Storage::Type { schema, name } => {
            let (name, schema) = (&name.value, option(schema.as_ref()));
            let fields = quote!(name: #name, schema: #schema, renamed_from: #renamed_from);
            (name.clone(), quote!(Type { #fields }))
        }
        Storage::Text(name) => (name.value(), quote!(Text)),
    };
    let values = item.values.iter().map(value);
    let (comment, place) = (option(item.comment.as_ref()), place(ident.span()));
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
                    place: #place,
                }),
            };
        }
        #[automatically_derived]
        impl ::autogenerate::model::Element for #ident {}
    }
}

fn value(value: &Value) -> TokenStream {
    let (rust_name, name) = (value.ident.to_string(), &value.name.value);
    let (renamed_from, place) = (text(value.renamed_from.as_ref()), place(value.ident.span()));
    quote! {
        ::autogenerate::model::ValueModel {
            rust_name: #rust_name,
            name: #name,
            renamed_from: #renamed_from,
            place: #place,
        }
    }
}
