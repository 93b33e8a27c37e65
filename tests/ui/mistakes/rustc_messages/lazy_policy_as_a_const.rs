use std::sync::LazyLock;

use approov_actix::Policy;

const ORDERS: LazyLock<Policy> = LazyLock::new(Policy::new);

#[approov_actix::approov_protected(policy = ORDERS)]
async fn handler() {}
