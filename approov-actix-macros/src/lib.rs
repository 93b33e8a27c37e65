//! The attribute `#[approov_protected]` of [approov-actix](https://docs.rs/approov-actix), which re-exports it.
//!
//! Depend on `approov-actix`; this crate's interface may change with any release.

#![warn(missing_docs)]

mod args;
mod expand;
#[cfg(test)]
#[allow(dead_code, reason = "only one rule of the file is compared")]
#[path = "../../approov-actix/src/policy/names.rs"]
mod library_names;

use proc_macro::TokenStream;
use quote::ToTokens as _;
use syn::{Error, Item, ItemFn};

// The tests compile its examples: a dev-dependency on approov-actix here would compile all of it a second time. Cargo
// asks for them here as well if it is told `--doc`.
#[cfg_attr(not(doctest), doc = include_str!("approov_protected.md"))]
#[proc_macro_attribute]
pub fn approov_protected(args: TokenStream, item: TokenStream) -> TokenStream {
    let original: proc_macro2::TokenStream = item.clone().into();
    let function = syn::parse::<ItemFn>(item.clone()).map_err(|error| match syn::parse::<Item>(item) {
        Ok(_) => Error::new(error.span(), "only a handler, an `async fn`, can be protected"),
        Err(_) => error,
    });
    let expanded = function.and_then(|function| expand::expand(&syn::parse(args)?, function));
    expanded
        // With the original beside the error, an editor still understands the file. The error stops the compiler
        // anyway.
        .unwrap_or_else(|error| {
            let mut tokens = error.into_compile_error();
            original.to_tokens(&mut tokens);
            tokens
        })
        .into()
}
