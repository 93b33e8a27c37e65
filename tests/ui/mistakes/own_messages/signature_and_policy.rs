#[approov_actix::approov_protected(signature = "required", policy = Policy)]
async fn handler() {}
