use approov_actix::Policy;

fn main() {
    let _ = Policy::new().try_binding("Authorization".chars());
}
