#[approov_actix::approov_protected(single_use = true, policy = TRANSFERS)]
async fn handler() {}
