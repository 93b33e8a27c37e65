#[approov_actix::approov_protected(policy = policies::Orders)]
async fn handler() {}
