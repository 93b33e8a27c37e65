//! Signatures that cover too little, though it may look like enough.

use super::{
    Case,
    Server::Signing,
    make::{install, order, signed},
};
use crate::{signing::Signature, tables::pairs};

pub(super) fn rows(case: Case) -> Case {
    let covering = |names: &str| install().covering(&order(), &names.split_whitespace().collect::<Vec<_>>());
    let with = |signature: Signature, identifier| signed(&[&signature.line(identifier, "1")]);
    let too_little = "nothing: ∅ | no method: @target-uri approov-token | no target: @method approov-token
        no token: @method @target-uri | no method, but the parts: @target-uri @authority @path @query approov-token
        no token, but the parts: @method @target-uri @authority @path @query
        no query: @method @authority @path approov-token | no path: @method @authority @query approov-token
        no authority: @method @path @query approov-token
        the request target alone: @method @request-target approov-token";
    let target = covering("@method @target-uri");
    let path = covering("@method @authority @path approov-token");
    let enough = "the least: @method @target-uri approov-token
        the target in parts: @method @authority @path @query approov-token";
    case.at([Signing])
        .whole(pairs(too_little, |names| signed(&[&covering(names)])))
        .whole([
            ("a parameter of the query", with(path, r#""@query-param";name="id""#)),
            ("a member of the token", with(target, r#""approov-token";key="a""#)),
        ])
        .passes()
        .whole(pairs(enough, |names| signed(&[&covering(names)])))
}
