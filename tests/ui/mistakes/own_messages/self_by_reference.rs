struct Orders;

impl Orders {
    #[approov_actix::approov_protected]
    async fn handler(&self) {}
}
