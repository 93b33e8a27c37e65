#[approov_actix::approov_protected(crate = "approov-actix")]
async fn handler() {}
