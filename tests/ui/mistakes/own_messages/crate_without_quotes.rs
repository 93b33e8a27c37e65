#[approov_actix::approov_protected(crate = approov_actix)]
async fn handler() {}
