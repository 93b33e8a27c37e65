//! The handler, rewritten.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{
    Attribute, Block, Error, FnArg, Ident, ItemFn, Pat, PatType, Path, Result, ext::IdentExt as _, parse_quote,
    spanned::Spanned as _,
};

use crate::args::{Args, BindingArg, SignatureArg};

/// The most parameters that actix supports.
const MAX_PARAMETERS: usize = 16;

/// Replaces the parameters `A, B, …` with the one parameter `Guarded<Policy, (A, B, …)>`, which the first lines of the
/// body unpack.
pub(crate) fn expand(args: &Args, mut function: ItemFn) -> Result<TokenStream> {
    refuse_unsuitable(&function)?;
    let krate = args.krate.clone().unwrap_or_else(|| parse_quote!(::approov_actix));
    let (policy, policy_item) = policy(args, &function, &krate);

    let parameters = parameters(&function)?;
    let types = parameters.iter().map(|parameter| &parameter.ty);
    let guarded = format_ident!("__approov_guarded", span = Span::mixed_site());
    let parameter: FnArg = parse_quote!(#guarded: #krate::__private::Guarded<#policy, (#(#types,)*)>);
    let lets = unpack(&guarded, &parameters);
    let body = &function.block;
    // A match arm, so that the body's items and temporaries stay inside it and do not outlive the parameters.
    let block: Block = parse_quote!({ #lets match () { () => #body } });

    function.sig.inputs = std::iter::once(parameter).collect();
    function.block.stmts = block.stmts;
    Ok(quote!(#policy_item #function))
}

/// The first lines of the body, which unpack the guarded tuple into the handler's own patterns.
fn unpack(guarded: &Ident, parameters: &[PatType]) -> TokenStream {
    let mut elements = Vec::new();
    let mut lets = Vec::new();
    for (i, PatType { attrs, pat, .. }) in parameters.iter().enumerate() {
        if attrs.is_empty() && matches!(**pat, Pat::Ident(_)) {
            elements.push(quote!(#pat));
        } else {
            // With a name of its own, a value that the pattern does not bind lives as long as a parameter would.
            let value = format_ident!("__approov_{i}", span = Span::mixed_site());
            lets.push(quote!(#(#attrs)* let #pat = #value;));
            elements.push(quote!(#value));
        }
    }
    quote! {
        let (#(#elements,)*) = #guarded.into_inner();
        #(#lets)*
    }
}

fn refuse_unsuitable(function: &ItemFn) -> Result<()> {
    let is_protected = |attribute: &&Attribute| {
        let name = attribute.path().segments.last();
        name.is_some_and(|name| name.ident == "approov_protected")
    };
    if let Some(second) = function.attrs.iter().find(is_protected) {
        return Err(Error::new_spanned(second, "this handler is protected already"));
    }
    let signature = &function.sig;
    if signature.asyncness.is_none() {
        return Err(Error::new(signature.fn_token.span, "a handler must be an `async fn`"));
    }
    if let Some(receiver) = signature.receiver() {
        return Err(Error::new_spanned(
            receiver,
            "a handler cannot take `self`; take `web::Data<Self>` instead",
        ));
    }
    if let Some(parameter) = signature.inputs.iter().nth(MAX_PARAMETERS) {
        return Err(Error::new_spanned(
            parameter,
            "actix handlers have at most 16 parameters",
        ));
    }
    Ok(())
}

fn parameters(function: &ItemFn) -> Result<Vec<PatType>> {
    function
        .sig
        .inputs
        .iter()
        .filter_map(|input| match input {
            FnArg::Typed(parameter) => Some(parameter),
            FnArg::Receiver(_) => None,
        })
        .map(|parameter| {
            let is_cfg = |attribute: &&Attribute| attribute.path().is_ident("cfg");
            match parameter.attrs.iter().find(is_cfg) {
                Some(cfg) => Err(Error::new_spanned(
                    cfg,
                    "a parameter of a protected handler cannot be conditional; put `#[cfg]` on the handler",
                )),
                None => Ok(parameter.clone()),
            }
        })
        .collect()
}

/// The policy's type, and the item that declares it, if there is one.
fn policy(args: &Args, function: &ItemFn, krate: &Path) -> (TokenStream, TokenStream) {
    let value = match args {
        Args { policy: Some(path), .. } if is_value(path, function) => {
            // With the path's span, so that an error about the value's type points there.
            quote_spanned!(path.span()=> &#path)
        }
        Args { policy: Some(path), .. } => return (quote!(#path), quote!()),
        Args {
            binding: None,
            signature: None,
            single_use: None,
            report: None,
            ..
        } => return (quote!(#krate::__private::DefaultPolicy), quote!()),
        Args {
            binding: Some(BindingArg::Nothing),
            signature: None,
            single_use: None,
            report: None,
            ..
        } => return (quote!(#krate::__private::UnboundPolicy), quote!()),
        Args {
            binding,
            signature,
            single_use,
            report,
            ..
        } => {
            let binding = binding.as_ref().map(call_for_binding);
            let signature = signature.as_ref().map(|signature| call_for_signature(signature, krate));
            let single_use = single_use.as_ref().map(|single_use| quote!(.single_use(#single_use)));
            let report = report.as_ref().map(|report| quote!(.report(#report)));
            quote! {{
                static POLICY: #krate::Policy = #krate::Policy::new() #binding #signature #single_use #report;
                &POLICY
            }}
        }
    };
    let name = &function.sig.ident;
    let policy = format_ident!("__ApproovPolicy_{}", name, span = Span::call_site());
    // As visible as the handler, because it is in the handler's signature.
    let visibility = &function.vis;
    let item = quote! {
        #[doc(hidden)]
        #[non_exhaustive]
        #visibility struct #policy;

        impl #krate::RoutePolicy for #policy {
            fn policy() -> &'static #krate::Policy {
                #value
            }
        }
    };
    (quote!(#policy), item)
}

/// Whether the path is that of a `const` or `static`: its last name has an upper-case letter and no lower-case one. A
/// single letter is a type parameter, perhaps of the `impl` block around, and only a type has generic arguments.
fn is_value(path: &Path, function: &ItemFn) -> bool {
    let Some(last) = path.segments.last() else {
        return false;
    };
    let is_parameter = |ident: &Ident| {
        function
            .sig
            .generics
            .type_params()
            .any(|parameter| parameter.ident == *ident)
    };
    let name = last.ident.unraw().to_string();
    last.arguments.is_none()
        && name.chars().nth(1).is_some()
        && name.contains(char::is_uppercase)
        && !name.contains(char::is_lowercase)
        && !path.get_ident().is_some_and(is_parameter)
}

fn call_for_binding(binding: &BindingArg) -> TokenStream {
    match binding {
        BindingArg::Nothing => quote!(.no_binding()),
        BindingArg::Headers(headers) => quote!(.binding(&[#(#headers),*])),
    }
}

fn call_for_signature(signature: &SignatureArg, krate: &Path) -> TokenStream {
    let constructor = match signature {
        SignatureArg::Off => return quote!(.no_signature()),
        SignatureArg::IfAble => quote!(if_able),
        SignatureArg::Required => quote!(required),
        SignatureArg::Strict => quote!(strict),
    };
    quote!(.signature(#krate::SignaturePolicy::#constructor()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_values_from_types() {
        let function: ItemFn = parse_quote!(
            async fn handler<P, LONG>() {}
        );
        for (path, expected) in [
            ("ORDERS", true),
            ("policies::ORDERS_2", true),
            ("Orders::POLICY", true),
            ("crate::ÄMTER", true),
            ("r#ORDERS", true),
            ("other::LONG", true),
            ("Orders", false),
            ("POLICIES::Orders", false),
            ("Self", false),
            ("P", false),
            ("Q", false),
            ("LONG", false),
            ("API<u8>", false),
            ("API<>", false),
            ("型型", false),
        ] {
            let parsed: Path = syn::parse_str(path).unwrap();
            assert_eq!(is_value(&parsed, &function), expected, "{path}");
        }
    }
}
