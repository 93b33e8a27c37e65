//! The wrong number of segments, other serialisations, and sizes.

use serde_json::json;

use super::{Attack, HEADER, all, encode, good, members, message_and_signature, payload, sign, sign_segments};

/// The longest token that is read.
const MAX_LENGTH: usize = 8192;

pub(super) fn rows() -> Vec<Attack> {
    [
        segments(),
        other_serialisations(),
        encrypted(),
        nested(),
        sizes(),
        bombs(),
    ]
    .concat()
}

fn segments() -> Vec<Attack> {
    let (header, payload) = (encode(HEADER), encode(payload()));
    let (_, signature) = message_and_signature();
    let signature = encode(signature);
    let (h, p, s) = (header.as_str(), payload.as_str(), signature.as_str());
    let dots = |count: usize| ".".repeat(count);
    let mut rows = all(
        "segments",
        "token_malformed",
        [
            ("header", h.to_owned()),
            ("payload", p.to_owned()),
            ("header, payload", format!("{h}.{p}")),
            ("header, signature", format!("{h}.{s}")),
            ("one dot", dots(1)),
            ("two dots", dots(2)),
            ("three dots", dots(3)),
            ("five dots", dots(5)),
            ("1000 dots", dots(1000)),
            ("as many dots as fit", dots(MAX_LENGTH)),
            ("no header", format!(".{p}.{s}")),
            ("a dot more before", format!(".{h}.{p}.{s}")),
            ("a dot more behind", format!("{h}.{p}.{s}.")),
            ("a dot more after the header", format!("{h}..{p}.{s}")),
            ("a dot more after the payload", format!("{h}.{p}..{s}")),
            ("two signatures", format!("{h}.{p}.{s}.{s}")),
            ("two signatures, one empty", format!("{h}.{p}..{s}")),
            ("six", format!("{h}.{p}.{s}.{h}.{p}.{s}")),
            ("seven", format!("{h}.{p}.{s}.{h}.{p}.{s}.")),
            ("a token and many dots", format!("{h}.{p}.{s}{}", dots(2000))),
            ("separated by commas", format!("{h},{p},{s}")),
            ("separated by spaces", format!("{h} {p} {s}")),
            ("separated by dots and spaces", format!("{h}. {p}. {s}")),
            ("separated by %2E", format!("{h}%2E{p}%2E{s}")),
            ("separated by another dot", format!("{h}\u{2024}{p}\u{2024}{s}")),
            (
                "separated by ideographic full stops",
                format!("{h}\u{3002}{p}\u{3002}{s}"),
            ),
            ("separated by line breaks and dots", format!("{h}.\r\n{p}.\r\n{s}")),
            ("payload first", format!("{s}.{h}.{p}")),
            ("a signed token without payload", sign_segments(h, "")),
            ("a signed token of nothing", sign_segments("", "")),
            ("a signed token without header", sign_segments("", p)),
        ],
    );
    // Whoever has only the form right has no signature.
    rows.extend(all(
        "segments",
        "token_signature",
        [
            ("header alone with its dots", format!("{h}..")),
            ("header, no payload, signature", format!("{h}..{s}")),
            ("header, payload, nothing", format!("{h}.{p}.")),
            ("header twice", format!("{h}.{h}.{s}")),
        ],
    ));
    rows.extend(all(
        "segments",
        "token_algorithm",
        [
            ("payload, header", format!("{p}.{h}.{s}")),
            ("payload twice", sign_segments(p, p)),
        ],
    ));
    rows
}

/// RFC 7515, section 7.2, and what parsers of both forms were once deceived with.
fn other_serialisations() -> Vec<Attack> {
    let (header, payload) = (encode(HEADER), encode(payload()));
    let (_, signature) = message_and_signature();
    let signature = encode(signature);
    let flattened = json!({ "protected": header, "payload": payload, "signature": signature });
    let signatures = json!([{ "protected": header, "signature": signature }]);
    let general = json!({ "payload": payload, "signatures": signatures });
    let unprotected = json!({ "header": { "alg": "none" }, "payload": payload, "signature": "" });
    // CVE-2022-39227: JSON to one parser, the compact form to another.
    let both = json!({
        format!("  {header}.{payload}."): "",
        "protected": header, "payload": payload, "signature": signature,
    });
    all(
        "serialisation",
        "token_malformed",
        [
            ("flattened", flattened.to_string()),
            ("general", general.to_string()),
            ("unprotected header", unprotected.to_string()),
            ("JSON and compact at once", both.to_string()),
            ("a list of tokens", json!([good()]).to_string()),
            ("a JSON string", json!(good()).to_string()),
            ("flattened in base64url", encode(flattened.to_string())),
            ("a whole token in base64url", encode(good())),
            ("not encoded", format!("{HEADER}.{}.{signature}", super::payload())),
            (
                "PASETO",
                "v2.local.97TTOvgwIxNGvV80XKiGZg_kD3tsXM_-qB4dZGHOeN1cTkgQ4Pn".to_owned(),
            ),
            (
                "Fernet",
                "gAAAAABh0jHLzXq9tT7CbkSVQx0d8sPq3zDc4mDc2bGm0VwvVtQ==".to_owned(),
            ),
            ("SWT", "exp=4102444800&HMACSHA256=AAAA".to_owned()),
            (
                "a certificate",
                "-----BEGIN CERTIFICATE----- MIIB -----END CERTIFICATE-----".to_owned(),
            ),
        ],
    )
}

