#[approov_actix::approov_protected(policy = ORDERS)]
async fn handler() {}
