//! What the brackets of the attribute may have in them.

use std::sync::LazyLock;

use actix_web::web;
use approov_actix::{Policy, RoutePolicy, approov_protected};

mod policies {
    use approov_actix::Policy;

    pub const ORDERS: Policy = Policy::new().binding(&["Authorization"]);
    pub static ORDERS_2: Policy = ORDERS.report(true);
}

mod reexport {
    pub use ::approov_actix as approov;
}

static CONFIGURED: LazyLock<Policy> = LazyLock::new(|| Policy::new().try_binding("X-Device-Id".to_owned()).unwrap());

static BORROWED: &Policy = &policies::ORDERS;

struct Of<T>(T);

impl<T: 'static> RoutePolicy for Of<T> {
    fn policy() -> &'static Policy {
        BORROWED
    }
}

impl Of<()> {
    const POLICY: Policy = Policy::new().no_binding();
}

macro_rules! accepted {
    ($($name:ident [$($arguments:tt)*])*) => {
        $(
            #[approov_protected($($arguments)*)]
            async fn $name() -> &'static str {
                "in"
            }
        )*

        pub(super) fn register(app: &mut web::ServiceConfig) {
            handlers! { app: $($name),* }
        }
    };
}

accepted! {
    empty []
    binding [binding = "Authorization"]
    two_with_commas [binding = ["Authorization", "X-Device-Id",],]
    odd_names [binding = [r"x", "x-Y_z.09"]]
    unbound [binding = false]
    signature_required [signature = "required", single_use = true]
    signature_if_able [binding = "Authorization", signature = "if-able"]
    no_signature [signature = false, binding = false,]
    report [report = true]
    report_of_all [report = true, signature = "strict", binding = false]
    generic_type [policy = self::Of<Vec<u8>>]
    turbofish [policy = crate::arguments::Of::<(u8, [u8; 4])>,]
    constant [policy = policies::ORDERS]
    in_a_static [policy = crate::arguments::policies::ORDERS_2,]
    lazy [policy = CONFIGURED]
    borrowed [policy = self::BORROWED]
    associated [policy = Of::POLICY]
    with_crate [binding = "Authorization", crate = "approov_actix"]
    crate_first [crate = "::approov_actix", binding = false]
    renamed [crate = "renamed"]
    reexported [binding = ["Authorization"], crate = "reexport::approov"]
}
