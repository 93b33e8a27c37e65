#[approov_actix::approov_protected(binding = AUTHORIZATION)]
async fn handler() {}
