//! More than one line of a bound header: which one counts is nobody's to choose.

use serde_json::Value;

use super::{
    Case,
    Server::{Bound, BoundToTwo, Lenient, Unbound},
    make::{DEVICE, USER, bound, user, user_and_device, with_pay},
};

pub(super) fn rows(case: Case) -> Case {
    let two = |one: &str, other: &str| [user(one), user(other)].concat();
    let in_two_cases = [user(USER), format!("AUTHORIZATION: {USER}\r\n").into()].concat();
    let device = format!("x-device-id: {DEVICE}\r\n");
    let (joined, both) = (format!("{USER}{DEVICE}"), user_and_device(USER, DEVICE));
    case.at([Bound, Lenient])
        .kind("binding header twice")
        .lines([
            ("the same", bound(USER, two(USER, USER))),
            ("another", bound(USER, two(USER, "Bearer other"))),
            ("another first", bound(USER, two("Bearer other", USER))),
            ("an empty one", bound(USER, two(USER, ""))),
            ("an empty one first", bound(USER, two("", USER))),
            ("two empty ones", bound("", two("", ""))),
            ("in another case", bound(USER, in_two_cases)),
            ("bound to both", bound(format!("{USER}{USER}"), two(USER, USER))),
            (
                "bound to a list of both",
                bound(format!("{USER}, {USER}"), two(USER, USER)),
            ),
            ("a half in each", bound(USER, two(&USER[..10], &USER[10..]))),
            ("and no pay", with_pay(Value::Null, two(USER, USER))),
            ("three times", bound(USER, [two(USER, USER), user(USER)].concat())),
        ])
        .at([BoundToTwo])
        .kind("two headers")
        .lines([("the second twice", bound(&joined, [&both, device.as_bytes()].concat()))])
        .lines([("the first twice", bound(&joined, [both, user(USER)].concat()))])
        .passes()
        .at([Unbound])
        .kind("not asked for")
        .lines([("twice", with_pay("x", two("a", "b")))])
        .at([Bound, Lenient])
        .kind("once")
        .lines([("with a comma", bound("a, b", user("a, b")))])
}
