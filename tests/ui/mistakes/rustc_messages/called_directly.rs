#[approov_actix::approov_protected]
async fn handler(_: String) {}

pub async fn around_the_check(id: String) {
    handler(id).await
}
