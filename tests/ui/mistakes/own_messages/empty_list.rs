#[approov_actix::approov_protected(binding = [])]
async fn handler() {}
