//! Values as tokens.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::LitStr;

/// Where something is, by its own span.
pub fn place(span: Span) -> TokenStream {
    let (file, line) = (quote_spanned!(span=> ::core::file!()), quote_spanned!(span=> ::core::line!()));
    quote!(::autogenerate::model::Place { file: #file, line: #line })
}

/// A value that may be missing.
pub fn option<T: quote::ToTokens>(value: Option<T>) -> TokenStream {
    value.map_or_else(
        || quote!(::core::option::Option::None),
        |value| quote!(::core::option::Option::Some(#value)),
    )
}

/// A text that may be missing. It has no span: what the compiler would say of it is not about the text.
pub fn text(value: Option<&LitStr>) -> TokenStream {
    option(value.map(LitStr::value))
}

/// Texts in a row.
pub fn texts(values: &[LitStr]) -> TokenStream {
    let values = values.iter().map(LitStr::value);
    quote!(&[#(#values),*])
}
