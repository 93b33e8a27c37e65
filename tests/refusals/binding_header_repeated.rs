//! More than one line of a bound header: which one counts is nobody's to choose.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let two = |one: &str, other: &str| [user(one), user(other)].concat();
    let both = user_and_device(USER, DEVICE);
    let repeated = [
        ("the same", bound(USER, two(USER, USER))),
        ("another", bound(USER, two(USER, "Bearer other"))),
        ("another first", bound(USER, two("Bearer other", USER))),
        ("an empty one", bound(USER, two(USER, ""))),
        ("an empty one first", bound(USER, two("", USER))),
        ("two empty ones", bound("", two("", ""))),
        (
            "in another case",
            bound(USER, format!("Authorization: {USER}\r\nAUTHORIZATION: {USER}\r\n")),
        ),
        ("bound to both", bound(USER.repeat(2), two(USER, USER))),
        (
            "bound to a list of both",
            bound(format!("{USER}, {USER}"), two(USER, USER)),
        ),
        ("a half in each", bound(USER, two(&USER[..10], &USER[10..]))),
        ("and no pay", with_pay(Value::Null, two(USER, USER))),
    ];
    let device = format!("x-device-id: {DEVICE}\r\n");
    let of_two = |more: Vec<u8>| bound(format!("{USER}{DEVICE}"), [&*both, &more].concat());
    case.at([Bound, Lenient])
        .lines("twice", repeated)
        .at([BoundToTwo])
        .lines("two headers", [("the first twice", of_two(user(USER)))])
        .lines("two headers", [("the second twice", of_two(device.into()))])
        .at([Secret])
        .passes()
        .lines("not asked for", [("twice", with_pay("x", two("a", "b")))])
        .at([Bound, Lenient])
        .lines("once", [("with a comma", bound("a, b", user("a, b")))])
}
