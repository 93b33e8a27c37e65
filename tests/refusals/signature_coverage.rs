//! Signatures that cover too little, though it may look like enough.

use super::prelude::*;

pub(super) fn rows(case: Case) -> Case {
    let covering = |names: &str| install().covering(&order(), &names.split_whitespace().collect::<Vec<_>>());
    let too_little = "∅ | @target-uri approov-token | @method approov-token | @method @target-uri
        @target-uri @authority @path @query approov-token | @method @target-uri @authority @path @query
        @method @authority @path approov-token | @method @authority @query approov-token
        @method @path @query approov-token | @method @request-target approov-token";
    let id = covering("@method @authority @path approov-token").line(r#""@query-param";name="id""#, "1");
    let member = covering("@method @target-uri").line(r#""approov-token";key="a""#, "1");
    let enough = "@method @target-uri approov-token | @method @authority @path @query approov-token";
    case.at([Signing])
        .signed("nothing but", named(too_little, covering))
        .signed("a part", [("of the query", id), ("of the token", member)])
        .passes()
        .signed("nothing but", named(enough, covering))
}
