#[approov_actix::approov_protected(signature = required)]
async fn handler() {}
