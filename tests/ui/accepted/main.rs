//! What the attribute accepts, each shape with the lints that its crate could have.

#![deny(warnings)]
#![allow(
    unreachable_pub,
    clippy::many_single_char_names,
    clippy::unused_async,
    clippy::unwrap_used,
    reason = "handlers are written like this; a shape that is about a lint denies it itself"
)]

/// Under this name `arguments` finds the library.
extern crate approov_actix as renamed;

/// Functions are handlers if a route takes them.
macro_rules! handlers {
    ($app:ident: $($handler:expr),*) => { $($app.route("/", actix_web::web::to($handler));)* };
}

mod arguments;
mod bodies;
mod generics;
pub mod lints;
mod macros;
mod names;
mod parameters;
mod places;
mod routes;

#[test]
fn every_shape_is_a_handler() {
    let _ = actix_web::App::new()
        .configure(arguments::register)
        .configure(bodies::register)
        .configure(generics::register)
        .configure(lints::register)
        .configure(macros::register)
        .configure(names::register)
        .configure(parameters::register)
        .configure(places::register)
        .configure(routes::register);
}
