#[approov_actix::approov_protected(binding("Authorization"))]
async fn handler() {}
