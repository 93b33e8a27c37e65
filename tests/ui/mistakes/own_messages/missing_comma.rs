#[approov_actix::approov_protected(binding = "Authorization" crate = "approov_actix")]
async fn handler() {}
