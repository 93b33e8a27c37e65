//! Requests without what their token is bound to.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let both = format!("{USER}{DEVICE}");
    let absent = "∅ | Authorization:␍␊ | Authorization:␠⇥␠␍␊ | Authorisation: USER␍␊ | Authorization_: USER␍␊
        X-Authorization: USER␍␊ | Proxy-Authorization: USER␍␊ | HTTP_AUTHORIZATION: USER␍␊ | X-Device-Id: USER␍␊
        X-Forwarded-Authorization: USER␍␊ | Cookie: Authorization=USER␍␊";
    let to_nothing = "∅ | Authorization:␍␊ | Authorization:␠⇥␠␍␊";
    let rows_of_two = [
        ("no second", bound(USER, user(USER))),
        ("no first", bound(DEVICE, format!("X-Device-Id: {DEVICE}\r\n"))),
        ("an empty second", bound(USER, user_and_device(USER, ""))),
        ("an empty first", bound(DEVICE, user_and_device("", DEVICE))),
        ("both values in the first", bound(&both, user(&both))),
        (
            "both values, and white space",
            bound(&both, user_and_device(&both, " \t")),
        ),
    ];
    let in_odd_case = format!("aUTHORIZATION: {USER}\r\n");
    case.at([Bound, Lenient])
        .lines("header", named(absent, |line| bound(USER, line.replace("USER", USER))))
        .lines("no header, and no pay", [("absent", with_pay(Value::Null, ""))])
        // The hash of nothing binds to nothing.
        .lines("bound to nothing", named(to_nothing, |line| bound("", line)))
        .at([BoundToTwo])
        .lines("two headers", rows_of_two)
        .passes()
        .lines("two headers", [("both", bound(&both, user_and_device(USER, DEVICE)))])
        .at([Bound, Lenient])
        .lines("header", [("in odd case", bound(USER, in_odd_case))])
        .at([Secret])
        .lines("not asked for", [("absent", bound(USER, ""))])
}
