//! What the derives write.

mod enumeration;
mod newtype;
mod table;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::LitStr;

pub use self::{enumeration::enumeration, newtype::newtype, table::table};

/// Where something is, by its own span.
fn place(span: Span) -> TokenStream {
    let (file, line) = (quote_spanned!(span=> ::core::file!()), quote_spanned!(span=> ::core::line!()));
    quote!(::autogenerate::model::Place { file: #file, line: #line })
}

/// A value that may be missing.
fn option<T: quote::ToTokens>(value: Option<T>) -> TokenStream {
    value.map_or_else(
        || quote!(::core::option::Option::None),
        |value| quote!(::core::option::Option::Some(#value)),
    )
}

/// A text that may be missing. It has no span: what the compiler would say of it is not about the text.
fn text(value: Option<&LitStr>) -> TokenStream {
    option(value.map(LitStr::value))
}

/// Texts in a row.
fn texts(values: &[LitStr]) -> TokenStream {
    let values = values.iter().map(LitStr::value);
    quote!(&[#(#values),*])
}
