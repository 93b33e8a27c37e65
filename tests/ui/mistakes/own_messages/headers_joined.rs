#[approov_actix::approov_protected(binding = "Authorization, X-Device-Id")]
async fn handler() {}
