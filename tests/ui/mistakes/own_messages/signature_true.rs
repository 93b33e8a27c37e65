#[approov_actix::approov_protected(signature = true)]
async fn handler() {}
