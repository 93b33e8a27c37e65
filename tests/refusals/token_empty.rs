//! The token header with nothing in it.

use super::{Case, Server::Authorization, make::good};
use crate::tables::cells;

pub(super) fn rows(case: Case) -> Case {
    let values = cells(r"∅ | ␠ | ⇥ | ␠␠⇥␠ | Bearer | bearer | BEARER | Bearer␠ | ⇥Bearer ⇥ | bEaReR␠␠␠␠␠").into_iter();
    let good = good();
    case.kind("nothing")
        .tokens(values.map(|value| (format!("{value:?}"), value)))
        .at([Authorization])
        .kind("Authorization")
        .lines([("Bearer alone", "Authorization: Bearer \r\n")])
        .passes()
        .at([super::Server::Secret])
        .tokens([
            ("alone", good.clone()),
            ("with a scheme", format!("Bearer {good}")),
            ("with a scheme in capitals", format!("BEARER {good}")),
            ("with a scheme in odd case", format!("bEaReR {good}")),
            ("with white space behind the scheme", format!("Bearer  \t {good}")),
            ("with white space around it", format!(" \t{good}\t ")),
            (
                "with white space around it and a scheme",
                format!(" \tBearer {good}\t "),
            ),
        ])
}
