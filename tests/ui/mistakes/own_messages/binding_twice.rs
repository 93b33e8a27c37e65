#[approov_actix::approov_protected(binding = "Authorization", binding = "X-Device-Id")]
async fn handler() {}
