//! Converts values to tokens.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::LitStr;

/// The source location of `span`.
pub fn location(span: Span) -> TokenStream {
    let (file, line) = (quote_spanned!(span=> ::core::file!()), quote_spanned!(span=> ::core::line!()));
    quote!(::autogenerate::model::Location { file: #file, line: #line })
}

/// An `Option`.
pub fn option<T: quote::ToTokens>(value: Option<T>) -> TokenStream {
    value.map_or_else(
        || quote!(::core::option::Option::None),
        |value| quote!(::core::option::Option::Some(#value)),
    )
}

/// An optional string. It carries no span: an error about it is not an error in the literal.
pub fn text(value: Option<&LitStr>) -> TokenStream {
    option(value.map(LitStr::value))
}

/// A slice of strings.
pub fn texts(values: &[LitStr]) -> TokenStream {
    let values = values.iter().map(LitStr::value);
    quote!(&[#(#values),*])
}