/// RFC 7516: five segments, whatever they are.
fn encrypted() -> Vec<Attack> {
    let five = |header: serde_json::Value| format!("{}.a2V5.aXYx.Y2lwaGVy.dGFn", encode(header.to_string()));
    all(
        "encrypted",
        "token_encrypted",
        [
            ("dir", five(json!({ "alg": "dir", "enc": "A256GCM" }))),
            ("RSA-OAEP", five(json!({ "alg": "RSA-OAEP", "enc": "A128CBC-HS256" }))),
            (
                "dir, compressed",
                five(json!({ "alg": "dir", "enc": "A256GCM", "zip": "DEF" })),
            ),
            // Whoever derives the key first computes for minutes.
            (
                "PBES2",
                five(json!({ "alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": 2_147_483_647, "p2s": "AAAA" })),
            ),
            (
                "ECDH-ES",
                five(json!({ "alg": "ECDH-ES", "enc": "A256GCM", "epk": { "kty": "EC" } })),
            ),
            (
                "with the header of a good token",
                five(json!({ "alg": "HS256", "typ": "JWT" })),
            ),
            ("a good token and two segments", format!("{}.a.b", good())),
            ("a good token and two empty segments", format!("{}..", good())),
            ("two empty segments and a good token", format!("..{}", good())),
            ("four dots", "....".to_owned()),
            ("five letters", "a.b.c.d.e".to_owned()),
        ],
    )
}

