#[approov_actix::approov_protected(policy = orders)]
async fn handler() {}
