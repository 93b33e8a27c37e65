#[approov_actix::approov_protected]
struct Orders;
