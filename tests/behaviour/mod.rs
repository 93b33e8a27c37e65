//! What the middleware, the guard and the extractor do, and what a configuration means.

mod acceptances;
mod binding;
mod bodies;
mod checks;
mod configuration;
mod connections;
mod events;
pub(crate) mod extractors;
mod layers;
mod middleware;
mod names;
pub(crate) mod nearest;
mod openapi;
mod remembered;
mod report;
pub(crate) mod signatures;
pub(crate) mod single_use;

use approov_actix::approov_protected;

#[approov_protected(binding = "Authorization")]
async fn bound() -> &'static str {
    "in"
}
