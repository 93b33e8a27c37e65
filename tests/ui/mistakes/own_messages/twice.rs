#[approov_actix::approov_protected(binding = "Authorization")]
#[approov_actix::approov_protected(binding = "X-Device-Id")]
async fn handler() {}
