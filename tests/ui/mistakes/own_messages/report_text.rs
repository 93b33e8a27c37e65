#[approov_actix::approov_protected(report = "true")]
async fn handler() {}
