use approov_actix::approov_protected;

#[approov_protected]
struct Orders;

impl Orders {
    fn new() -> Self {
        Self
    }
}

fn main() {
    let _ = Orders::new();
}