/// A token in a token, each well signed.
fn nested() -> Vec<Attack> {
    let with = |member: &str, payload: String| sign(format!(r#"{{"alg":"HS256",{member}}}"#), payload);
    all(
        "nested",
        "token_malformed",
        [
            ("a token as payload", with(r#""cty":"JWT""#, good())),
            ("a token as payload, not said", with(r#""typ":"JWT""#, good())),
            (
                "a token as payload, in a string",
                with(r#""cty":"JWT""#, json!(good()).to_string()),
            ),
            ("a token as header", sign(good(), payload())),
            (
                "an encrypted token as payload",
                with(r#""cty":"JWT""#, "a.b.c.d.e".to_owned()),
            ),
        ],
    )
}

fn sizes() -> Vec<Attack> {
    let good = good();
    let long = |length: usize| format!("{good}{}", "A".repeat(length - good.len()));
    let mut rows = all(
        "size",
        "token_too_long",
        [
            ("one byte too many", long(MAX_LENGTH + 1)),
            ("one byte too many, well signed", of_length(MAX_LENGTH + 1)),
            (
                "one byte too many, with a scheme",
                format!("Bearer {}", of_length(MAX_LENGTH + 1)),
            ),
            ("16 KiB", long(16 * 1024)),
            ("100 KiB", long(100 * 1024)),
            ("of dots", ".".repeat(MAX_LENGTH + 1)),
            (
                "a kid",
                sign(
                    json!({ "alg": "HS256", "kid": "k".repeat(MAX_LENGTH) }).to_string(),
                    payload(),
                ),
            ),
            (
                "a claim",
                sign(
                    HEADER,
                    format!(r#"{{"exp":4102444800,"x":"{}"}}"#, "x".repeat(MAX_LENGTH)),
                ),
            ),
            ("two tokens in five segments", format!("{good},{}", long(MAX_LENGTH))),
        ],
    );
    rows.push(Attack::new(
        "size: as long as allowed, and a wrong signature",
        long(MAX_LENGTH),
        "token_signature",
    ));
    rows.push(Attack::new(
        "size: as long as allowed, and no token",
        "A".repeat(MAX_LENGTH),
        "token_malformed",
    ));
    rows
}

/// A good token of this length.
fn of_length(length: usize) -> String {
    let with = |fill: usize, spaces: usize| {
        let header = format!("{HEADER}{}", " ".repeat(spaces));
        sign(header, format!(r#"{{"exp":4102444800,"x":"{}"}}"#, "x".repeat(fill)))
    };
    let fill = (length - with(0, 0).len()) / 4 * 3 - 3;
    let fits = |(fill, spaces): (usize, usize)| Some(with(fill, spaces)).filter(|token| token.len() == length);
    (fill..fill + 9)
        .flat_map(|fill| (0..4).map(move |spaces| (fill, spaces)))
        .find_map(fits)
        .unwrap()
}

/// Much work for a careless parser. Forged ones must not get as far as to their payload.
fn bombs() -> Vec<Attack> {
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let header = |more: &str| format!(r#"{{"alg":"HS256"{more}}}"#);
    let claims = |more: &str| format!(r#"{{"exp":4102444800{more}}}"#);
    let forged = |header: &str, payload: &str| super::sign_with(&[7; 32], &encode(header), &encode(payload));
    [
        all(
            "bomb",
            "token_malformed",
            [
                ("brackets as header", sign("[".repeat(3000), payload())),
                ("braces as header", sign("{\"a\":".repeat(1000), payload())),
                ("lists in a list as header", sign(deep(1500), payload())),
                ("33 members in the header", sign(header(&members(32)), payload())),
                ("601 members in the header", sign(header(&members(600)), payload())),
                (
                    "kid as a deep list",
                    sign(header(&format!(r#","kid":{}"#, deep(1500))), payload()),
                ),
                ("brackets as payload", sign(HEADER, "[".repeat(5000))),
                ("lists in a list as payload", sign(HEADER, deep(2500))),
                (
                    "a deep claim without end",
                    sign(HEADER, claims(&format!(r#","x":{}"#, "[".repeat(5000)))),
                ),
                (
                    "many claims, and one of them twice",
                    sign(HEADER, claims(&format!(r#"{},"0":0"#, members(500)))),
                ),
                (
                    "a claim with 1000 names that are one",
                    sign(HEADER, claims(&r#","x":0"#.repeat(700))),
                ),
            ],
        ),
        all(
            "bomb",
            "token_signature",
            [
                (
                    "32 members in a forged header",
                    forged(&header(&members(31)), &payload()),
                ),
                (
                    "a deep member in a forged header",
                    forged(&header(&format!(r#","x":{}"#, deep(1500))), &payload()),
                ),
                (
                    "a long kid in a forged header",
                    forged(&header(&format!(r#","kid":"{}""#, "k".repeat(5000))), &payload()),
                ),
                (
                    "a deep claim in a forged payload",
                    forged(HEADER, &claims(&format!(r#","x":{}"#, deep(2500)))),
                ),
                (
                    "many claims in a forged payload",
                    forged(HEADER, &claims(&members(600))),
                ),
                ("nonsense in a forged payload", forged(HEADER, &"[".repeat(5000))),
            ],
        ),
        vec![
            Attack::new(
                "bomb: exp as a deep list",
                sign(HEADER, format!(r#"{{"exp":{}}}"#, deep(2500))),
                "token_claim_invalid(exp)",
            ),
            Attack::new(
                "bomb: aud as a deep list",
                sign(HEADER, claims(&format!(r#","aud":{}"#, deep(2500)))),
                "token_claim_invalid(aud)",
            ),
            Attack::new(
                "bomb: pay as a deep list",
                sign(HEADER, claims(&format!(r#","pay":{}"#, deep(2500)))),
                "token_claim_invalid(pay)",
            ),
        ],
    ]
    .concat()
}

pub(super) fn odd_but_good() -> Vec<(&'static str, String)> {
    let deep = format!("{}{}", "[".repeat(2500), "]".repeat(2500));
    let (members, claims) = (members(31), members(500));
    vec![
        ("as long as allowed", of_length(MAX_LENGTH)),
        (
            "as long as allowed, with a scheme",
            format!("Bearer {}", of_length(MAX_LENGTH)),
        ),
        (
            "a deep claim",
            sign(HEADER, format!(r#"{{"exp":4102444800,"x":{deep}}}"#)),
        ),
        ("many claims", sign(HEADER, format!(r#"{{"exp":4102444800{claims}}}"#))),
        (
            "32 members in the header",
            sign(format!(r#"{{"alg":"HS256"{members}}}"#), payload()),
        ),
        (
            "a long kid",
            sign(format!(r#"{{"alg":"HS256","kid":"{}"}}"#, "k".repeat(5000)), payload()),
        ),
    ]
}
