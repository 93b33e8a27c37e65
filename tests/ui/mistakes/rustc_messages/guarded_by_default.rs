#[approov_actix::approov_protected]
async fn handler() {}

pub fn around_the_check() {
    let _ = handler(Default::default());
}
