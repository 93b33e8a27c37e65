#[approov_actix::approov_protected(binding = ["Authorization", 5])]
async fn handler() {}
