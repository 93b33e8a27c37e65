#[approov_actix::approov_protected(single_use = true, signature = "if-able")]
async fn handler() {}
