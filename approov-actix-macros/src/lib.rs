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

/// Lets only requests of genuine apps reach a handler.
///
/// | written | meaning |
/// |---|---|
/// | `#[approov_protected]` | the application's default policy |
/// | `binding = "Authorization"` | the token must be bound to this header |
/// | `binding = ["Authorization", "X-Device-Id"]` | the token must be bound to these headers, in this order |
/// | `binding = false` | no binding, even if the application's default has one |
/// | `signature = "required"` | the request must carry a message signature (feature `message-signing`) |
/// | `signature = "if-able"` | the request must carry one if its token says that the app is able to sign |
/// | `signature = "strict"` | the request must carry one by the installation's own key, at most 60 seconds old, that covers the body |
/// | `signature = false` | signatures are ignored, even if the application's default requires them |
/// | `single_use = true` | each signed request is accepted only once; needs a required signature and a store |
/// | `single_use = false` | a signed request can be repeated, even if the application's default requires single use |
/// | `report = true` | failed checks of any kind are logged, and the request goes on |
/// | `report = false` | failed checks refuse the request, even if the application's default only reports |
/// | `policy = path::to::POLICY` | the policy in this `const` or `static` |
/// | `policy = path::to::Type` | the policy of this `RoutePolicy` |
/// | `crate = "path"` | the path of `approov-actix`, if the crate has another name in your code |
///
/// Settings that you leave open are inherited from the application's default policy. You cannot combine `policy` with
/// `binding`, `signature`, `single_use` or `report`.
///
/// If the last name of a path has no lower-case letter, as in `ORDERS` or `policies::ORDERS`, the path is that of a
/// `Policy`, or of a `static` that dereferences to a `Policy`, such as a `LazyLock<Policy>`. Any other path, including
/// a single letter, is that of a type. A last name that begins with a lower-case letter is an error.
///
/// You can put the attribute above or below `#[get]` and similar attributes, and on handlers that you register with
/// `web::get().to(handler)`. The handler keeps its return type, and up to sixteen parameters of any form.
/// `#[utoipa::path]` and `#[tracing::instrument]` with `fields` read the parameters, so put them above:
/// `#[utoipa::path]`, `#[get]`, `#[instrument]`, then this one.
///
/// In an `impl` block write `policy = Type` in place of `binding = "…"`, `signature = …`, `single_use = …`, `report =
/// …` and `policy = POLICY`, because an attribute there cannot add an item. `binding = false` works everywhere. The
/// type must be as visible as the handler; a `const` or `static` need not be.
///
/// # Examples
///
/// ```
/// use actix_web::{Responder, get, web};
/// use approov_actix::{ApproovClaims, approov_protected};
///
/// #[get("/orders/{id}")]
/// #[approov_protected(binding = "Authorization")]
/// async fn order(claims: ApproovClaims, id: web::Path<u32>) -> impl Responder {
///     format!("order {id} for device {}", claims.device_id().unwrap_or("unknown"))
/// }
/// # let _ = actix_web::App::new().service(order);
/// ```
///
/// A policy that several handlers share:
///
/// ```
/// use actix_web::{Responder, get, post};
/// use approov_actix::{Enforcement, Policy, approov_protected};
///
/// const ORDERS: Policy = Policy::new()
///     .binding(&["Authorization"])
///     .binding_enforcement(Enforcement::Report);
///
/// #[get("/orders")]
/// #[approov_protected(policy = ORDERS)]
/// async fn orders() -> impl Responder {
///     "orders"
/// }
///
/// #[post("/orders")]
/// #[approov_protected(policy = ORDERS)]
/// async fn new_order() -> impl Responder {
///     "ordered"
/// }
/// # let _ = actix_web::App::new().service(orders).service(new_order);
/// ```
///
/// # Security
///
/// With `report = true` everyone gets in. Use it only to roll out: there is no warning at start-up.
///
/// Without an `Approov` in the application's data or in a middleware around the handler, the answer is 500: the request
/// is never let in.
///
/// The check runs before the handler's own extractors: no byte of a refused request's body is read. A parameter of type
/// `Option<ApproovClaims>` makes nothing optional here.
///
/// The generated function takes one parameter that only a checked request can produce, so code that calls it to bypass
/// the check does not compile.
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

/// Up to edition 2021 the temporaries of a body's last expression outlive its variables, but not its parameters.
///
/// ```edition2021
/// use std::sync::Mutex;
///
/// #[actix_web::get("/")]
/// #[approov_actix::approov_protected]
/// async fn count(count: actix_web::web::Data<Mutex<u32>>) -> String {
///     count.lock().unwrap().to_string()
/// }
/// # let _ = actix_web::App::new().service(count);
/// ```
#[cfg(doctest)]
struct LastExpression;
