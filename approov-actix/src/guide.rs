#![doc = include_str!("guide/links.md")]
#![doc = include_str!("../docs/README.md")]

/// A page of `docs`. Its links lead to the pages here, because the first definition of a reference wins.
macro_rules! page {
    ($name:ident, $file:literal) => {
        #[doc = include_str!("guide/links.md")]
        #[doc = include_str!(concat!("../docs/", $file))]
        pub mod $name {}
    };
}

#[doc = include_str!("guide/links.md")]
#[doc = include_str!("../docs/overview.md")]
///
/// ## As a picture
#[doc = include_str!("../docs/overview.svg")]
pub mod overview {}

page!(token_check, "token-check.md");
page!(handlers, "handlers.md");
page!(middleware, "middleware.md");
page!(claims, "claims.md");
page!(token_binding, "token-binding.md");
page!(configuration, "configuration.md");
page!(refusals, "refusals.md");
page!(refusal_codes, "refusal-codes.md");
page!(refusal_codes_signatures, "refusal-codes-signatures.md");
page!(roll_out, "roll-out.md");
page!(key_sets, "key-sets.md");
page!(key_sets_reference, "key-sets-reference.md");
page!(message_signing, "message-signing.md");
page!(message_signing_reference, "message-signing-reference.md");
page!(signatures_fail, "signatures-fail.md");
page!(single_use, "single-use.md");
page!(block_list, "block-list.md");
page!(testing, "testing.md");
page!(testing_recipes, "testing-recipes.md");
page!(neighbours, "neighbours.md");
page!(logs_and_metrics, "logs-and-metrics.md");
page!(deployment, "deployment.md");
page!(proxies, "proxies.md");
page!(kubernetes, "kubernetes.md");
page!(shapes_api, "shapes-api.md");
page!(from_python, "from-python.md");
page!(versions, "versions.md");

#[doc = include_str!("guide/links.md")]
#[doc = include_str!("../docs/performance.md")]
///
/// ## The plot
#[doc = include_str!("../docs/performance.svg")]
pub mod performance {}

page!(performance_lab, "performance-lab.md");
