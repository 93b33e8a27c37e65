//! Requests without what their token is bound to.

use serde_json::Value;

use super::{
    Case,
    Server::{Bound, BoundToTwo, Lenient, Unbound},
    make::{DEVICE, USER, bound, user, user_and_device, with_pay},
};
use crate::tables::named;

pub(super) fn rows(case: Case) -> Case {
    let both = format!("{USER}{DEVICE}");
    let line = |line: String| (format!("{line:?}"), bound(USER, line));
    let elsewhere = named(
        "Authorisation | Authorization_ | X-Authorization | Proxy-Authorization | HTTP_AUTHORIZATION
        X-Forwarded-Authorization | X-Device-Id",
        |name| line(format!("{name}: {USER}\r\n")),
    );
    let empty = ["", "Authorization:\r\n", "Authorization: \t \r\n"];
    let of_nothing = ["absent", "empty", "white space"].into_iter().zip(empty);
    case.at([Bound, Lenient])
        .kind("binding header")
        .lines(empty.map(|empty| line(empty.to_owned())))
        .lines(elsewhere.into_iter().map(|(_, row)| row))
        .lines([line(format!("Cookie: Authorization={USER}\r\n"))])
        // The hash of nothing binds to nothing.
        .kind("binding to nothing")
        .lines(of_nothing.map(|(name, line)| (name, bound("", line))))
        .kind("binding header")
        .lines([("absent, and no pay", with_pay(Value::Null, ""))])
        .at([BoundToTwo])
        .kind("two headers")
        .lines([
            ("no second", bound(USER, user(USER))),
            ("no first", bound(DEVICE, format!("X-Device-Id: {DEVICE}\r\n"))),
            ("an empty second", bound(USER, user_and_device(USER, ""))),
            ("an empty first", bound(DEVICE, user_and_device("", DEVICE))),
            ("both values in the first", bound(&both, user(&both))),
            (
                "both values, and white space",
                bound(&both, user_and_device(&both, " \t")),
            ),
        ])
        .passes()
        .lines([("both", bound(&both, user_and_device(USER, DEVICE)))])
        .at([Bound, Lenient])
        .kind("binding header")
        .lines([("in odd case", bound(USER, format!("aUTHORIZATION: {USER}\r\n")))])
        .at([Unbound])
        .kind("not asked for")
        .lines([
            ("absent", bound(USER, "")),
            ("of nothing", bound("", "")),
            ("empty", with_pay("", "")),
        ])
}
