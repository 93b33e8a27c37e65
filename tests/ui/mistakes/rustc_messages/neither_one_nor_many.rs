pub fn policy() {
    let _ = approov_actix::Policy::new().try_binding("Authorization".chars());
}
