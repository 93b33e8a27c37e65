#[approov_actix::approov_protected(policy = Policy::new().no_binding())]
async fn handler() {}
