//! What the brackets of the attribute may have in them.

use std::sync::LazyLock;

use actix_web::web;
use approov_actix::{Policy, approov_protected};

use self::policies::strict::Of;

mod policies {
    pub mod strict {
        use approov_actix::{Policy, RoutePolicy};

        pub const ORDERS: Policy = Policy::new().binding(&["Authorization"]);
        pub static ORDERS_2: Policy = ORDERS.report(true);

        pub struct Orders;

        impl RoutePolicy for Orders {
            fn policy() -> &'static Policy {
                &ORDERS_2
            }
        }

        pub struct Of<T>(T);

        impl<T: 'static> RoutePolicy for Of<T> {
            fn policy() -> &'static Policy {
                Orders::policy()
            }
        }
    }
}

mod r#loop {
    pub use super::policies::strict::Orders as r#Struct;
}

mod reexport {
    pub mod inner {
        pub use ::approov_actix as approov;
    }
}

static CONFIGURED: LazyLock<Policy> = LazyLock::new(|| {
    let names = vec!["X-Device-Id".to_owned()];
    Policy::new().try_binding(names).unwrap()
});

static BORROWED: &Policy = &policies::strict::ORDERS;

struct Orders;

impl Orders {
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
            $(app.route(stringify!($name), web::to($name));)*
        }
    };
}

accepted! {
    empty []
    binding [binding = "Authorization"]
    comma [binding = "Authorization",]
    list_of_one [binding = ["Authorization"]]
    two [binding = ["Authorization", "X-Device-Id"]]
    two_with_commas [binding = ["Authorization", "X-Device-Id",],]
    raw_string [binding = r"X-Device-Id"]
    odd_names [binding = ["x", "x-Y_z.09"]]
    unbound [binding = false]
    signature_required [signature = "required"]
    signature_if_able [binding = "Authorization", signature = "if-able"]
    signature_strict [signature = "strict"]
    no_signature [signature = false, binding = false,]
    report [report = true]
    no_report [report = false,]
    report_of_all [report = true, signature = "strict", binding = false]
    type_with_path [policy = policies::strict::Orders]
    type_with_comma [policy = crate::arguments::policies::strict::Orders,]
    generic_type [policy = self::Of<Vec<u8>>]
    turbofish [policy = Of::<(u8, [u8; 4])>]
    raw_type [policy = r#loop::r#Struct]
    constant [policy = policies::strict::ORDERS]
    in_a_static [policy = crate::arguments::policies::strict::ORDERS_2,]
    lazy [policy = CONFIGURED]
    borrowed [policy = self::BORROWED]
    associated [policy = Orders::POLICY]
    with_crate [binding = "Authorization", crate = "approov_actix"]
    crate_first [crate = "::approov_actix", binding = false]
    renamed [crate = "renamed"]
    path_of_crate [crate = "crate::renamed", binding = "Authorization"]
    reexported [binding = ["Authorization"], crate = "reexport::inner::approov"]
}
