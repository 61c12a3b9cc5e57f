//! Generates an empty model in place of one with errors.

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

/// The trait to derive.
#[derive(Clone, Copy)]
pub enum Model {
    Table,
    Type,
}

/// Generates an empty implementation of the trait.
pub fn empty(input: &DeriveInput, model: Model) -> TokenStream {
    let ident = &input.ident;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    match model {
        Model::Table => quote! {
            #[automatically_derived]
            impl #impl_generics ::autogenerate::model::Table for #ident #type_generics #where_clause {
                const TABLE: ::autogenerate::model::TableModel = ::autogenerate::model::derive::EMPTY_TABLE;
            }
        },
        Model::Type => quote! {
            #[automatically_derived]
            impl #impl_generics ::autogenerate::model::SqlType for #ident #type_generics #where_clause {
                const TYPE: ::autogenerate::model::TypeModel = ::autogenerate::model::TypeModel::new("");
            }
            #[automatically_derived]
            impl #impl_generics ::autogenerate::model::Element for #ident #type_generics #where_clause {}
        },
    }
}
