#[approov_actix::approov_protected(crate = "elsewhere")]
async fn handler() {}
