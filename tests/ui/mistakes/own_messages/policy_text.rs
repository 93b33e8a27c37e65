#[approov_actix::approov_protected(policy = "Orders")]
async fn handler() {}
