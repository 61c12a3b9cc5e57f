//! Generates `impl SqlType` for domains and composite types.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Ident, LitStr, Type, spanned::Spanned};

use super::{
    table::check,
    tokens::{location, option, text},
};
use crate::ast::{Attribute, Composite, Domain};

/// Generates the constant that describes a domain.
pub fn domain(item: &Domain) -> TokenStream {
    let (rust_name, name) = (item.ident.to_string(), &item.name.name.value);
    let (schema, renamed_from) = (option(item.name.schema.as_ref()), text(item.renamed_from.as_ref()));
    let base = data_type(&item.inner, item.named.as_ref());
    let (collation, default) = (text(item.collation.as_ref()), text(item.default.as_ref()));
    let (not_null, checks) = (item.not_null, item.checks.iter().map(check));
    let (comment, location) = (option(item.comment.as_ref()), location(item.ident.span()));
    let definition = quote! {
        Domain(::autogenerate::model::DomainModel {
            rust_name: #rust_name,
            name: #name,
            schema: #schema,
            renamed_from: #renamed_from,
            base: #base,
            collation: #collation,
            default: #default,
            not_null: #not_null,
            checks: &[#(#checks),*],
            comment: #comment,
            location: #location,
        })
    };
    // A newtype around an `Option` is nullable.
    implementation(&item.ident, name, &definition, &quote!(#base.nullable), item.array)
}

/// Generates the constant that describes a composite type.
pub fn composite(item: &Composite) -> TokenStream {
    let (rust_name, name) = (item.ident.to_string(), &item.name.name.value);
    let (schema, renamed_from) = (option(item.name.schema.as_ref()), text(item.renamed_from.as_ref()));
    let attributes = item.attributes.iter().map(attribute);
    let (comment, location) = (option(item.comment.as_ref()), location(item.ident.span()));
    let definition = quote! {
        Composite(::autogenerate::model::CompositeModel {
            rust_name: #rust_name,
            name: #name,
            schema: #schema,
            renamed_from: #renamed_from,
            attributes: &[#(#attributes),*],
            comment: #comment,
            location: #location,
        })
    };
    implementation(&item.ident, name, &definition, &quote!(false), item.array)
}

fn implementation(
    ident: &Ident,
    name: &str,
    definition: &TokenStream,
    nullable: &TokenStream,
    array: bool,
) -> TokenStream {
    let array = array.then(|| {
        quote! {
            #[automatically_derived]
            impl ::autogenerate::model::Element for #ident {}
        }
    });
    quote! {
        #[automatically_derived]
        impl ::autogenerate::model::SqlType for #ident {
            const TYPE: ::autogenerate::model::TypeModel =
                ::autogenerate::model::TypeModel::new(#name).nullable(#nullable).defined({
                    const DEFINITION: &::autogenerate::model::TypeDefinition =
                        &::autogenerate::model::TypeDefinition::#definition;
                    DEFINITION
                });
        }
        #array
    }
}

fn attribute(attribute: &Attribute) -> TokenStream {
    let name = &attribute.name.value;
    let data_type = data_type(&attribute.rust, attribute.named.as_ref());
    let (collation, comment) = (text(attribute.collation.as_ref()), option(attribute.comment.as_ref()));
    quote! {
        ::autogenerate::model::AttributeModel {
            name: #name,
            data_type: #data_type,
            collation: #collation,
            comment: #comment,
        }
    }
}

/// The SQL type: the Rust type's, or the one that is named.
fn data_type(rust: &Type, named: Option<&LitStr>) -> TokenStream {
    if let Some(name) = named.map(LitStr::value) {
        quote!(::autogenerate::model::TypeModel::new(#name))
    } else {
        quote_spanned!(rust.span()=> <#rust as ::autogenerate::model::SqlType>::TYPE)
    }
}
