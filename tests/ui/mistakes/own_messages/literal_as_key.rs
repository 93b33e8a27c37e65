#[approov_actix::approov_protected("Authorization")]
async fn handler() {}
