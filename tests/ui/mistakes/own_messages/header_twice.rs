#[approov_actix::approov_protected(binding = ["Authorization", "X-Device-Id", "authorization"])]
async fn handler() {}
