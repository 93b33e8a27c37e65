#[approov_actix::approov_protected(signature = "always")]
async fn handler() {}
