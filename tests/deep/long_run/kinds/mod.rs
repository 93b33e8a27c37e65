//! All kinds of requests.

mod bindings;
mod http;
mod signatures;
mod tokens;

pub(crate) use signatures::{BODY_LIMIT, ORIGIN};

use crate::{
    maker::{Draft, Maker},
    shot::Shot,
};

/// A kind of request.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    /// How often it is drawn, against the others.
    weight: usize,
    has: Body,
    make: fn(&mut Maker<'_>) -> Draft,
}

/// What a behaviour asks of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    /// None.
    None,
    /// One of some bytes.
    Small,
    /// One, or a head, that no behaviour sends byte for byte.
    Large,
}

const fn kind(name: &'static str, weight: usize, has: Body, make: fn(&mut Maker<'_>) -> Draft) -> Kind {
    Kind {
        name,
        weight,
        has,
        make,
    }
}

/// What each must be answered with is in its function.
pub(crate) const KINDS: [Kind; 48] = [
    kind("open route", 12, Body::None, tokens::open_route),
    kind("open route, forged token", 4, Body::None, tokens::open_route_forged),
    kind("good token", 40, Body::None, tokens::good),
    kind("good token, Bearer", 8, Body::None, tokens::good_bearer),
    kind("good token again", 60, Body::None, tokens::good_again),
    kind("good token, 6 KB", 3, Body::None, tokens::good_long),
    kind("good token, for seconds", 12, Body::None, tokens::good_for_seconds),
    kind("good token, JSON", 12, Body::Small, tokens::good_json),
    kind("good token, JSON in chunks", 6, Body::Small, tokens::good_chunked),
    kind("good token, large JSON", 2, Body::Large, tokens::good_large_json),
    kind("once good, now not", 20, Body::None, tokens::once_good),
    kind("expired", 8, Body::None, tokens::expired),
    kind("not yet valid", 4, Body::None, tokens::not_yet_valid),
    kind("without expiry", 4, Body::None, tokens::without_expiry),
    kind("forged", 16, Body::None, tokens::forged),
    kind("forged, JSON", 6, Body::Small, tokens::forged_json),
    kind("forged, large JSON", 1, Body::Large, tokens::forged_large_json),
    kind("altered in one byte", 16, Body::None, tokens::altered),
    kind("alg none", 4, Body::None, tokens::alg_none),
    kind("forgotten key", 8, Body::None, tokens::forgotten_key),
    kind("key not yet published", 8, Body::None, tokens::unpublished_key),
    kind("key of nobody", 4, Body::None, tokens::key_of_nobody),
    kind("no token", 12, Body::None, tokens::none),
    kind("empty token", 6, Body::None, tokens::empty),
    kind("status word", 4, Body::None, tokens::status_word),
    kind("repeated token", 6, Body::None, tokens::repeated),
    kind("longer than 8 KiB", 3, Body::Large, tokens::too_long),
    kind("bound", 16, Body::None, bindings::good),
    kind("bound to another value", 8, Body::None, bindings::other_value),
    kind("bound, no value", 6, Body::None, bindings::no_value),
    kind("bound, repeated value", 4, Body::None, bindings::repeated_value),
    kind("not bound", 4, Body::None, bindings::unbound),
    kind("bound twice", 8, Body::None, bindings::double),
    kind("bound twice, swapped", 4, Body::None, bindings::double_swapped),
    kind("bound twice, one value", 4, Body::None, bindings::double_half),
    kind("signed", 14, Body::None, signatures::good),
    kind("signed, JSON", 14, Body::Small, signatures::good_json),
    kind("signed by the account", 6, Body::None, signatures::account),
    kind("signed, altered", 6, Body::None, signatures::altered),
    kind("signed by another", 6, Body::None, signatures::by_another),
    kind("signed, too old", 4, Body::None, signatures::too_old),
    kind("not signed", 6, Body::None, signatures::missing),
    kind("signed, other JSON", 6, Body::Small, signatures::other_json),
    kind("signed, too large", 1, Body::Large, signatures::too_large),
    kind("broken JSON", 3, Body::Small, http::broken_json),
    kind("malformed line", 2, Body::Large, http::malformed_line),
    kind("too many headers", 2, Body::Large, http::too_many_headers),
    kind("endless head", 1, Body::Large, http::endless_head),
];

impl Maker<'_> {
    /// Any request.
    pub(crate) fn draw(&mut self, connection: &str) -> Shot {
        self.draw_with(connection, &[Body::None, Body::Small, Body::Large])
    }

    /// A request with one of these bodies.
    pub(crate) fn draw_with(&mut self, connection: &str, bodies: &[Body]) -> Shot {
        let weight = |kind: &Kind| if bodies.contains(&kind.has) { kind.weight } else { 0 };
        let all: usize = KINDS.iter().map(weight).sum();
        let mut rest = fastrand::usize(..all);
        let mut drawn = 0;
        while rest >= weight(&KINDS[drawn]) {
            rest -= weight(&KINDS[drawn]);
            drawn += 1;
        }
        let draft = (KINDS[drawn].make)(self);
        Self::shot(drawn, draft, connection)
    }
}
