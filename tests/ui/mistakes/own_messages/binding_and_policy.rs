#[approov_actix::approov_protected(binding = "Authorization", policy = Orders)]
async fn handler() {}
