#[approov_actix::approov_protected(policy = ORDERS, report = false)]
async fn handler() {}
