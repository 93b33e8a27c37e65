//! Which key a signature must be made with, and keys that are none.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use support::signing::{ACCOUNT_KEY as FIRST, Key, Message, OTHER_ACCOUNT_KEY as OTHER, Signature, token};

use super::{MessageSigning, ORIGIN, serve, signing, signing_at};

fn with_token(claims: &Value) -> Message {
    Message::order().replace("Approov-Token", &token(claims))
}

#[actix_web::test]
async fn account_keys_are_chosen_by_their_ids() {
    let one_id = &[(FIRST, Some("a"))][..];
    let two_ids = &[(FIRST, Some("a")), (OTHER, Some("b"))];
    let (invalid, missing) = (Some("signature_invalid"), Some("signature_key_missing"));
    for (case, keys, key, mskid, verdict) in [
        ("one, no id", &[(FIRST, None)][..], FIRST, Some("j3AWy6"), None),
        ("one, no id, no mskid", &[(FIRST, None)], FIRST, None, None),
        ("the other one", &[(FIRST, None)], OTHER, None, invalid),
        ("two, the first", &[(FIRST, None), (OTHER, None)], FIRST, None, None),
        (
            "two, the second",
            &[(FIRST, None), (OTHER, None)],
            OTHER,
            Some("x"),
            None,
        ),
        ("an id", one_id, FIRST, Some("a"), None),
        ("another id", one_id, FIRST, Some("b"), missing),
        ("an id, no mskid", one_id, FIRST, None, missing),
        ("ids, first", two_ids, FIRST, Some("a"), None),
        ("ids, second", two_ids, OTHER, Some("b"), None),
        ("ids, swapped", two_ids, OTHER, Some("a"), invalid),
        ("no key", &[], FIRST, Some("a"), missing),
    ] {
        let signing = keys.iter().fold(MessageSigning::new(), |signing, (key, id)| {
            let key = crate::key(key);
            signing.account_key(id.map_or(key.clone(), |id| key.with_key_id(id)))
        });
        let server = serve(signing_at(ORIGIN).message_signing(signing));
        let message = with_token(&json!({ "mskid": mskid }));
        let signature = Signature::new(Key::account(key), &message);
        server.decides(case, verdict, &message.request().signed(&[&signature]));
    }
}

/// A key that cannot be read is a refusal only where it is needed.
#[actix_web::test]
async fn keys_that_are_none() {
    let server = serve(signing());
    let p256 = Key::install(1).public();
    let point = p256.len() - 65;
    let mut off_curve = p256.clone();
    *off_curve.last_mut().unwrap() ^= 1;
    // The same point, compressed: SEC 1, section 2.3.3.
    let sign_of_y = 2 + (p256[p256.len() - 1] & 1);
    let mut compressed = [&p256[..point], &[sign_of_y], &p256[point + 1..point + 33]].concat();
    compressed[1] -= 32;
    compressed[point - 2] -= 32;
    let p384 = [
        "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEqofKIr6LBTeOscce8yCtdG4dO2KLp5uYWfdB4IJUKjhVAvJdv1UpbDpUXjhydgq3",
        "NhfeSpYmLG9dnpi/kpLcKfj0Hb0omhR86doxE7XwuMAKYLHOHX6BnXpDHXyQ6g5f",
    ];
    for (case, ipk) in [
        ("junk", b"junk".to_vec()),
        ("P-384", STANDARD.decode(p384.concat()).unwrap()),
        ("off the curve", off_curve),
        ("truncated", p256[..p256.len() - 1].to_vec()),
        ("with a tail", [&p256[..], &[0]].concat()),
        ("the point alone", p256[point..].to_vec()),
        ("infinity", [&p256[..point], &[0]].concat()),
        ("compressed", compressed),
    ] {
        let message = with_token(&json!({ "ipk": STANDARD.encode(ipk) }));
        server.refuses(case, "signature_key_invalid", &message.signed());
        let account = Signature::account(&message);
        server.accepts(case, &message.request().signed(&[&account]));
    }
    let message = Message::order();
    let both = [&Signature::account(&message), &Signature::install(&message)];
    let without_account_key = serve(signing_at(ORIGIN));
    without_account_key.accepts("a key for one of two", &message.request().signed(&both));
}
