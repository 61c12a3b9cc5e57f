//! Generates `impl SqlType` for a newtype.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{DeriveInput, Generics, LitStr, Type, parse_quote, spanned::Spanned};

/// Generates the SQL type: the field's, or the one that is named.
pub fn newtype(input: &DeriveInput, inner: &Type, named: Option<&LitStr>, array: bool) -> TokenStream {
    let ident = &input.ident;
    let sql_type = add_bound(&input.generics, inner, &parse_quote!(::autogenerate::model::SqlType));
    let element = add_bound(&input.generics, inner, &parse_quote!(::autogenerate::model::Element));
    let inner_type = quote_spanned!(inner.span()=> <#inner as ::autogenerate::model::SqlType>::TYPE);
    let constant = match named.map(LitStr::value) {
        Some(name) => quote!(#inner_type.named(#name)),
        None => inner_type,
    };
    let (impl_generics, type_generics, where_clause) = sql_type.split_for_impl();
    let array = array.then(|| {
        let (impl_generics, type_generics, where_clause) = element.split_for_impl();
        quote! {
            #[automatically_derived]
            impl #impl_generics ::autogenerate::model::Element for #ident #type_generics #where_clause {}
        }
    });
    quote! {
        #[automatically_derived]
        impl #impl_generics ::autogenerate::model::SqlType for #ident #type_generics #where_clause {
            const TYPE: ::autogenerate::model::TypeModel = #constant;
        }
        #array
    }
}

/// Adds the bound on the field's type if that type is generic.
fn add_bound(generics: &Generics, inner: &Type, bound: &syn::Path) -> Generics {
    let mut generics = generics.clone();
    if generics.type_params().next().is_some() {
        generics.make_where_clause().predicates.push(parse_quote!(#inner: #bound));
    }
    generics
}
