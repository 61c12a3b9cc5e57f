//! `impl SqlType` of a newtype.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{DeriveInput, Generics, LitStr, Type, parse_quote, spanned::Spanned};

/// The same type as the field's, or the one that is named.
pub fn newtype(input: &DeriveInput, inner: &Type, named: Option<&LitStr>, array: bool) -> TokenStream {
    let ident = &input.ident;
    let sql_type = bounded(&input.generics, inner, &parse_quote!(::autogenerate::model::SqlType));
    let element = bounded(&input.generics, inner, &parse_quote!(::autogenerate::model::Element));
    let of_inner = quote_spanned!(inner.span()=> <#inner as ::autogenerate::model::SqlType>::TYPE);
    let constant = match named.map(LitStr::value) {
        Some(name) => quote!(#of_inner.named(#name)),
        None => of_inner,
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

/// The generics with what the field's type has to be, where that depends on them.
fn bounded(generics: &Generics, inner: &Type, bound: &syn::Path) -> Generics {
    let mut generics = generics.clone();
    if generics.type_params().next().is_some() {
        generics.make_where_clause().predicates.push(parse_quote!(#inner: #bound));
    }
    generics
}
